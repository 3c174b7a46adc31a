/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The HTTP client; see tm-http.h. */
#include "tm-http.h"

#include <libsoup/soup.h>
#include <string.h>
#include <sys/socket.h>

#include "telemetry-error.h"
#include "tm-time.h"

#define USER_AGENT "telemetrics/" TM_VERSION
/* Without any byte in either direction; a server that works on a batch answers within seconds. */
#define SILENCE_MAX_SECONDS 60
/* Enough for a server that moved its path twice; a loop ends here. */
#define MAX_REDIRECTS 3
#define READ_CHUNK_BYTES (16 * 1024)

struct _TmHttp
{
  GObject parent_instance;

  TmEndpoint *endpoint;       /* (owned) */
  TmCredentials *credentials; /* (owned) */
  SoupSession *session;       /* (owned) */
  GSocket *socket;            /* (owned) (nullable): of the newest connection */
};

G_DEFINE_FINAL_TYPE (TmHttp, tm_http, G_TYPE_OBJECT)

/* One request, redirects included. */
typedef struct
{
  char *batch_id;
  GBytes *body;
  guint attempt;
  guint n_redirects;
  GUri *uri;
  SoupMessage *message; /* (owned): the newest */
  GInputStream *stream; /* (owned) (nullable): its answer */
  GByteArray *received;
  guint64 n_bytes_sent;
  GCancellable *cancellable; /* (owned): the caller's, and the deadline's */
  GCancellable *caller_cancellable;
  gulong cancelled_id;
  guint deadline_id;
  gboolean timed_out;
} Request;

static void
request_free (gpointer data)
{
  Request *self = data;

  g_cancellable_disconnect (self->caller_cancellable, self->cancelled_id);
  g_clear_handle_id (&self->deadline_id, g_source_remove);
  g_clear_object (&self->caller_cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->stream);
  if (self->message != NULL)
    g_signal_handlers_disconnect_by_data (self->message, self);
  g_clear_object (&self->message);
  g_clear_pointer (&self->uri, g_uri_unref);
  g_byte_array_unref (self->received);
  g_bytes_unref (self->body);
  g_free (self->batch_id);
  g_free (self);
}

static void
tm_http_dispose (GObject *object)
{
  TmHttp *self = TM_HTTP (object);

  if (self->session != NULL)
    soup_session_abort (self->session);
  g_clear_object (&self->session);
  g_clear_object (&self->socket);
  g_clear_pointer (&self->credentials, tm_credentials_unref);
  g_clear_pointer (&self->endpoint, tm_endpoint_unref);

  G_OBJECT_CLASS (tm_http_parent_class)->dispose (object);
}

static void
tm_http_class_init (TmHttpClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tm_http_dispose;
}

static void
tm_http_init (TmHttp *self)
{
}

TmHttp *
tm_http_new (TmEndpoint *endpoint, TmCredentials *credentials)
{
  TmHttp *self = g_object_new (TM_TYPE_HTTP, NULL);

  self->endpoint = tm_endpoint_ref (endpoint);
  self->credentials = tm_credentials_ref (credentials);
  self->session =
      soup_session_new_with_options ("max-conns", 1, "max-conns-per-host", 1, "timeout",
                                     SILENCE_MAX_SECONDS, "user-agent", USER_AGENT, NULL);
  if (credentials->authorities != NULL)
    soup_session_set_tls_database (self->session, credentials->authorities);
  /* Answers are small. Without the decoder none can grow after its size was checked. */
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_CONTENT_DECODER);

  return self;
}

static guint64
read_retry_after (SoupMessage *message)
{
  const char *text =
      soup_message_headers_get_one (soup_message_get_response_headers (message), "Retry-After");
  g_autoptr (GDateTime) due = NULL;

  if (text == NULL)
    return 0;
  if (g_ascii_isdigit (*text))
    return tm_retry_after_from_seconds (text);

  due = soup_date_time_new_from_http_string (text);
  if (due == NULL)
    return 0;

  return tm_retry_after_from_date (g_date_time_to_unix (due) * G_USEC_PER_SEC, g_get_real_time ());
}

static TmAnswer *
request_to_answer (Request *request)
{
  TmAnswer *answer = g_new0 (TmAnswer, 1);

  answer->status = soup_message_get_status (request->message);
  answer->retry_after_seconds = read_retry_after (request->message);
  answer->body = g_byte_array_free_to_bytes (g_steal_pointer (&request->received));
  request->received = g_byte_array_new ();
  answer->url = g_uri_to_string (request->uri);
  answer->n_bytes_sent = request->n_bytes_sent;
  if (SOUP_STATUS_IS_REDIRECTION (answer->status))
    answer->elsewhere = g_strdup (soup_message_headers_get_one (
        soup_message_get_response_headers (request->message), "Location"));

  return answer;
}

