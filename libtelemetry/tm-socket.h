/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The stream socket to the system's message bus, and waiting on it. Every wait has a deadline: a
 * program that reports something must never hang because the bus does.
 *
 * Deadlines are points of g_get_monotonic_time(), in microseconds.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Returns a non-blocking, close-on-exec descriptor, or -1. Fails with G_IO_ERROR. */
int tm_socket_connect_system_bus (gint64 deadline_usec, GError **error);

/* events: POLLIN, POLLOUT. Fails with G_IO_ERROR_TIMED_OUT or G_IO_ERROR_CANCELLED. */
gboolean tm_socket_wait (
    int fd, short events, gint64 deadline_usec, GCancellable *cancellable, GError **error);

/* Milliseconds until the deadline for poll(), rounded up; 0 when it has passed. */
int tm_socket_remaining_msec (gint64 deadline_usec);

G_END_DECLS
