/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * When the program ends: 10 s after the last call was answered, or on SIGTERM. TLS costs 15 MB of
 * memory, and delivery is a matter of seconds every quarter of an hour.
 *
 * The name is given up first and the calls that came before that are answered, so that none is
 * lost: what comes later starts the next instance.
 */
#pragma once

#include "tm-transport.h"

G_BEGIN_DECLS

#define TM_IDLE_EXIT_SECONDS 10

/* Owns TM_POST_BUS_NAME on the connection and returns when it is time to end. FALSE: the name could
 * not be had, or the bus has gone. */
gboolean tm_lifetime_run (GDBusConnection *connection, TmTransport *transport, GError **error);

G_END_DECLS
