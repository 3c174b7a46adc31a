/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commit thread's part of delivery; see tm-outbox.h. */
#include "tm-outbox.h"

#include "telemetry-error.h"

#define CLIENT "telemetrics/" TM_VERSION
/* Name of the value in the store: microseconds since 1970. */
#define LAST_SUCCESS "last-success"

typedef struct
{
  TmOutboxWish wish;            /* system is owned */
  TmTransmission *transmission; /* (owned) (nullable): the answer */
  gint64 last_success_usec;
} Next;

static void
next_free (gpointer data)
{
  Next *self = data;

  tm_system_unref (self->wish.system);
  g_clear_pointer (&self->transmission, tm_transmission_free);
  g_free (self);
}

static GBytes *
make_body (const char *batch_id, const TmTake *take, TmSystem *system)
{
  g_autoptr (TmBatch) batch = tm_batch_new (batch_id, take->machine_id, CLIENT, system);

  for (guint i = 0; i < take->records->len; i++)
    tm_batch_add_record (batch, g_ptr_array_index (take->records, i));
  for (guint i = 0; i < take->losses->len; i++)
    {
      const TmLoss *loss = g_ptr_array_index (take->losses, i);

      tm_batch_add_loss (batch, loss->reason, loss->classification, loss->count);
    }

  return tm_batch_encode (batch);
}

/* FALSE without an error: there is nothing to send. */
static gboolean
compose (TmStore *store, Next *self, GError **error)
{
  const TmOutboxWish *wish = &self->wish;
  g_autoptr (TmTake) take =
      tm_store_take_pending (store, wish->min_severity, wish->max_records, wish->max_bytes, error);

  if (take == NULL)
    return FALSE;
  if (wish->without_ledger)
    g_ptr_array_set_size (take->losses, 0);
  if (take->records->len == 0 && take->losses->len == 0)
    return FALSE;

  g_autofree char *batch_id = g_uuid_string_random ();
  g_autoptr (GBytes) body = make_body (batch_id, take, wish->system);
  g_autoptr (TmTransmission) transmission = tm_transmission_new (batch_id, take, body);
  if (!tm_store_begin_transmission (store, transmission, error))
    return FALSE;

  self->transmission = g_steal_pointer (&transmission);
  return TRUE;
}

static gboolean
read_last_success (TmStore *store, gint64 *out_usec, GError **error)
{
  GError *read_error = NULL;
  g_autofree char *text = tm_store_get_value (store, LAST_SUCCESS, &read_error);

  if (read_error != NULL)
    {
      g_propagate_error (error, read_error);
      return FALSE;
    }

  *out_usec = text != NULL ? g_ascii_strtoll (text, NULL, 10) : 0;
  return TRUE;
}

static gboolean
find_next (TmStore *store, gpointer data, GError **error)
{
  Next *self = data;
  GError *find_error = NULL;
  g_autoptr (TmTransmission) present = NULL;

  if (!read_last_success (store, &self->last_success_usec, error))
    return FALSE;

  present = tm_store_get_transmission (store, &find_error);
  if (present != NULL && self->wish.min_severity > TM_SEVERITY_LOW && !present->urgent)
    {
      tm_store_abandon_transmission (store, present->batch_id, &find_error);
      g_clear_pointer (&present, tm_transmission_free);
    }
  if (find_error == NULL && present == NULL && compose (store, self, &find_error))
    return TRUE;
  if (find_error != NULL)
    {
      g_propagate_error (error, find_error);
      return FALSE;
    }

  self->transmission = g_steal_pointer (&present);
  return TRUE;
}

void
tm_outbox_next_async (TmCommitter *committer,
                      const TmOutboxWish *wish,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  Next *next = g_new0 (Next, 1);

  next->wish = *wish;
  tm_system_ref (wish->system);
  tm_committer_run_async (committer, find_next, next, next_free, NULL, callback, user_data);
}

TmTransmission *
tm_outbox_next_finish (TmCommitter *committer,
                       GAsyncResult *result,
                       gint64 *out_last_success_usec,
                       GError **error)
{
  Next *next = tm_committer_run_finish (committer, result, error);

  if (next == NULL)
    return NULL;

  *out_last_success_usec = next->last_success_usec;
  return g_steal_pointer (&next->transmission);
}

/* What became of a batch. */
typedef struct
{
  char *batch_id;
  GPtrArray *results; /* (owned) (nullable) (element-type TmResult) */
  char *url;
  gint64 usec;
  gint64 not_before_usec;
  guint attempt;
  char *hold;
} Note;

static void
note_free (gpointer data)
{
  Note *self = data;

  g_clear_pointer (&self->results, g_ptr_array_unref);
  g_free (self->batch_id);
  g_free (self->url);
  g_free (self->hold);
  g_free (self);
}

static Note *
note_new (const char *batch_id)
{
  Note *self = g_new0 (Note, 1);

  self->batch_id = g_strdup (batch_id);
  return self;
}

static gboolean
accept_not_found (gboolean ok, GError **error)
{
  if (ok || !g_error_matches (*error, TELEMETRY_ERROR, TELEMETRY_ERROR_NOT_FOUND))
    return ok;

  g_clear_error (error);
  return TRUE;
}

static gboolean
settle (TmStore *store, gpointer data, GError **error)
{
  Note *self = data;
  char now[24];

  g_snprintf (now, sizeof now, "%" G_GINT64_FORMAT, self->usec);
  if (!tm_store_set_value (store, LAST_SUCCESS, now, error))
    return FALSE;

  return accept_not_found (tm_store_settle (store, self->batch_id, self->results, self->url, error),
                           error);
}

static gboolean
postpone (TmStore *store, gpointer data, GError **error)
{
  Note *self = data;

  return accept_not_found (tm_store_update_transmission (store, self->batch_id, self->attempt,
                                                         self->usec, self->not_before_usec,
                                                         self->hold, error),
                           error);
}

static gboolean
abandon (TmStore *store, gpointer data, GError **error)
{
  Note *self = data;

  return accept_not_found (tm_store_abandon_transmission (store, self->batch_id, error), error);
}

void
tm_outbox_settle_async (TmCommitter *committer,
                        const char *batch_id,
                        GPtrArray *results,
                        const char *url,
                        gint64 now_usec,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  Note *note = note_new (batch_id);

  note->results = g_ptr_array_ref (results);
  note->url = g_strdup (url);
  note->usec = now_usec;
  tm_committer_run_async (committer, settle, note, note_free, NULL, callback, user_data);
}

void
tm_outbox_postpone_async (TmCommitter *committer,
                          const char *batch_id,
                          guint attempt,
                          gint64 next_attempt_usec,
                          gint64 not_before_usec,
                          const char *hold,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  Note *note = note_new (batch_id);

  note->attempt = attempt;
  note->usec = next_attempt_usec;
  note->not_before_usec = not_before_usec;
  note->hold = g_strdup (hold);
  tm_committer_run_async (committer, postpone, note, note_free, NULL, callback, user_data);
}

void
tm_outbox_abandon_async (TmCommitter *committer,
                         const char *batch_id,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  tm_committer_run_async (committer, abandon, note_new (batch_id), note_free, NULL, callback,
                          user_data);
}

gboolean
tm_outbox_note_finish (TmCommitter *committer, GAsyncResult *result, GError **error)
{
  return tm_committer_run_finish (committer, result, error) != NULL;
}
