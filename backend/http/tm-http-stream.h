/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The stream of an accepted connection, whose end can be told to somebody else than who reads it.
 *
 * libsoup reads ahead for the next request. If it finds the end of the stream before there is one,
 * it forgets the message but not the connection, which can then neither be used nor be taken from
 * it: to try is to crash. So while a connection waits for another request its end is kept from
 * libsoup, and told from the main loop, where the connection can be taken from it whole.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TM_TYPE_HTTP_STREAM (tm_http_stream_get_type ())
G_DECLARE_FINAL_TYPE (TmHttpStream, tm_http_stream, TM, HTTP_STREAM, GSocketConnection)

/* (transfer full): for this socket. */
GSocketConnection *tm_http_stream_new (GSocket *socket);

typedef void (*TmHttpEndFunc) (gpointer user_data);

/* func: (nullable): is told once, from the main loop, that the other side has left or broken off;
 * who reads finds nothing to read then. NULL: who reads is told. */
void tm_http_stream_tell_end (TmHttpStream *self, TmHttpEndFunc func, gpointer user_data);

G_END_DECLS
