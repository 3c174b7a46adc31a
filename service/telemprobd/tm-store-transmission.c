/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The transmission that is on its way, and its end; see tm-store-delivery.h. */
#include "tm-store-transmission.h"

#include "telemetry-error.h"
#include "tm-store-epoch.h"
#include "tm-store-ledger.h"
#include "tm-store-row.h"
#include "tm-store-usage.h"

/* Summaries of past transmissions that are kept, for their owner to see. */
#define MAX_TRANSMISSIONS 200

enum
{
  COLUMN_PK,
  COLUMN_BATCH_ID,
  COLUMN_MACHINE_ID,
  COLUMN_BODY,
  COLUMN_URGENT,
  COLUMN_ATTEMPT,
  COLUMN_CREATED,
  COLUMN_NEXT_ATTEMPT,
  COLUMN_NOT_BEFORE,
  COLUMN_HOLD,
};

TmTransmission *
tm_transmission_new (const char *batch_id, TmTake *take, GBytes *body)
{
  TmTransmission *self = g_new0 (TmTransmission, 1);

  self->batch_id = g_strdup (batch_id);
  self->machine_id = g_strdup (take->machine_id);
  self->body = g_bytes_ref (body);
  self->losses = g_ptr_array_ref (take->losses);
  self->urgent = take->urgent;
  self->record_ids = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < take->records->len; i++)
    g_ptr_array_add (self->record_ids,
                     g_strdup (tm_record_get_text (take->records->pdata[i], TM_FIELD_RECORD_ID)));

  return self;
}

void
tm_transmission_free (TmTransmission *self)
{
  g_free (self->batch_id);
  g_free (self->machine_id);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_pointer (&self->record_ids, g_ptr_array_unref);
  g_clear_pointer (&self->losses, g_ptr_array_unref);
  g_free (self->hold);
  g_free (self);
}

/* With its key; everything but records and losses. NULL without an error if there is none. */
static TmTransmission *
read_head (TmStore *self, gint64 *out_pk, GError **error)
{
  TmStatement *statement = tm_store_prepare (self, TM_SQL_GET_TRANSMISSION);
  g_autoptr (TmTransmission) transmission = NULL;

  if (tm_statement_step (statement, error) == TM_STEP_ROW)
    {
      gsize n_bytes;
      gconstpointer body = tm_statement_get_bytes (statement, COLUMN_BODY, &n_bytes);

      *out_pk = tm_statement_get_number (statement, COLUMN_PK);
      transmission = g_new0 (TmTransmission, 1);
      transmission->body = g_bytes_new (body, n_bytes);
      transmission->batch_id = g_strdup (tm_statement_get_text (statement, COLUMN_BATCH_ID));
      transmission->machine_id = g_strdup (tm_statement_get_text (statement, COLUMN_MACHINE_ID));
      transmission->urgent = tm_statement_get_number (statement, COLUMN_URGENT) != 0;
      transmission->attempt = tm_statement_get_number (statement, COLUMN_ATTEMPT);
      transmission->created_usec = tm_statement_get_number (statement, COLUMN_CREATED);
      transmission->next_attempt_usec = tm_statement_get_number (statement, COLUMN_NEXT_ATTEMPT);
      transmission->not_before_usec = tm_statement_get_number (statement, COLUMN_NOT_BEFORE);
      transmission->hold = g_strdup (tm_statement_get_text (statement, COLUMN_HOLD));
    }
  tm_statement_reset (statement);

  return g_steal_pointer (&transmission);
}

static GPtrArray *
read_record_ids (TmStore *self, gint64 pk, GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  TmStatement *statement = tm_store_prepare (self, TM_SQL_LIST_TRANSMISSION_RECORDS);
  TmStep step;

  tm_statement_bind_number (statement, 1, pk);
  while ((step = tm_statement_step (statement, error)) == TM_STEP_ROW)
    g_ptr_array_add (ids, g_strdup (tm_statement_get_text (statement, 0)));

  return step == TM_STEP_DONE ? g_steal_pointer (&ids) : NULL;
}

static GPtrArray *
read_losses (TmStore *self, gint64 pk, GError **error)
{
  TmStatement *statement = tm_store_prepare (self, TM_SQL_LIST_TRANSMISSION_LOSSES);

  tm_statement_bind_number (statement, 1, pk);
  return tm_store_read_losses (statement, error);
}