static void
return_error (GTask *task, GError *error)
{
  Request *request = g_task_get_task_data (task);

  if (request->timed_out && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_error_free (error);
      error = g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "the server took too long");
    }
  g_task_return_error (task, error);
}

static gboolean
on_deadline (gpointer user_data)
{
  Request *request = user_data;

  request->deadline_id = 0;
  request->timed_out = TRUE;
  g_cancellable_cancel (request->cancellable);
  return G_SOURCE_REMOVE;
}

static void
on_caller_cancelled (GCancellable *caller_cancellable, gpointer user_data)
{
  g_cancellable_cancel (G_CANCELLABLE (user_data));
}

static void
on_network_event (SoupMessage *message,
                  GSocketClientEvent event,
                  GIOStream *connection,
                  gpointer user_data)
{
  TmHttp *self = TM_HTTP (user_data);

  if (event == G_SOCKET_CLIENT_CONNECTED && G_IS_SOCKET_CONNECTION (connection))
    g_set_object (&self->socket, g_socket_connection_get_socket (G_SOCKET_CONNECTION (connection)));
}

static void
on_wrote_body_data (SoupMessage *message, guint n_bytes, gpointer user_data)
{
  Request *request = user_data;

  request->n_bytes_sent += n_bytes;
}

static gboolean
on_request_certificate (SoupMessage *message, GTlsClientConnection *connection, gpointer user_data)
{
  TmHttp *self = TM_HTTP (user_data);

  soup_message_set_tls_client_certificate (message, self->credentials->client_certificate);
  return TRUE;
}

static void
add_headers (TmHttp *self, Request *request, SoupMessageHeaders *headers)
{
  char sent_at[TM_TIME_TEXT_SIZE];
  char attempt[16];

  tm_time_format (g_get_real_time (), sent_at);
  g_snprintf (attempt, sizeof attempt, "%u", request->attempt);
  soup_message_headers_replace (headers, "Content-Encoding", "gzip");
  soup_message_headers_replace (headers, "Idempotency-Key", request->batch_id);
  soup_message_headers_replace (headers, "Sent-At", sent_at);
  soup_message_headers_replace (headers, "Attempt", attempt);
  if (self->credentials->authorization != NULL)
    soup_message_headers_replace (headers, "Authorization", self->credentials->authorization);
  if (self->credentials->tid_name != NULL)
    soup_message_headers_replace (headers, self->credentials->tid_name,
                                  self->credentials->tid_value);
}

/* IDEMPOTENT: the key makes it so, and libsoup uses a kept connection again only for such requests.
 * NO_REDIRECT: libsoup would follow to any host, and would make a GET of it. */
static SoupMessage *
make_message (TmHttp *self, Request *request)
{
  SoupMessage *message = soup_message_new_from_uri (SOUP_METHOD_POST, request->uri);

  soup_message_set_flags (message, SOUP_MESSAGE_IDEMPOTENT | SOUP_MESSAGE_NO_REDIRECT);
  soup_message_set_request_body_from_bytes (message, "application/json", request->body);
  add_headers (self, request, soup_message_get_request_headers (message));
  g_signal_connect_object (message, "network-event", G_CALLBACK (on_network_event), self, 0);
  g_signal_connect (message, "wrote-body-data", G_CALLBACK (on_wrote_body_data), request);
  if (self->credentials->client_certificate != NULL)
    g_signal_connect_object (message, "request-certificate", G_CALLBACK (on_request_certificate),
                             self, 0);

  return message;
}

static void send_message (TmHttp *self, GTask *task_owned);
static void read_more (GTask *task_owned);

static gboolean
is_redirect_of_a_post (guint status)
{
  return status == SOUP_STATUS_MOVED_PERMANENTLY || status == SOUP_STATUS_FOUND ||
         status == SOUP_STATUS_TEMPORARY_REDIRECT || status == SOUP_STATUS_PERMANENT_REDIRECT;
}

static gboolean
follow_redirect (TmHttp *self, Request *request)
{
  const char *location = soup_message_headers_get_one (
      soup_message_get_response_headers (request->message), "Location");
  g_autoptr (GUri) target = NULL;

  if (!is_redirect_of_a_post (soup_message_get_status (request->message)) || location == NULL)
    return FALSE;
  if (request->n_redirects == MAX_REDIRECTS)
    return FALSE;

  target = tm_endpoint_follow (self->endpoint, request->uri, location);
  if (target == NULL)
    return FALSE;

  request->n_redirects++;
  g_uri_unref (request->uri);
  request->uri = g_steal_pointer (&target);
  return TRUE;
}

