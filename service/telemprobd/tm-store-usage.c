/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The account of what is kept, and eviction; see tm-store-usage.h. */
#include "tm-store-usage.h"

#include "tm-field.h"
#include "tm-store-epoch.h"
#include "tm-store-ledger.h"
#include "tm-store-records.h"

/* At the bound each record would cost a search for another one to go; so a little more goes at
 * once: this part of the bound. */
#define EVICTION_SLACK 128

/* The columns of a statement that removes records: see REMOVED in tm-store-sql.c. */
enum
{
  COLUMN_UID,
  COLUMN_COST,
  COLUMN_STATE,
  COLUMN_EPOCH,
  COLUMN_CLASSIFICATION,
};

gboolean
tm_store_load_usage (TmStore *self, GError **error)
{
  TmStoreMemory *memory = tm_store_get_memory (self);
  TmStatement *statement;
  TmStep step;

  if (memory->has_usage)
    return TRUE;

  g_clear_pointer (&memory->uid_bytes, g_hash_table_unref);
  memory->uid_bytes = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  memory->n_bytes = 0;
  memory->has_usage = TRUE;

  statement = tm_store_prepare (self, TM_SQL_SUM_BY_UID);
  while ((step = tm_statement_step (statement, error)) == TM_STEP_ROW)
    tm_store_charge (self, tm_statement_get_number (statement, 0),
                     tm_statement_get_number (statement, 1));

  memory->has_usage = step == TM_STEP_DONE;
  return memory->has_usage;
}

void
tm_store_charge (TmStore *self, guint32 uid, gint64 n_bytes)
{
  TmStoreMemory *memory = tm_store_get_memory (self);
  gint64 *of_uid;

  if (!memory->has_usage)
    return;

  of_uid = g_hash_table_lookup (memory->uid_bytes, GUINT_TO_POINTER (uid));
  if (of_uid == NULL)
    {
      of_uid = g_new0 (gint64, 1);
      g_hash_table_insert (memory->uid_bytes, GUINT_TO_POINTER (uid), of_uid);
    }

  *of_uid += n_bytes;
  memory->n_bytes += n_bytes;
  if (*of_uid == 0)
    g_hash_table_remove (memory->uid_bytes, GUINT_TO_POINTER (uid));
}

static gint64
get_used (TmStore *self, gint64 uid)
{
  TmStoreMemory *memory = tm_store_get_memory (self);
  gint64 *of_uid;

  if (uid < 0)
    return memory->n_bytes;

  of_uid = g_hash_table_lookup (memory->uid_bytes, GUINT_TO_POINTER ((guint32) uid));
  return of_uid != NULL ? *of_uid : 0;
}

/* Losses are gathered while the rows are read, because thousands of records share a few counters.
 */
typedef struct
{
  gint64 epoch_pk;
  char *classification;
  guint64 count;
} Lost;

static void
lost_free (gpointer data)
{
  Lost *lost = data;

  g_free (lost->classification);
  g_free (lost);
}

static void
note_lost (GPtrArray *losses, gint64 epoch_pk, const char *classification)
{
  Lost *lost;

  for (guint i = losses->len; i > 0; i--)
    {
      lost = losses->pdata[i - 1];
      if (lost->epoch_pk == epoch_pk && g_str_equal (lost->classification, classification))
        {
          lost->count++;
          return;
        }
    }

  lost = g_new0 (Lost, 1);
  lost->epoch_pk = epoch_pk;
  lost->classification = g_strdup (classification);
  lost->count = 1;
  g_ptr_array_add (losses, lost);
}

static void
read_removed (TmStore *self, TmStatement *statement, GPtrArray *losses)
{
  gint64 state = tm_statement_get_number (statement, COLUMN_STATE);

  tm_store_charge (self, tm_statement_get_number (statement, COLUMN_UID),
                   -tm_statement_get_number (statement, COLUMN_COST));
  if (state == TM_RECORD_STATE_PENDING)
    note_lost (losses, tm_statement_get_number (statement, COLUMN_EPOCH),
               tm_statement_get_text (statement, COLUMN_CLASSIFICATION));
}

gboolean
tm_store_remove (
    TmStore *self, TmStatement *statement, const char *reason, guint *out_n_records, GError **error)
{
  g_autoptr (GPtrArray) losses = g_ptr_array_new_with_free_func (lost_free);
  guint n_records = 0;
  TmStep step;

  for (; (step = tm_statement_step (statement, error)) == TM_STEP_ROW; n_records++)
    read_removed (self, statement, losses);
  if (step == TM_STEP_FAILED)
    return FALSE;

  for (guint i = 0; reason != NULL && i < losses->len; i++)
    {
      Lost *lost = losses->pdata[i];

      if (!tm_store_count_epoch_loss (self, lost->epoch_pk, reason, lost->classification,
                                      lost->count, error))
        return FALSE;
    }

  if (out_n_records != NULL)
    *out_n_records += n_records;
  return TRUE;
}

/* The last record that has to go, of this state and severity, so that *excess bytes are gone. */
static gboolean
find_last_to_evict (TmStore *self,
                    TmRecordState state,
                    guint severity,
                    gint64 uid,
                    gint64 *excess,
                    gint64 *out_cursor,
                    GError **error)
{
  TmStatement *statement = tm_store_prepare (self, TM_SQL_LIST_EVICTABLE);
  TmStep step = TM_STEP_DONE;

  tm_statement_bind_number (statement, 1, state);
  tm_statement_bind_number (statement, 2, severity);
  tm_statement_bind_number (statement, 3, uid);

  *out_cursor = 0;
  while (*excess > 0 && (step = tm_statement_step (statement, error)) == TM_STEP_ROW)
    {
      *out_cursor = tm_statement_get_number (statement, 0);
      *excess -= tm_statement_get_number (statement, 1);
    }
  tm_statement_reset (statement);

  return step != TM_STEP_FAILED;
}

static gboolean
evict (
    TmStore *self, TmRecordState state, guint severity, gint64 uid, gint64 *excess, GError **error)
{
  TmStatement *statement;
  gint64 cursor;

  if (!find_last_to_evict (self, state, severity, uid, excess, &cursor, error))
    return FALSE;
  if (cursor == 0)
    return TRUE;

  statement = tm_store_prepare (self, TM_SQL_EVICT);
  tm_statement_bind_number (statement, 1, state);
  tm_statement_bind_number (statement, 2, severity);
  tm_statement_bind_number (statement, 3, uid);
  tm_statement_bind_number (statement, 4, cursor);

  return tm_store_remove (self, statement, TM_LOSS_EVICTED, NULL, error);
}

gboolean
tm_store_keep_bound (TmStore *self, gint64 uid, GError **error)
{
  gint64 max_bytes = tm_store_get_options (self)->max_bytes;
  gint64 excess;

  if (max_bytes < 0)
    return TRUE;
  if (!tm_store_load_usage (self, error))
    return FALSE;

  if (uid >= 0)
    max_bytes = max_bytes * TM_STORE_UID_PERCENT / 100;
  excess = get_used (self, uid) - max_bytes;
  if (excess > 0)
    excess += max_bytes / EVICTION_SLACK;

  for (guint state = TM_RECORD_STATE_SENT; state >= TM_RECORD_STATE_PENDING && excess > 0; state--)
    for (guint severity = TM_SEVERITY_LOW; severity <= TM_SEVERITY_CRITICAL && excess > 0;
         severity++)
      if (!evict (self, state, severity, uid, &excess, error))
        return FALSE;

  return TRUE;
}
