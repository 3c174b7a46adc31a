/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The HTTP server: listens, takes requests apart, asks the router, writes answers. The only file
 * (tm-http-server.c) that knows libsoup.
 *
 * Strangers talk to it, so everything has a limit: connections, header bytes, body bytes (checked
 * against Content-Length before the body is read, and while it is read), and the time a request may
 * take to arrive. A request that is refused early gets its answer and the connection is closed.
 */
#pragma once

#include <gio/gio.h>

#include "tm-http-router.h"

G_BEGIN_DECLS

typedef struct
{
  guint max_connections;    /* further ones are closed at once */
  gsize max_header_bytes;   /* names and values together: 431 */
  guint request_seconds;    /* for headers and body together: 408 */
  guint idle_seconds;       /* of a kept connection between two requests */
  guint response_seconds;   /* for a client to take the answer */
  gsize max_received_bytes; /* bodies of all requests together: 503 */
  gboolean trust_forwarded; /* take X-Forwarded-For from a local peer (a reverse proxy) */
} TmHttpLimits;

extern const TmHttpLimits tm_http_limits_default;

#define TM_TYPE_HTTP_SERVER (tm_http_server_get_type ())
G_DECLARE_FINAL_TYPE (TmHttpServer, tm_http_server, TM, HTTP_SERVER, GObject)

TmHttpServer *tm_http_server_new (const TmHttpLimits *limits);

/* routes must stay valid as long as the server; call before the first request. */
void tm_http_server_add_routes (TmHttpServer *self,
                                const TmHttpRoute *routes,
                                gsize n_routes,
                                gpointer user_data);

/* address: "127.0.0.1:8080", "[::1]:8080", ":8080" (all), port 0 = any free one, or "unix:/path".
 */
gboolean tm_http_server_listen (TmHttpServer *self, const char *address, GError **error);
/* fd: a listening socket, as from systemd's socket activation; taken over. */
gboolean tm_http_server_listen_fd (TmHttpServer *self, int fd, GError **error);
/* (transfer full): where it listens, as URIs: "http://127.0.0.1:8080/", "unix:/path". */
GStrv tm_http_server_get_uris (TmHttpServer *self);

/* Stops listening, closes idle connections, and waits until every request in flight is answered. */
void tm_http_server_stop_async (TmHttpServer *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean tm_http_server_stop_finish (TmHttpServer *self, GAsyncResult *result, GError **error);

typedef struct
{
  guint n_connections;
  guint n_in_flight;
  guint64 n_requests;
  guint64 n_by_class[6]; /* answers by first digit of the status; [0] is unused */
  guint64 n_cut;         /* connections cut because the client was too slow */
} TmHttpServerStats;

void tm_http_server_get_stats (TmHttpServer *self, TmHttpServerStats *out_stats);

G_END_DECLS
