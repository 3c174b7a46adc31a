/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * No fork while a sender works. GLib has locks of its own, of its allocator and of its types; one
 * that the sender's thread holds in the moment of a fork stays locked in the child for ever, and
 * with it everybody there who makes an object. A program that has no other thread could not know
 * that it has this one.
 *
 * So a fork waits until every sender waits, and then they wait for the fork: microseconds, since
 * whatever may take longer lies between tm_fork_pause() and tm_fork_resume().
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* First of all in the thread of a sender. Its work ends with the thread, and not before also GLib
 * has put away what belonged to it. */
void tm_fork_begin_work (void);

/* Around what may wait; with nothing of GLib's in between. Nothing in other threads. Keep errno. */
void tm_fork_pause (void);
void tm_fork_resume (void);

G_END_DECLS
