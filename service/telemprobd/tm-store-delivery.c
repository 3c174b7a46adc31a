/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Batches out of the store; see tm-store-delivery.h. */
#include "tm-store-delivery.h"

#include "tm-store-epoch.h"
#include "tm-store-ledger.h"
#include "tm-store-row.h"
#include "tm-store-usage.h"

/* A record's JSON has keys and quotes beside its text. */
#define RECORD_JSON_BYTES 400

void
tm_take_free (TmTake *self)
{
  g_free (self->machine_id);
  g_ptr_array_unref (self->records);
  g_ptr_array_unref (self->losses);
  g_free (self);
}

static gboolean
read_epoch (TmStatement *statement, gint64 *out_epoch_pk, char **out_machine_id, GError **error)
{
  TmStep step = tm_statement_step (statement, error);

  if (step == TM_STEP_ROW)
    {
      *out_epoch_pk = tm_statement_get_number (statement, 0);
      *out_machine_id = g_strdup (tm_statement_get_text (statement, 1));
    }
  tm_statement_reset (statement);

  return step != TM_STEP_FAILED;
}

/* The oldest epoch with a record to send, or else with a loss that the server does not know. */
static gboolean
find_epoch (
    TmStore *self, guint min_severity, gint64 *out_epoch_pk, char **out_machine_id, GError **error)
{
  TmStatement *statement = tm_store_prepare (self, TM_SQL_NEXT_EPOCH);

  tm_statement_bind_number (statement, 1, min_severity);
  if (!read_epoch (statement, out_epoch_pk, out_machine_id, error))
    return FALSE;
  if (*out_machine_id != NULL || min_severity > TM_SEVERITY_LOW)
    return TRUE;

  statement = tm_store_prepare (self, TM_SQL_LOSS_EPOCH);
  return read_epoch (statement, out_epoch_pk, out_machine_id, error);
}

static gsize
estimate_bytes (TmRecord *record)
{
  return tm_record_get_n_bytes (record, TM_FIELD_PAYLOAD) +
         tm_record_get_n_bytes (record, TM_FIELD_CLASSIFICATION) + RECORD_JSON_BYTES;
}

/* A row that holds no record can't be sent, ever; its neighbours can. It expires. */
static gboolean
take_records (
    TmStatement *statement, TmTake *take, guint max_records, gsize max_bytes, GError **error)
{
  gsize n_bytes = 0;
  TmStep step;

  while ((step = tm_statement_step (statement, error)) == TM_STEP_ROW)
    {
      g_autoptr (TmRecord) record = tm_row_read_record (statement, NULL);

      if (record == NULL)
        continue;

      n_bytes += estimate_bytes (record);
      take->more =
          take->records->len >= max_records || (take->records->len > 0 && n_bytes > max_bytes);
      if (take->more)
        break;

      if (tm_record_get_number (record, TM_FIELD_SEVERITY) < TM_SEVERITY_HIGH)
        take->urgent = FALSE;
      g_ptr_array_add (take->records, g_steal_pointer (&record));
    }
  tm_statement_reset (statement);

  return step != TM_STEP_FAILED;
}

static gboolean
has_other_epoch (TmStore *self, guint min_severity, gint64 epoch_pk, TmTake *take, GError **error)
{
  TmStatement *statement = tm_store_prepare (self, TM_SQL_LATER_EPOCH);
  TmStep step;

  tm_statement_bind_number (statement, 1, min_severity);
  tm_statement_bind_number (statement, 2, epoch_pk);
  step = tm_statement_step (statement, error);
  tm_statement_reset (statement);
  take->more = take->more || step == TM_STEP_ROW;

  return step != TM_STEP_FAILED;
}

TmTake *
tm_store_take_pending (
    TmStore *self, guint min_severity, guint max_records, gsize max_bytes, GError **error)
{
  g_autoptr (TmTake) take = NULL;
  g_autofree char *machine_id = NULL;
  TmStatement *statement;
  gint64 epoch_pk = 0;

  if (!find_epoch (self, min_severity, &epoch_pk, &machine_id, error) || machine_id == NULL)
    return NULL;

  take = g_new0 (TmTake, 1);
  take->machine_id = g_steal_pointer (&machine_id);
  take->records = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_record_unref);
  take->losses = g_ptr_array_new ();
  take->urgent = TRUE;

  statement = tm_store_prepare (self, TM_SQL_TAKE_PENDING);
  tm_statement_bind_number (statement, 1, epoch_pk);
  tm_statement_bind_number (statement, 2, min_severity);
  if (!take_records (statement, take, max_records, max_bytes, error) ||
      !has_other_epoch (self, min_severity, epoch_pk, take, error))
    return NULL;

  g_ptr_array_unref (take->losses);
  take->losses = tm_store_list_losses (self, take->machine_id, TRUE, error);
  if (take->losses == NULL)
    {
      take->losses = g_ptr_array_new ();
      return NULL;
    }

  take->urgent = take->urgent && take->records->len > 0;
  if (take->records->len == 0 && take->losses->len == 0)
    return NULL;
  return g_steal_pointer (&take);
}
