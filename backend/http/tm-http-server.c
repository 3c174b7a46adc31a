/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The HTTP server on libsoup; see tm-http-server.h.
 *
 * Connections are accepted here and handed to SoupServer as streams, for three reasons: their
 * number and their time can be limited, Unix sockets and TCP are treated alike, and a request that
 * is refused before its body is read can be answered and closed (SoupServer alone would read a
 * refused body to its end). libsoup gets an address object of its own for each connection; that is
 * how a message finds its connection again.
 *
 * Facts about libsoup 3.2 that this file relies on or works around: it closes the connection after
 * a 204; it wants an inet address on both ends; it keeps a connection for another request only
 * while it has a listening socket of its own; it never closes a kept connection whose client
 * leaves, and crashes when that one is taken from it once it has read the end, so the end is kept
 * from it (tm-http-stream) and the connection taken; about 340 bytes are lost per accepted
 * connection, so keep-alive matters.
 */
#include "tm-http-server.h"

#include "tm-http-listener.h"
#include "tm-http-peer.h"

#include <libsoup/soup.h>

/* How long a refused client may go on sending before it is cut. */
#define LINGER_SECONDS 2
/* Bodies that are on the way now have arrived or been cut by then. */
#define BUSY_RETRY_SECONDS 10

const TmHttpLimits tm_http_limits_default = {
  .max_connections = 4096,
  .max_header_bytes = 16 * 1024,
  .request_seconds = 30,
  .idle_seconds = 75,
  .response_seconds = 60,
  .max_received_bytes = 256 * 1024 * 1024,
  .trust_forwarded = FALSE,
};

/* A request and its answer under way. */
typedef struct
{
  TmHttpServer *server; /* (unowned) */
  SoupServerMessage *message;
  TmHttpRequest *request;
  const TmHttpRoute *route; /* (unowned) (nullable): NULL when answer is set */
  gpointer user_data;
  TmHttpResponse *answer; /* (nullable): known before the body came */
  gsize n_body_bytes;
} Exchange;

struct _TmHttpServer
{
  GObject parent_instance;

