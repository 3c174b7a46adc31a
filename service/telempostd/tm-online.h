/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether there is a way to the server, whether it costs somebody money, and waiting until there is
 * one. A server on this machine is always there and never metered, whatever the network does.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TM_TYPE_ONLINE (tm_online_get_type ())
G_DECLARE_FINAL_TYPE (TmOnline, tm_online, TM, ONLINE, GObject)

TmOnline *tm_online_new (GNetworkMonitor *monitor, gboolean server_is_loopback);

gboolean tm_online_is_available (TmOnline *self);
gboolean tm_online_is_metered (TmOnline *self);

/* Ends when there is a network: at once if there is. Fails only when it is cancelled. */
void tm_online_wait_async (TmOnline *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
gboolean tm_online_wait_finish (TmOnline *self, GAsyncResult *result, GError **error);

G_END_DECLS
