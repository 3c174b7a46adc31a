/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One request on its way through the collector; see tm-ingest-job.h. */
#include "tm-ingest-job.h"

#include "telemetry-error.h"
#include "tm-inflate.h"
#include "tm-time.h"
#include "tm-uuid.h"

#include <string.h>

gboolean
tm_ingest_job_is_gzip (const char *encoding)
{
  return g_ascii_strcasecmp (encoding, "gzip") == 0 || g_ascii_strcasecmp (encoding, "x-gzip") == 0;
}

TmIngestJob *
tm_ingest_job_new (TmHttpRequest *request, TmIngestDoneFunc done, gpointer user_data)
{
  TmIngestJob *self = g_new0 (TmIngestJob, 1);
  const char *encoding = tm_http_request_get_header (request, "Content-Encoding");
  const char *sent_at = tm_http_request_get_header (request, "Sent-At");

  self->request = tm_http_request_ref (request);
  self->body = g_bytes_ref (tm_http_request_get_body (request));
  self->is_gzip = encoding != NULL && tm_ingest_job_is_gzip (encoding);
  self->key = g_strdup (tm_http_request_get_header (request, "Idempotency-Key"));
  self->received_usec = tm_http_request_get_received_usec (request);
  self->arrived_usec = g_get_monotonic_time ();
  if (sent_at != NULL && !tm_time_parse (sent_at, &self->sent_usec))
    self->sent_usec = 0;
  self->done = done;
  self->user_data = user_data;

  return self;
}

void
tm_ingest_job_free (TmIngestJob *self)
{
  tm_http_request_unref (self->request);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self->key);
  g_clear_pointer (&self->batch, tm_batch_unref);
  g_free (self->outcomes);
  g_free (self->message);
  g_clear_pointer (&self->reply, g_bytes_unref);
  g_free (self);
}

static void
parse_hex (const char *text, guint8 *out_bytes, guint n_bytes)
{
  for (guint i = 0; i < n_bytes; i++)
    out_bytes[i] =
        (guint8) (g_ascii_xdigit_value (text[2 * i]) << 4 | g_ascii_xdigit_value (text[2 * i + 1]));
}

static void
update (GChecksum *checksum, const char *text)
{
  /* With its NUL, so that two texts are not taken for one. */
  g_checksum_update (checksum, (const guint8 *) text, (gssize) strlen (text) + 1);
}

/* What makes two batches the same: records are what their ids are, so their payloads need not be
 * looked at (a digest of everything costs as much as parsing it). */
static void
digest_batch (TmBatch *batch, guint8 *out_digest)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize n_digest = TM_DIGEST_BYTES;

  update (checksum, batch->machine_id);
  for (guint i = 0; i < batch->records->len; i++)
    update (checksum,
            tm_record_get_text (g_ptr_array_index (batch->records, i), TM_FIELD_RECORD_ID));
  for (guint i = 0; i < batch->rejects->len; i++)
    update (checksum, ((TmReject *) g_ptr_array_index (batch->rejects, i))->reason);
  for (guint i = 0; i < batch->ledger->len; i++)
    {
      const TmLoss *loss = g_ptr_array_index (batch->ledger, i);

      update (checksum, loss->reason);
      update (checksum, loss->classification);
      g_checksum_update (checksum, (const guint8 *) &loss->count, sizeof loss->count);
    }
  g_checksum_get_digest (checksum, out_digest, &n_digest);
}

static GBytes *
inflate_body (TmIngestJob *self, gsize max_inflated_bytes, GError **error)
{
  if (self->is_gzip)
    return tm_inflate (self->body, max_inflated_bytes, error);

  return g_bytes_ref (self->body);
}

static gboolean
fail_with (TmIngestJob *self, const GError *error)
{
  gboolean is_large = g_error_matches (error, TELEMETRY_ERROR, TELEMETRY_ERROR_TOO_LARGE);

  tm_ingest_job_fail (self, is_large ? 413 : 400, error->message);

  return FALSE;
}

gboolean
tm_ingest_job_decode (TmIngestJob *self, gsize max_inflated_bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) text = inflate_body (self, max_inflated_bytes, &error);

  if (text == NULL)
    return fail_with (self, error);

  self->batch = tm_batch_decode (text, &error);
  if (self->batch == NULL)
    return fail_with (self, error);

  if (self->key != NULL && g_ascii_strcasecmp (self->key, self->batch->batch_id) != 0)
    {
      tm_ingest_job_fail (self, 400, "Idempotency-Key: must be the batch_id of the body");
      return FALSE;
    }

  g_clear_pointer (&self->body, g_bytes_unref);
  self->n_bytes = g_bytes_get_size (text);
  tm_uuid_parse (self->batch->batch_id, self->batch_id);
  parse_hex (self->batch->machine_id, self->machine_id, sizeof self->machine_id);
  digest_batch (self->batch, self->digest);
  self->outcomes = g_new0 (TmOutcome, self->batch->records->len);

  return TRUE;
}

/* Results stand in the order of "records". */
void
tm_ingest_job_succeed (TmIngestJob *self)
{
  g_autoptr (TmReply) reply = tm_reply_new ();
  guint next_record = 0, next_reject = 0;

  for (guint i = 0; i < self->batch->n_received; i++)
    {
      TmReject *reject = NULL;
      TmRecord *record;

      if (next_reject < self->batch->rejects->len)
        reject = g_ptr_array_index (self->batch->rejects, next_reject);
      if (reject != NULL && reject->index == i)
        {
          g_ptr_array_add (reply->results,
                           tm_result_new (reject->record_id, TM_OUTCOME_REJECTED, reject->reason));
          next_reject++;
          continue;
        }

      record = g_ptr_array_index (self->batch->records, next_record);
      g_ptr_array_add (
          reply->results,
          tm_result_new (tm_record_get_text (record, TM_FIELD_RECORD_ID),
                         self->is_known ? TM_OUTCOME_DUPLICATE : self->outcomes[next_record],
                         NULL));
      next_record++;
    }

  self->reply = tm_reply_encode (reply);
  self->status = 200;
}

void
tm_ingest_job_fail (TmIngestJob *self, guint status, const char *message)
{
  g_free (self->message);
  self->message = g_strdup (message);
  self->status = status;
}

static gboolean
on_main_loop (gpointer user_data)
{
  TmIngestJob *self = user_data;

  self->done (self, self->user_data);

  return G_SOURCE_REMOVE;
}

void
tm_ingest_job_finish (TmIngestJob *self)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, on_main_loop, self, NULL);
}