  TmHttpLimits limits;
  TmHttpRouter *router;
  SoupServer *soup;
  TmHttpListener *listener;
  gsize n_received_bytes; /* of the bodies of all exchanges */
  GHashTable *exchanges;  /* (element-type SoupServerMessage Exchange) */
  TmHttpServerStats stats;
  GTask *stopping; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (TmHttpServer, tm_http_server, G_TYPE_OBJECT)

static void
exchange_free (gpointer data)
{
  Exchange *exchange = data;

  exchange->server->n_received_bytes -= exchange->n_body_bytes;
  tm_http_request_set_message (exchange->request, NULL, NULL);
  tm_http_request_unref (exchange->request);
  g_clear_pointer (&exchange->answer, tm_http_response_free);
  g_signal_handlers_disconnect_by_data (exchange->message, exchange);
  g_object_unref (exchange->message);
  g_free (exchange);
}

static void
end_if_stopped (TmHttpServer *self)
{
  g_autoptr (GTask) task = NULL;

  if (self->stopping == NULL || g_hash_table_size (self->exchanges) > 0)
    return;

  task = g_steal_pointer (&self->stopping);
  g_task_return_boolean (task, TRUE);
}

static TmHttpConnection *
find_connection (TmHttpServer *self, SoupServerMessage *message)
{
  return tm_http_listener_find (self->listener, soup_server_message_get_remote_address (message));
}

static void
set_phase (TmHttpServer *self, SoupServerMessage *message, TmHttpPhase phase)
{
  TmHttpConnection *connection = find_connection (self, message);

  if (connection != NULL)
    tm_http_connection_set_phase (connection, phase);
}

static void
count_answer (TmHttpServer *self, TmHttpResponse *response)
{
  guint class = tm_http_response_get_status (response) / 100;

  if (class < G_N_ELEMENTS (self->stats.n_by_class))
    self->stats.n_by_class[class]++;
}

/* Answers */

/* Ends a request whose body is not, or not wholly, read. response: (transfer full) */
static void
refuse (TmHttpServer *self, SoupServerMessage *message, TmHttpResponse *response)
{
  g_autoptr (TmHttpResponse) owned = response;
  g_autoptr (GBytes) text = tm_http_response_to_text (response);
  g_autoptr (SoupServerMessage) kept = g_object_ref (message);
  TmHttpConnection *connection = find_connection (self, message);
  g_autoptr (GSocketConnection) stream = NULL;
  g_autoptr (GIOStream) stolen = NULL;

  if (connection != NULL)
    stream = tm_http_connection_dup_stream (connection);
  if (stream == NULL)
    return;

  count_answer (self, response);
  g_hash_table_remove (self->exchanges, message);
  stolen = soup_server_message_steal_connection (message);
  tm_http_connection_refuse (connection, text);
  end_if_stopped (self);
}

static void
set_header (const char *name, const char *value, gpointer user_data)
{
  soup_message_headers_replace (user_data, name, value);
}

/* TmHttpRespondFunc */
static void
respond (gpointer user_data, TmHttpResponse *response)
{
  Exchange *exchange = user_data;
  TmHttpServer *self = exchange->server;
  SoupServerMessage *message = exchange->message;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  GBytes *body = tm_http_response_get_body (response);

  count_answer (self, response);
  soup_server_message_set_status (message, tm_http_response_get_status (response), NULL);
  tm_http_response_foreach_header (response, set_header, headers);
  soup_message_headers_replace (headers, "X-Content-Type-Options", "nosniff");
  if (self->stopping != NULL)
    soup_message_headers_replace (headers, "Connection", "close");
  if (g_bytes_get_size (body) > 0)
    soup_message_body_append_bytes (soup_server_message_get_response_body (message), body);
  set_phase (self, message, TM_HTTP_PHASE_ANSWERING);
  soup_server_message_unpause (message);
}

/* Requests */

static void
on_disconnected (SoupServerMessage *message, gpointer user_data)
{
  TmHttpConnection *connection = find_connection (TM_HTTP_SERVER (user_data), message);

  if (connection != NULL)
    tm_http_connection_set_owner (connection, NULL);
}

/* Its last message is what a connection can be taken from SoupServer by. */
static void
wait_for_next (TmHttpServer *self, SoupServerMessage *message)
{
  TmHttpConnection *connection = find_connection (self, message);

  if (connection == NULL)
    return;

  tm_http_connection_set_phase (connection, TM_HTTP_PHASE_WAITING);
  tm_http_connection_set_owner (connection, G_OBJECT (message));
  g_signal_connect_object (message, "disconnected", G_CALLBACK (on_disconnected), self, 0);
}

static void
on_message_finished (SoupServerMessage *message, gpointer user_data)
{
  Exchange *exchange = user_data;
  TmHttpServer *self = exchange->server;

  wait_for_next (self, message);
  g_hash_table_remove (self->exchanges, message);
  end_if_stopped (self);
}

static TmHttpResponse *
check_received (TmHttpServer *self, Exchange *exchange)
{
  gsize max_bytes = exchange->route != NULL ? exchange->route->max_body_bytes : 0;
  TmHttpResponse *response;

  if (exchange->n_body_bytes > max_bytes)
    return tm_http_response_new_error (413, "body: larger than %" G_GSIZE_FORMAT " bytes",
                                       max_bytes);
  if (self->n_received_bytes <= self->limits.max_received_bytes)
    return NULL;

  response = tm_http_response_new_error (503, "too much is being received, try again later");
  tm_http_response_set_retry_after (response, BUSY_RETRY_SECONDS);

  return response;
}

static void
on_got_chunk (SoupServerMessage *message, GBytes *chunk, gpointer user_data)
{
  Exchange *exchange = user_data;
  TmHttpServer *self = exchange->server;
  TmHttpResponse *refusal;

  exchange->n_body_bytes += g_bytes_get_size (chunk);
  self->n_received_bytes += g_bytes_get_size (chunk);
  refusal = check_received (self, exchange);
  if (refusal != NULL)
    refuse (self, message, refusal);
}

static gsize
copy_headers (SoupServerMessage *message, TmHttpRequest *request)
{
  SoupMessageHeadersIter iter;
  const char *name, *value;
  gsize n_bytes = 0;

  soup_message_headers_iter_init (&iter, soup_server_message_get_request_headers (message));
  while (soup_message_headers_iter_next (&iter, &name, &value))
    {
      n_bytes += strlen (name) + strlen (value) + strlen (": \r\n");
      tm_http_request_set_header (request, name, value);
    }

  return n_bytes;
}

static gboolean
has_body (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH)
    return soup_message_headers_get_content_length (headers) > 0;