TmTransmission *
tm_store_get_transmission (TmStore *self, GError **error)
{
  gint64 pk;
  g_autoptr (TmTransmission) transmission = read_head (self, &pk, error);

  if (transmission == NULL)
    return NULL;

  transmission->record_ids = read_record_ids (self, pk, error);
  if (transmission->record_ids == NULL)
    return NULL;

  transmission->losses = read_losses (self, pk, error);
  if (transmission->losses == NULL)
    return NULL;

  return g_steal_pointer (&transmission);
}

/* The one on its way, if it is that one. */
static TmTransmission *
find_head (TmStore *self, const char *batch_id, gint64 *out_pk, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (TmTransmission) transmission = read_head (self, out_pk, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }

  if (transmission == NULL || !g_str_equal (transmission->batch_id, batch_id))
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_NOT_FOUND,
                   "transmission \"%s\" is not on its way", batch_id);
      return NULL;
    }

  return g_steal_pointer (&transmission);
}

static gboolean
add_head (TmStore *self,
          const TmTransmission *transmission,
          gint64 epoch_pk,
          gint64 *out_pk,
          GError **error)
{
  TmStatement *statement = tm_store_prepare (self, TM_SQL_ADD_TRANSMISSION);
  gint64 now_usec = tm_clock_get_realtime_usec (tm_store_get_clock (self));
  gsize n_bytes;
  gconstpointer body = g_bytes_get_data (transmission->body, &n_bytes);
  TmStep step;

  tm_statement_bind_text (statement, 1, transmission->batch_id);
  tm_statement_bind_number (statement, 2, epoch_pk);
  tm_statement_bind_bytes (statement, 3, body, n_bytes);
  tm_statement_bind_number (statement, 4, transmission->urgent);
  tm_statement_bind_number (statement, 5, now_usec);
  tm_statement_bind_number (statement, 6, transmission->record_ids->len);
  tm_statement_bind_number (statement, 7, n_bytes);
  tm_statement_bind_number (statement, 8, transmission->attempt);
  tm_statement_bind_number (statement, 9, transmission->next_attempt_usec);
  tm_statement_bind_text (statement, 10, transmission->hold);
  step = tm_statement_step (statement, error);
  if (step == TM_STEP_ROW)
    *out_pk = tm_statement_get_number (statement, 0);
  tm_statement_reset (statement);

  return step == TM_STEP_ROW;
}

static gboolean
add_record (TmStore *self, gint64 pk, gint64 epoch_pk, const char *record_id, GError **error)
{
  TmStatement *statement = tm_store_prepare (self, TM_SQL_TAKE_RECORD);
  gint64 cursor = 0;
  TmStep step;

  tm_statement_bind_text (statement, 1, record_id);
  tm_statement_bind_number (statement, 2, epoch_pk);
  step = tm_statement_step (statement, error);
  if (step == TM_STEP_ROW)
    cursor = tm_statement_get_number (statement, 0);
  tm_statement_reset (statement);

  if (step == TM_STEP_DONE)
    g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_NOT_FOUND,
                 "record \"%s\" does not wait to be sent any more", record_id);
  if (step != TM_STEP_ROW)
    return FALSE;

  statement = tm_store_prepare (self, TM_SQL_ADD_TRANSMISSION_RECORD);
  tm_statement_bind_number (statement, 1, pk);
  tm_statement_bind_number (statement, 2, cursor);
  tm_statement_bind_text (statement, 3, record_id);
  return tm_statement_run (statement, NULL, error);
}

static gboolean
add_loss (TmStore *self, gint64 pk, const TmLoss *loss, GError **error)
{
  TmStatement *statement = tm_store_prepare (self, TM_SQL_ADD_TRANSMISSION_LOSS);

  tm_statement_bind_number (statement, 1, pk);
  tm_statement_bind_text (statement, 2, loss->reason);
  tm_statement_bind_text (statement, 3, loss->classification);
  tm_statement_bind_number (statement, 4, loss->count);
  return tm_statement_run (statement, NULL, error);
}

