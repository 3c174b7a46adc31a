/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading what is kept, its sums, and its age; see tm-store-records.h. */
#include "tm-store-records.h"

#include "tm-category.h"
#include "tm-store-epoch.h"
#include "tm-store-ledger.h"
#include "tm-store-row.h"
#include "tm-store-usage.h"

/* Remembered dedup-keys: 100 bytes each. The oldest go first. */
#define MAX_DEDUP_KEYS 50000

static const struct
{
  TmRecordState state;
  const char *text;
} states[] = {
  { TM_RECORD_STATE_PENDING, "pending" },
  { TM_RECORD_STATE_REJECTED, "rejected" },
  { TM_RECORD_STATE_SENT, "sent" },
};

const char *
tm_record_state_to_text (TmRecordState state)
{
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (states[i].state == state)
      return states[i].text;

  g_return_val_if_reached (NULL);
}

gboolean
tm_record_state_from_text (const char *text, TmRecordState *out_state)
{
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (g_str_equal (states[i].text, text))
      {
        *out_state = states[i].state;
        return TRUE;
      }

  return FALSE;
}

void
tm_kept_record_free (TmKeptRecord *self)
{
  tm_record_unref (self->record);
  g_free (self->category);
  g_free (self->reason);
  g_free (self);
}

/* What the statement could not ask: only the glob, and all of it where the record was found by id.
 */
static gboolean
matches (const TmRecordFilter *filter, TmKeptRecord *kept)
{
  const char *classification = tm_record_get_text (kept->record, TM_FIELD_CLASSIFICATION);
  gint64 created_usec = tm_record_get_number (kept->record, TM_FIELD_CREATED_AT);

  if ((filter->has_uid && filter->uid != kept->uid) ||
      (filter->state != 0 && filter->state != kept->state) ||
      (filter->category != NULL && !g_str_equal (filter->category, kept->category)))
    return FALSE;

  if (filter->classification != NULL &&
      !tm_category_glob_match (filter->classification, classification))
    return FALSE;

  if (filter->event_id != NULL &&
      !g_str_equal (filter->event_id, tm_record_get_text (kept->record, TM_FIELD_EVENT_ID)))
    return FALSE;

  return tm_record_get_number (kept->record, TM_FIELD_SEVERITY) >= filter->min_severity &&
         created_usec >= filter->since_usec &&
         (filter->until_usec == 0 || created_usec < filter->until_usec);
}

/* A row that holds no record is left out: one bad row must not hide its neighbours. */
static TmKeptRecord *
read_matching (TmStatement *statement, const TmRecordFilter *filter)
{
  g_autoptr (TmKeptRecord) kept = tm_row_read_kept (statement, NULL);

  if (kept == NULL || !matches (filter, kept))
    return NULL;

  return g_steal_pointer (&kept);
}

static TmStatement *
prepare_list (TmStore *self, const TmRecordFilter *filter, guint64 cursor)
{
  TmStatement *statement;

  if (filter->record_id == NULL)
    {
      statement = tm_store_prepare (self, TM_SQL_LIST_RECORDS);
      tm_row_bind_filter (statement, filter, cursor);
      return statement;
    }

  statement = tm_store_prepare (self, TM_SQL_FIND_RECORD);
  tm_statement_bind_text (statement, 1, filter->record_id);
  return statement;
}

GPtrArray *
tm_store_list (TmStore *self,
               const TmRecordFilter *filter,
               guint64 cursor,
               guint limit,
               guint64 *out_next,
               GError **error)
{
  g_autoptr (GPtrArray) page =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tm_kept_record_free);
  TmStatement *statement = prepare_list (self, filter, cursor);
  gboolean has_more = FALSE;
  TmStep step;

  while (!has_more && (step = tm_statement_step (statement, error)) == TM_STEP_ROW)
    {
      TmKeptRecord *kept = read_matching (statement, filter);

      if (kept != NULL && page->len < limit)
        g_ptr_array_add (page, kept);
      else if (kept != NULL)
        {
          has_more = TRUE;
          tm_kept_record_free (kept);
        }
    }
  tm_statement_reset (statement);
  if (!has_more && step == TM_STEP_FAILED)
    return NULL;

  *out_next = has_more && page->len > 0 ? ((TmKeptRecord *) page->pdata[page->len - 1])->cursor : 0;
  return g_steal_pointer (&page);
}

