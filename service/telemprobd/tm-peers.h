/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The peers that have called us, by unique name. The bus is asked once for each connection (a
 * question costs a round trip of about 190 us), the answer is kept until the connection closes.
 * The bus never gives a unique name twice, so an answer can't become wrong; and it admits a bounded
 * number of connections, so the table is bounded too.
 *
 * Signals: "left" (const char *unique_name): a connection has closed. Emitted for every connection
 * on the bus while at least one peer is known, not for known peers alone.
 */
#pragma once

#include "tm-peer.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define TM_TYPE_PEERS (tm_peers_get_type ())
G_DECLARE_FINAL_TYPE (TmPeers, tm_peers, TM, PEERS, GObject)

TmPeers *tm_peers_new (GDBusConnection *connection);

/* (transfer none) (nullable): NULL if the bus has to be asked */
TmPeer *tm_peers_peek (TmPeers *self, const char *unique_name);

/* Calls for one name are answered in their order. Fails with G_DBUS_ERROR when the caller has left
 * in the meantime. */
void tm_peers_lookup_async (TmPeers *self,
                            const char *unique_name,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
TmPeer *tm_peers_lookup_finish (TmPeers *self, GAsyncResult *result, GError **error);

G_END_DECLS