static void
on_closed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  TmHttp *self = TM_HTTP (g_task_get_source_object (task));
  Request *request = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  /* The answer is complete already; a fault of the closing changes nothing in it. */
  if (!g_input_stream_close_finish (G_INPUT_STREAM (object), result, &error))
    g_debug ("closing the answer: %s", error->message);
  g_clear_object (&request->stream);

  if (follow_redirect (self, request))
    {
      g_byte_array_set_size (request->received, 0);
      send_message (self, g_steal_pointer (&task));
      return;
    }

  g_task_return_pointer (task, request_to_answer (request), (GDestroyNotify) tm_answer_free);
}

static void
on_read (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Request *request = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) chunk =
      g_input_stream_read_bytes_finish (G_INPUT_STREAM (object), result, &error);

  if (chunk == NULL)
    {
      return_error (task, error);
      return;
    }
  if (g_bytes_get_size (chunk) == 0)
    {
      g_input_stream_close_async (request->stream, G_PRIORITY_DEFAULT, request->cancellable,
                                  on_closed, g_steal_pointer (&task));
      return;
    }
  if (request->received->len + g_bytes_get_size (chunk) > TM_ANSWER_MAX_BYTES)
    {
      tm_http_sever (TM_HTTP (g_task_get_source_object (task)));
      g_task_return_new_error (task, TELEMETRY_ERROR, TELEMETRY_ERROR_TOO_LARGE,
                               "the server answered more than %d bytes", TM_ANSWER_MAX_BYTES);
      return;
    }

  g_byte_array_append (request->received, g_bytes_get_data (chunk, NULL),
                       (guint) g_bytes_get_size (chunk));
  read_more (g_steal_pointer (&task));
}

static void
read_more (GTask *task_owned)
{
  Request *request = g_task_get_task_data (task_owned);

  g_input_stream_read_bytes_async (request->stream, READ_CHUNK_BYTES, G_PRIORITY_DEFAULT,
                                   request->cancellable, on_read, task_owned);
}

static void
on_sent (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Request *request = g_task_get_task_data (task);
  GError *error = NULL;

  request->stream = soup_session_send_finish (SOUP_SESSION (object), result, &error);
  if (request->stream == NULL)
    {
      return_error (task, error);
      return;
    }

  read_more (g_steal_pointer (&task));
}

static void
send_message (TmHttp *self, GTask *task_owned)
{
  Request *request = g_task_get_task_data (task_owned);

  request->n_bytes_sent = 0;
  if (request->message != NULL)
    g_signal_handlers_disconnect_by_data (request->message, request);
  g_clear_object (&request->message);
  request->message = make_message (self, request);
  soup_session_send_async (self->session, request->message, G_PRIORITY_DEFAULT,
                           request->cancellable, on_sent, task_owned);
}

void
tm_http_post_async (TmHttp *self,
                    const char *batch_id,
                    GBytes *gzipped_body,
                    guint attempt,
                    guint timeout_seconds,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Request *request = g_new0 (Request, 1);

  g_task_set_name (task, G_STRFUNC);
  g_task_set_task_data (task, request, request_free);
  request->batch_id = g_strdup (batch_id);
  request->body = g_bytes_ref (gzipped_body);
  request->attempt = attempt;
  request->uri = g_uri_ref (tm_endpoint_get_records_uri (self->endpoint));
  request->received = g_byte_array_new ();
  request->cancellable = g_cancellable_new ();
  request->deadline_id = g_timeout_add_seconds (timeout_seconds, on_deadline, request);
  if (cancellable != NULL)
    {
      request->caller_cancellable = g_object_ref (cancellable);
      request->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (on_caller_cancelled),
                                                     request->cancellable, NULL);
    }

  send_message (self, task);
}

TmAnswer *
tm_http_post_finish (TmHttp *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Connecting a TCP socket to no address takes its connection away at once: the kernel throws away
 * what it had still to send and tells the other side with a reset. libsoup finds a broken socket.
 */
void
tm_http_sever (TmHttp *self)
{
  const struct sockaddr nowhere = { .sa_family = AF_UNSPEC };

  if (self->socket != NULL && !g_socket_is_closed (self->socket))
    if (connect (g_socket_get_fd (self->socket), &nowhere, sizeof nowhere) < 0)
      g_debug ("severing the connection: %s", g_strerror (errno));
  g_clear_object (&self->socket);
  soup_session_abort (self->session);
}