static gboolean
read_oldest (TmStore *self, gint64 *out_usec, GError **error)
{
  TmStatement *statement = tm_store_prepare (self, TM_SQL_OLDEST_PENDING);
  TmStep step = tm_statement_step (statement, error);

  if (step == TM_STEP_ROW)
    *out_usec = tm_statement_get_number (statement, 0);
  tm_statement_reset (statement);

  return step != TM_STEP_FAILED;
}

static void
add_state (TmStoreUsage *usage, gint64 state, guint64 n_records, guint64 n_bytes)
{
  usage->n_bytes += n_bytes;
  if (state == TM_RECORD_STATE_REJECTED)
    usage->n_rejected += n_records;
  else if (state == TM_RECORD_STATE_SENT)
    usage->n_sent += n_records;
  else
    {
      usage->n_pending += n_records;
      usage->n_pending_bytes += n_bytes;
    }
}

gboolean
tm_store_get_usage (TmStore *self, TmStoreUsage *out_usage, GError **error)
{
  TmStatement *statement = tm_store_prepare (self, TM_SQL_SUM_BY_STATE);
  TmStep step;

  *out_usage = (TmStoreUsage){ 0 };
  while ((step = tm_statement_step (statement, error)) == TM_STEP_ROW)
    add_state (out_usage, tm_statement_get_number (statement, 0),
               tm_statement_get_number (statement, 1), tm_statement_get_number (statement, 2));

  return step == TM_STEP_DONE && read_oldest (self, &out_usage->oldest_pending_usec, error);
}

static gboolean
expire_dedup (TmStore *self, gint64 now_usec, GError **error)
{
  TmStatement *statement = tm_store_prepare (self, TM_SQL_EXPIRE_DEDUP);

  /* A key from the future was made while the clock was wrong, and would never leave. */
  tm_statement_bind_number (statement, 1, now_usec - TM_STORE_DEDUP_DAYS * TM_USEC_PER_DAY);
  tm_statement_bind_number (statement, 2, now_usec + TM_STORE_DEDUP_DAYS * TM_USEC_PER_DAY);
  if (!tm_statement_run (statement, NULL, error))
    return FALSE;

  statement = tm_store_prepare (self, TM_SQL_BOUND_DEDUP);
  tm_statement_bind_number (statement, 1, MAX_DEDUP_KEYS);
  return tm_statement_run (statement, NULL, error);
}

/* Rows that no record refers to any more. */
static gboolean
forget_unused (TmStore *self, GError **error)
{
  TmStatement *statement = tm_store_prepare (self, TM_SQL_FORGET_BOOTS);

  tm_statement_bind_text (statement, 1, tm_store_get_options (self)->boot_id);
  return tm_statement_run (statement, NULL, error) &&
         tm_statement_run (tm_store_prepare (self, TM_SQL_FORGET_SYSTEMS), NULL, error) &&
         tm_statement_run (tm_store_prepare (self, TM_SQL_FORGET_EPOCHS), NULL, error) &&
         tm_statement_run (tm_store_prepare (self, TM_SQL_FORGET_LOSSES), NULL, error);
}

static gboolean
expire_all (TmStore *self, guint *out_n_records, GError **error)
{
  gint64 now_usec = tm_clock_get_realtime_usec (tm_store_get_clock (self));
  TmStatement *statement;

  if (!tm_store_load_usage (self, error) || !tm_store_select_boot (self, error))
    return FALSE;

  statement = tm_store_prepare (self, TM_SQL_EXPIRE);
  tm_statement_bind_number (statement, 1, now_usec - tm_store_get_options (self)->expiry_usec);
  return tm_store_remove (self, statement, TM_LOSS_EXPIRED, out_n_records, error) &&
         tm_store_keep_bound (self, -1, error) && expire_dedup (self, now_usec, error) &&
         forget_unused (self, error);
}

gboolean
tm_store_expire (TmStore *self, guint *out_n_records, GError **error)
{
  guint n_records = 0;

  if (!tm_store_begin (self, error))
    return FALSE;

  if (!expire_all (self, &n_records, error))
    {
      tm_store_rollback (self);
      return FALSE;
    }

  /* The remembered system and epoch may be among the forgotten ones. */
  tm_store_forget_memory (self);
  if (!tm_store_commit (self, error))
    return FALSE;

  if (out_n_records != NULL)
    *out_n_records = n_records;
  return TRUE;
}