  return soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CHUNKED;
}

/* What can be said before the body is read; NULL to go on. */
static TmHttpResponse *
check_headers (TmHttpServer *self, Exchange *exchange, const char *method, gsize n_header_bytes)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (exchange->message);
  goffset n_bytes = soup_message_headers_get_content_length (headers);
  GHashTable *parts = NULL;
  TmHttpResponse *answer = NULL;
  const TmHttpRoute *route;

  if (n_header_bytes > self->limits.max_header_bytes)
    return tm_http_response_new_error (431, "headers: larger than %" G_GSIZE_FORMAT " bytes",
                                       self->limits.max_header_bytes);

  if (tm_http_request_has_too_many_parameters (exchange->request))
    return tm_http_response_new_error (400, "query: more than %d parameters",
                                       TM_HTTP_MAX_PARAMETERS);

  route = tm_http_router_find (self->router, method, tm_http_request_get_path (exchange->request),
                               &exchange->user_data, &parts, &answer);
  if (route == NULL)
    return answer;

  tm_http_request_set_parts (exchange->request, parts);
  if (has_body (exchange->message) && n_bytes > 0 && (gsize) n_bytes > route->max_body_bytes)
    return tm_http_response_new_error (413, "body: larger than %" G_GSIZE_FORMAT " bytes",
                                       route->max_body_bytes);
  if (route->check != NULL)
    answer = route->check (exchange->request, exchange->user_data);
  if (answer == NULL)
    exchange->route = route;

  return answer;
}

static Exchange *
exchange_new (TmHttpServer *self, SoupServerMessage *message, const char *path, const char *query)
{
  const char *method = soup_server_message_get_method (message);
  Exchange *exchange = g_new0 (Exchange, 1);

  exchange->server = self;
  exchange->message = g_object_ref (message);
  exchange->request =
      tm_http_request_new (g_str_equal (method, "HEAD") ? "GET" : method, path, query);
  tm_http_request_set_message (exchange->request, exchange, respond);
  g_signal_connect (message, "finished", G_CALLBACK (on_message_finished), exchange);
  g_signal_connect (message, "got-chunk", G_CALLBACK (on_got_chunk), exchange);

  return exchange;
}

static void
on_headers (SoupServer *soup,
            SoupServerMessage *message,
            const char *soup_path,
            GHashTable *soup_query,
            gpointer user_data)
{
  TmHttpServer *self = TM_HTTP_SERVER (user_data);
  GUri *uri = soup_server_message_get_uri (message);
  g_autofree char *path = g_uri_unescape_string (g_uri_get_path (uri), NULL);
  gboolean is_path = path != NULL && path[0] == '/' && g_utf8_validate (path, -1, NULL);
  Exchange *exchange = exchange_new (self, message, is_path ? path : "/", g_uri_get_query (uri));
  gsize n_header_bytes = copy_headers (message, exchange->request);
  TmHttpConnection *connection = find_connection (self, message);

  self->stats.n_requests++;
  g_hash_table_insert (self->exchanges, message, exchange);
  if (connection != NULL)
    tm_http_peer_identify (exchange->request, connection, self->limits.trust_forwarded);
  if (is_path)
    exchange->answer =
        check_headers (self, exchange, soup_server_message_get_method (message), n_header_bytes);
  else
    exchange->answer = tm_http_response_new_error (400, "path: must be UTF-8 without NUL");

  if (exchange->answer != NULL && has_body (message))
    refuse (self, message, g_steal_pointer (&exchange->answer));
}