static gboolean
begin_transmission (TmStore *self, const TmTransmission *transmission, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  gint64 epoch_pk = 0;
  gint64 pk = 0;
  g_autoptr (TmTransmission) present = read_head (self, &pk, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (present != NULL)
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_BUSY,
                   "transmission \"%s\" is on its way already", present->batch_id);
      return FALSE;
    }

  if (!tm_store_find_epoch (self, transmission->machine_id, TRUE, &epoch_pk, error) ||
      !add_head (self, transmission, epoch_pk, &pk, error))
    return FALSE;

  for (guint i = 0; i < transmission->record_ids->len; i++)
    if (!add_record (self, pk, epoch_pk, transmission->record_ids->pdata[i], error))
      return FALSE;

  for (guint i = 0; i < transmission->losses->len; i++)
    if (!add_loss (self, pk, transmission->losses->pdata[i], error))
      return FALSE;

  return TRUE;
}

gboolean
tm_store_begin_transmission (TmStore *self, const TmTransmission *transmission, GError **error)
{
  if (!tm_store_begin (self, error))
    return FALSE;

  if (begin_transmission (self, transmission, error))
    return tm_store_commit (self, error);

  tm_store_rollback (self);
  return FALSE;
}

gboolean
tm_store_update_transmission (TmStore *self,
                              const char *batch_id,
                              guint attempt,
                              gint64 next_attempt_usec,
                              gint64 not_before_usec,
                              const char *hold,
                              GError **error)
{
  TmStatement *statement = tm_store_prepare (self, TM_SQL_UPDATE_TRANSMISSION);
  gboolean changed;

  tm_statement_bind_text (statement, 1, batch_id);
  tm_statement_bind_number (statement, 2, attempt);
  tm_statement_bind_number (statement, 3, next_attempt_usec);
  tm_statement_bind_number (statement, 4, not_before_usec);
  tm_statement_bind_text (statement, 5, hold);
  if (!tm_statement_run (statement, &changed, error))
    return FALSE;

  if (!changed)
    g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_NOT_FOUND,
                 "transmission \"%s\" is not on its way", batch_id);
  return changed;
}

static gboolean
run_with_pk (TmStore *self, TmSql id, gint64 pk, GError **error)
{
  TmStatement *statement = tm_store_prepare (self, id);

  tm_statement_bind_number (statement, 1, pk);
  return tm_statement_run (statement, NULL, error);
}

/* The record stays, as sent or rejected. */
static gboolean
keep_settled (
    TmStore *self, const TmResult *result, TmRecordState state, gint64 now_usec, GError **error)
{
  TmStatement *statement = tm_store_prepare (self, TM_SQL_SETTLE_KEEP);
  g_autofree char *classification = NULL;
  gint64 epoch_pk = 0;
  TmStep step;

  tm_statement_bind_text (statement, 1, result->record_id);
  tm_statement_bind_number (statement, 2, state);
  tm_statement_bind_text (statement, 3, state == TM_RECORD_STATE_REJECTED ? result->reason : NULL);
  tm_statement_bind_number (statement, 4, now_usec);
  step = tm_statement_step (statement, error);
  if (step == TM_STEP_ROW)
    {
      epoch_pk = tm_statement_get_number (statement, 0);
      classification = g_strdup (tm_statement_get_text (statement, 1));
    }
  tm_statement_reset (statement);

  if (step != TM_STEP_ROW || state != TM_RECORD_STATE_REJECTED)
    return step != TM_STEP_FAILED;

  return tm_store_count_epoch_loss (self, epoch_pk, TM_LOSS_REJECTED, classification, 1, error);
}

static gboolean
settle_record (TmStore *self, const TmResult *result, gint64 now_usec, GError **error)
{
  TmStatement *statement;

  if (result->outcome == TM_OUTCOME_REJECTED)
    return keep_settled (self, result, TM_RECORD_STATE_REJECTED, now_usec, error);

  if (tm_store_get_options (self)->retention)
    return keep_settled (self, result, TM_RECORD_STATE_SENT, now_usec, error);

  statement = tm_store_prepare (self, TM_SQL_SETTLE_DELETE);
  tm_statement_bind_text (statement, 1, result->record_id);
  return tm_store_remove (self, statement, NULL, NULL, error);
}

