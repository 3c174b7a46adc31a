/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The listening sockets and the connections that came in through them; bounds their number. */
#pragma once

#include "tm-http-connection.h"

G_BEGIN_DECLS

typedef struct _TmHttpListener TmHttpListener;

typedef void (*TmHttpAcceptFunc) (GSocketConnection *stream,
                                  TmHttpConnection *connection,
                                  gpointer user_data);

/* seconds, expired: see tm_http_connection_new(). accept gets each new connection; who wants the
 * stream keeps a reference, and when the last one is dropped the connection is forgotten. */
TmHttpListener *tm_http_listener_new (guint max_connections,
                                      const guint *seconds,
                                      TmHttpAcceptFunc accept,
                                      TmHttpExpiredFunc expired,
                                      gpointer user_data);
void tm_http_listener_free (TmHttpListener *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmHttpListener, tm_http_listener_free)

gboolean tm_http_listener_add_address (TmHttpListener *self, const char *text, GError **error);
gboolean tm_http_listener_add_fd (TmHttpListener *self, int fd, GError **error);
GStrv tm_http_listener_get_uris (TmHttpListener *self);

/* key: see tm_http_connection_get_key(). (transfer none) (nullable) */
TmHttpConnection *tm_http_listener_find (TmHttpListener *self, GSocketAddress *key);
guint tm_http_listener_get_n_connections (TmHttpListener *self);

/* No new connections; those that wait for a request are cut. */
void tm_http_listener_stop (TmHttpListener *self);

/* A socket that listens, and whose name is gone before anybody could connect to it. */
GSocket *tm_http_listener_new_nowhere (GError **error);

G_END_DECLS