static void
on_request (SoupServer *soup,
            SoupServerMessage *message,
            const char *soup_path,
            GHashTable *soup_query,
            gpointer user_data)
{
  TmHttpServer *self = TM_HTTP_SERVER (user_data);
  Exchange *exchange = g_hash_table_lookup (self->exchanges, message);
  SoupMessageBody *soup_body = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) body = NULL;
  g_autoptr (TmHttpRequest) request = NULL;

  if (exchange == NULL)
    return;

  set_phase (self, message, TM_HTTP_PHASE_HANDLING);
  body = soup_message_body_flatten (soup_body);
  tm_http_request_set_body (exchange->request, body);
  soup_server_message_pause (message);

  request = tm_http_request_ref (exchange->request);
  if (exchange->answer != NULL)
    tm_http_request_respond (request, g_steal_pointer (&exchange->answer));
  else
    exchange->route->handler (request, exchange->user_data);
}

/* Connections */

static void
on_request_started (SoupServer *soup, SoupServerMessage *message, gpointer user_data)
{
  TmHttpConnection *connection = find_connection (TM_HTTP_SERVER (user_data), message);

  if (connection == NULL)
    return;

  tm_http_connection_set_owner (connection, NULL);
  tm_http_connection_set_phase (connection, TM_HTTP_PHASE_RECEIVING);
}

/* Closes a connection that waits for another request. */
static void
let_go (TmHttpConnection *connection)
{
  GObject *owner = tm_http_connection_get_owner (connection);
  g_autoptr (SoupServerMessage) message = NULL;
  g_autoptr (GIOStream) stream = NULL;

  if (owner == NULL)
    {
      tm_http_connection_cut (connection);
      return;
    }

  message = g_object_ref (SOUP_SERVER_MESSAGE (owner));
  tm_http_connection_set_owner (connection, NULL);
  stream = soup_server_message_steal_connection (message);
}

static Exchange *
find_exchange (TmHttpServer *self, TmHttpConnection *connection)
{
  GHashTableIter iter;
  Exchange *exchange;

  g_hash_table_iter_init (&iter, self->exchanges);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &exchange))
    if (find_connection (self, exchange->message) == connection)
      return exchange;

  return NULL;
}

/* TmHttpExpiredFunc */
static void
on_expired (TmHttpConnection *connection, gpointer user_data)
{
  TmHttpServer *self = TM_HTTP_SERVER (user_data);
  TmHttpPhase phase = tm_http_connection_get_phase (connection);
  Exchange *exchange = find_exchange (self, connection);

  if (phase == TM_HTTP_PHASE_WAITING)
    {
      let_go (connection);
      return;
    }

  self->stats.n_cut++;
  if (phase == TM_HTTP_PHASE_RECEIVING && exchange != NULL)
    {
      refuse (self, exchange->message,
              tm_http_response_new_error (408, "the request did not arrive within %u seconds",
                                          self->limits.request_seconds));
      return;
    }
  tm_http_connection_cut (connection);
}

/* TmHttpAcceptFunc */
static void
on_accepted (GSocketConnection *stream, TmHttpConnection *connection, gpointer user_data)
{
  TmHttpServer *self = TM_HTTP_SERVER (user_data);
  GSocketAddress *key = tm_http_connection_get_key (connection);
  g_autoptr (GError) error = NULL;

  if (!soup_server_accept_iostream (self->soup, G_IO_STREAM (stream), key, key, &error))
    g_info ("connection refused: %s", error->message);
}