/* The bodies that are kept take at most a quarter of the bound, and no more than so many rows. */
static gboolean
bound_transmissions (TmStore *self, GError **error)
{
  gint64 max_bytes = tm_store_get_options (self)->max_bytes;
  TmStatement *statement = tm_store_prepare (self, TM_SQL_BOUND_TRANSMISSIONS);

  tm_statement_bind_number (statement, 1, MAX_TRANSMISSIONS);
  if (!tm_statement_run (statement, NULL, error) ||
      !tm_statement_run (tm_store_prepare (self, TM_SQL_FORGET_LINKS), NULL, error))
    return FALSE;

  if (max_bytes < 0)
    return TRUE;

  statement = tm_store_prepare (self, TM_SQL_BOUND_BODIES);
  tm_statement_bind_number (statement, 1, max_bytes / 4);
  return tm_statement_run (statement, NULL, error);
}

static gboolean
end_transmission (TmStore *self, gint64 pk, gint64 now_usec, const char *url, GError **error)
{
  gboolean retention = tm_store_get_options (self)->retention;
  TmStatement *statement = tm_store_prepare (self, TM_SQL_SETTLE_TRANSMISSION);

  tm_statement_bind_number (statement, 1, pk);
  tm_statement_bind_number (statement, 2, now_usec);
  tm_statement_bind_text (statement, 3, url);
  tm_statement_bind_number (statement, 4, retention);

  return tm_statement_run (statement, NULL, error) &&
         run_with_pk (self, TM_SQL_FORGET_TRANSMISSION_LOSSES, pk, error) &&
         (retention || run_with_pk (self, TM_SQL_FORGET_TRANSMISSION_RECORDS, pk, error)) &&
         bound_transmissions (self, error);
}

static gboolean
settle (TmStore *self, const char *batch_id, GPtrArray *results, const char *url, GError **error)
{
  gint64 now_usec = tm_clock_get_realtime_usec (tm_store_get_clock (self));
  gint64 pk;
  g_autoptr (TmTransmission) head = find_head (self, batch_id, &pk, error);
  g_autoptr (GPtrArray) losses = NULL;

  if (head == NULL || !tm_store_load_usage (self, error))
    return FALSE;

  losses = read_losses (self, pk, error);
  if (losses == NULL || !tm_store_mark_losses_delivered (self, head->machine_id, losses, error))
    return FALSE;

  for (guint i = 0; i < results->len; i++)
    if (!settle_record (self, results->pdata[i], now_usec, error))
      return FALSE;

  return tm_statement_run (tm_store_prepare (self, TM_SQL_RELEASE_RECORDS), NULL, error) &&
         end_transmission (self, pk, now_usec, url, error);
}

gboolean
tm_store_settle (
    TmStore *self, const char *batch_id, GPtrArray *results, const char *url, GError **error)
{
  if (!tm_store_begin (self, error))
    return FALSE;

  if (settle (self, batch_id, results, url, error))
    return tm_store_commit (self, error);

  tm_store_rollback (self);
  return FALSE;
}

gboolean
tm_store_drop_transmission (TmStore *self, GError **error)
{
  gint64 pk;
  g_autoptr (GError) local_error = NULL;
  g_autoptr (TmTransmission) head = read_head (self, &pk, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (head == NULL)
    return TRUE;

  return tm_statement_run (tm_store_prepare (self, TM_SQL_RELEASE_RECORDS), NULL, error) &&
         run_with_pk (self, TM_SQL_FORGET_TRANSMISSION_LOSSES, pk, error) &&
         run_with_pk (self, TM_SQL_FORGET_TRANSMISSION_RECORDS, pk, error) &&
         run_with_pk (self, TM_SQL_DELETE_TRANSMISSION, pk, error);
}

gboolean
tm_store_abandon_transmission (TmStore *self, const char *batch_id, GError **error)
{
  gint64 pk;
  g_autoptr (TmTransmission) head = NULL;

  if (!tm_store_begin (self, error))
    return FALSE;

  head = find_head (self, batch_id, &pk, error);
  if (head != NULL && tm_store_drop_transmission (self, error))
    return tm_store_commit (self, error);

  tm_store_rollback (self);
  return FALSE;
}
