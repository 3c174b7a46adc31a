/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes records; see tm-collector.h. */
#include "tm-collector.h"

#include "tm-fold.h"
#include "tm-ingest-queue.h"
#include "tm-ingest-worker.h"
#include "tm-status.h"
#include "tm-token-bucket.h"
#include "tm-uuid.h"

/* Long enough that a fleet does not come back at once, short against the clients' own 60 s. */
#define RETRY_AFTER_SECONDS 10

struct _TmCollector
{
  TmCollectorSettings settings;
  TmHttpRoute routes[1]; /* here, because the size of a body is configured */
  TmTokenBucket *rate;   /* (nullable): no limit */
  TmIngestQueue *queue;
  TmIngestStats stats;
  TmFold *fold;
  GPtrArray *workers; /* (element-type TmIngestWorker) */
};

static TmHttpResponse *
new_unavailable (const char *message)
{
  TmHttpResponse *response = tm_http_response_new_error (503, "%s", message);

  tm_http_response_set_retry_after (response, RETRY_AFTER_SECONDS);

  return response;
}

/* Before the body is read */

static gboolean
is_json (const char *content_type)
{
  gsize n = strlen ("application/json");

  return content_type != NULL && g_ascii_strncasecmp (content_type, "application/json", n) == 0 &&
         (content_type[n] == '\0' || content_type[n] == ';' || content_type[n] == ' ');
}

static gboolean
is_known_encoding (const char *encoding)
{
  return encoding == NULL || tm_ingest_job_is_gzip (encoding) ||
         g_ascii_strcasecmp (encoding, "identity") == 0;
}

static gboolean
is_uuid (const char *text)
{
  g_autofree char *lower = g_ascii_strdown (text, -1);
  guint8 bytes[16];

  return tm_uuid_parse (lower, bytes);
}

static TmHttpResponse *
check_form (TmHttpRequest *request)
{
  const char *key = tm_http_request_get_header (request, "Idempotency-Key");

  if (!is_json (tm_http_request_get_header (request, "Content-Type")))
    return tm_http_response_new_error (415, "Content-Type: must be application/json");
  if (!is_known_encoding (tm_http_request_get_header (request, "Content-Encoding")))
    return tm_http_response_new_error (415, "Content-Encoding: must be gzip or identity");
  if (key != NULL && !is_uuid (key))
    return tm_http_response_new_error (400, "Idempotency-Key: must be the batch_id, a UUID");

  return NULL;
}

/* A proxy whose word is not taken stands for everybody: its limit would be a limit for all. */
static gboolean
is_limited (TmCollector *self, TmHttpRequest *request)
{
  return self->rate != NULL && (self->settings.rate_limit_local ||
                                !g_str_equal (tm_http_request_get_network (request), "local"));
}

static TmHttpResponse *
check_rate (TmCollector *self, TmHttpRequest *request)
{
  TmHttpResponse *response;
  guint seconds;

  if (!is_limited (self, request) ||
      tm_token_bucket_take (self->rate, tm_http_request_get_network (request),
                            g_get_monotonic_time (), &seconds))
    return NULL;

  tm_ingest_stats_add (&self->stats, TM_INGEST_RATE_LIMITED, 1);
  response = tm_http_response_new_error (429, "too many requests from %s",
                                         tm_http_request_get_network (request));
  tm_http_response_set_retry_after (response, seconds);

  return response;
}

static TmHttpResponse *
refuse_full_queue (TmCollector *self)
{
  tm_ingest_stats_add (&self->stats, TM_INGEST_QUEUE_FULL, 1);

  return new_unavailable ("too many batches are waiting, try again later");
}

/* TmHttpCheck */
static TmHttpResponse *
check_records (TmHttpRequest *request, gpointer user_data)
{
  TmCollector *self = user_data;
  TmHttpResponse *refusal = check_form (request);

  if (refusal == NULL)
    refusal = check_rate (self, request);
  if (refusal == NULL && tm_ingest_queue_is_full (self->queue))
    refusal = refuse_full_queue (self);

  return refusal;
}

/* With the body */

/* TmIngestDoneFunc, on the main loop */
static void
on_done (TmIngestJob *job, gpointer user_data)
{
  TmHttpResponse *response;

  if (job->status == 503)
    response = new_unavailable (job->message);
  else if (job->reply == NULL)
    response = tm_http_response_new_error (job->status, "%s", job->message);
  else
    {
      response = tm_http_response_new (job->status);
      tm_http_response_set_body (response, "application/json", job->reply);
    }

  tm_http_request_respond (job->request, response);
  tm_ingest_job_free (job);
}

/* TmHttpHandler */
static void
handle_records (TmHttpRequest *request, gpointer user_data)
{
  TmCollector *self = user_data;
  TmIngestJob *job = tm_ingest_job_new (request, on_done, self);

  if (tm_ingest_queue_push (self->queue, job))
    return;

  tm_ingest_job_free (job);
  tm_http_request_respond (request, refuse_full_queue (self));
}

/* Lifecycle */

static void
start_workers (TmCollector *self)
{
  const TmIngestWorkerSettings settings = {
    .conninfo = self->settings.conninfo,
    .queue = self->queue,
    .stats = &self->stats,
    .fold = self->fold,
    .max_inflated_bytes = self->settings.max_inflated_bytes,
    .linger_usec = self->settings.linger_usec,
    .patience_seconds = self->settings.patience_seconds,
  };

  self->workers = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_ingest_worker_free);
  for (guint i = 0; i < self->settings.n_workers; i++)
    g_ptr_array_add (self->workers, tm_ingest_worker_new (&settings));
}

TmCollector *
tm_collector_new (TmHttpServer *server, const TmCollectorSettings *settings)
{
  TmCollector *self = g_new0 (TmCollector, 1);

  self->settings = *settings;
  if (settings->rate_per_minute > 0)
    self->rate = tm_token_bucket_new (settings->rate_burst, settings->rate_per_minute);
  self->queue = tm_ingest_queue_new (settings->max_waiting_batches, settings->max_waiting_bytes);
  self->fold = tm_fold_new (settings->conninfo, &self->stats);
  start_workers (self);
  self->settings.conninfo = NULL; /* the workers have their copies */

  self->routes[0] = (TmHttpRoute){ .method = "POST",
                                   .pattern = "/api/v1/records",
                                   .handler = handle_records,
                                   .check = check_records,
                                   .max_body_bytes = settings->max_body_bytes };
  tm_http_server_add_routes (server, self->routes, G_N_ELEMENTS (self->routes), self);

  return self;
}

void
tm_collector_free (TmCollector *self)
{
  TmIngestJob *job;

  tm_ingest_queue_close (self->queue);
  g_ptr_array_unref (self->workers);
  tm_fold_free (self->fold);
  while ((job = tm_ingest_queue_pop (self->queue, 0)) != NULL)
    tm_ingest_job_free (job);
  tm_ingest_queue_free (self->queue);
  g_clear_pointer (&self->rate, tm_token_bucket_free);
  g_free (self);
}

void
tm_collector_append_metrics (GString *text, gpointer user_data)
{
  TmCollector *self = user_data;

  tm_ingest_stats_append (&self->stats, text);
  tm_metrics_append (text, "telemetrics_ingest_waiting", "gauge", "Batches in the queue.",
                     tm_ingest_queue_get_n_jobs (self->queue));
}