/* Lifecycle */

static void
tm_http_server_dispose (GObject *object)
{
  TmHttpServer *self = TM_HTTP_SERVER (object);

  if (self->soup != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->soup, self);
      soup_server_disconnect (self->soup);
    }
  g_clear_object (&self->soup);
  g_clear_pointer (&self->listener, tm_http_listener_free);
  g_clear_object (&self->stopping);

  G_OBJECT_CLASS (tm_http_server_parent_class)->dispose (object);
}

static void
tm_http_server_finalize (GObject *object)
{
  TmHttpServer *self = TM_HTTP_SERVER (object);

  g_hash_table_unref (self->exchanges);
  tm_http_router_free (self->router);

  G_OBJECT_CLASS (tm_http_server_parent_class)->finalize (object);
}

static void
tm_http_server_class_init (TmHttpServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tm_http_server_dispose;
  object_class->finalize = tm_http_server_finalize;
}

static void
tm_http_server_init (TmHttpServer *self)
{
  g_autoptr (GSocket) nowhere = NULL;
  g_autoptr (GError) error = NULL;

  self->router = tm_http_router_new ();
  self->exchanges = g_hash_table_new_full (NULL, NULL, NULL, exchange_free);
  self->soup = soup_server_new (NULL, NULL);
  nowhere = tm_http_listener_new_nowhere (&error);
  if (nowhere == NULL || !soup_server_listen_socket (self->soup, nowhere, 0, &error))
    g_warning ("connections will not be kept: %s", error->message);
  soup_server_add_early_handler (self->soup, NULL, on_headers, self, NULL);
  soup_server_add_handler (self->soup, NULL, on_request, self, NULL);
  g_signal_connect (self->soup, "request-started", G_CALLBACK (on_request_started), self);
}

TmHttpServer *
tm_http_server_new (const TmHttpLimits *limits)
{
  TmHttpServer *self = g_object_new (TM_TYPE_HTTP_SERVER, NULL);

  const guint seconds[TM_HTTP_N_PHASES] = {
    [TM_HTTP_PHASE_WAITING] = limits->idle_seconds,
    [TM_HTTP_PHASE_RECEIVING] = limits->request_seconds,
    [TM_HTTP_PHASE_ANSWERING] = limits->response_seconds,
    [TM_HTTP_PHASE_LINGERING] = LINGER_SECONDS,
  };

  self->limits = *limits;
  self->listener =
      tm_http_listener_new (limits->max_connections, seconds, on_accepted, on_expired, self);

  return self;
}

void
tm_http_server_add_routes (TmHttpServer *self,
                           const TmHttpRoute *routes,
                           gsize n_routes,
                           gpointer user_data)
{
  tm_http_router_add (self->router, routes, n_routes, user_data);
}

gboolean
tm_http_server_listen (TmHttpServer *self, const char *address, GError **error)
{
  return tm_http_listener_add_address (self->listener, address, error);
}

gboolean
tm_http_server_listen_fd (TmHttpServer *self, int fd, GError **error)
{
  return tm_http_listener_add_fd (self->listener, fd, error);
}

GStrv
tm_http_server_get_uris (TmHttpServer *self)
{
  return tm_http_listener_get_uris (self->listener);
}

void
tm_http_server_stop_async (TmHttpServer *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail (self->stopping == NULL);

  self->stopping = g_task_new (self, cancellable, callback, user_data);
  g_task_set_name (self->stopping, "tm_http_server_stop_async");
  tm_http_listener_stop (self->listener);
  end_if_stopped (self);
}

gboolean
tm_http_server_stop_finish (TmHttpServer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
tm_http_server_get_stats (TmHttpServer *self, TmHttpServerStats *out_stats)
{
  *out_stats = self->stats;
  out_stats->n_connections = tm_http_listener_get_n_connections (self->listener);
  out_stats->n_in_flight = g_hash_table_size (self->exchanges);
}
