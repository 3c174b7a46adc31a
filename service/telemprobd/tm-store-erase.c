/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Deleting for good; see tm-store-erase.h.
 *
 * The deletion and a note that the database must be rewritten are one transaction; then it is
 * rewritten. If the machine stops in between, the note is found at the next start (tm-store.c).
 */
#include "tm-store-erase.h"

#include "tm-store-epoch.h"
#include "tm-store-ledger.h"
#include "tm-store-row.h"
#include "tm-store-transmission.h"
#include "tm-store-usage.h"

static const TmSql everything[] = {
  TM_SQL_DELETE_RECORDS,
  TM_SQL_DELETE_TRANSMISSIONS,
  TM_SQL_DELETE_TRANSMISSION_RECORDS,
  TM_SQL_DELETE_TRANSMISSION_LOSSES,
  TM_SQL_DELETE_LOSSES,
  TM_SQL_DELETE_EPOCHS,
  TM_SQL_DELETE_BOOTS,
  TM_SQL_DELETE_SYSTEMS,
  TM_SQL_DELETE_VALUES,
};

/* (element-type gint64) */
static GArray *
find_cursors (TmStore *self, const TmRecordFilter *filter, GError **error)
{
  g_autoptr (GArray) cursors = g_array_new (FALSE, FALSE, sizeof (gint64));
  TmStatement *statement = tm_store_prepare (self, TM_SQL_LIST_CURSORS);
  TmStep step;

  tm_row_bind_filter (statement, filter, 0);
  tm_statement_bind_text (statement, 9, filter->record_id);
  while ((step = tm_statement_step (statement, error)) == TM_STEP_ROW)
    {
      gint64 cursor = tm_statement_get_number (statement, 0);

      if (filter->classification == NULL ||
          tm_category_glob_match (filter->classification, tm_statement_get_text (statement, 1)))
        g_array_append_val (cursors, cursor);
    }

  return step == TM_STEP_DONE ? g_steal_pointer (&cursors) : NULL;
}

static gboolean
is_on_its_way (TmStore *self, gint64 cursor, gboolean *out_answer, GError **error)
{
  TmStatement *statement = tm_store_prepare (self, TM_SQL_RECORD_IS_SENT);
  TmStep step;

  tm_statement_bind_number (statement, 1, cursor);
  step = tm_statement_step (statement, error);
  tm_statement_reset (statement);
  *out_answer = step == TM_STEP_ROW;

  return step != TM_STEP_FAILED;
}

static gboolean
delete_record (TmStore *self, gint64 cursor, guint *n_records, GError **error)
{
  gboolean on_its_way;
  TmStatement *statement;

  if (!is_on_its_way (self, cursor, &on_its_way, error) ||
      (on_its_way && !tm_store_drop_transmission (self, error)))
    return FALSE;

  statement = tm_store_prepare (self, TM_SQL_BLANK_TRANSMISSIONS);
  tm_statement_bind_number (statement, 1, cursor);
  if (!tm_statement_run (statement, NULL, error))
    return FALSE;

  statement = tm_store_prepare (self, TM_SQL_DELETE_RECORD);
  tm_statement_bind_number (statement, 1, cursor);
  return tm_store_remove (self, statement, NULL, n_records, error);
}

static gboolean
delete_records (TmStore *self, const TmRecordFilter *filter, guint *n_records, GError **error)
{
  g_autoptr (GArray) cursors = find_cursors (self, filter, error);

  if (cursors == NULL)
    return FALSE;

  for (guint i = 0; i < cursors->len; i++)
    if (!delete_record (self, g_array_index (cursors, gint64, i), n_records, error))
      return FALSE;

  return TRUE;
}

/* The end of each deletion: commit, rewrite. */
static gboolean
finish (TmStore *self, gboolean ok, guint n_records, guint *out_n_records, GError **error)
{
  if (!ok || !tm_store_set_value (self, TM_STORE_VALUE_COMPACT, "1", error))
    {
      tm_store_rollback (self);
      return FALSE;
    }

  tm_store_forget_memory (self);
  if (!tm_store_commit (self, error) || !tm_store_compact (self, error))
    return FALSE;

  if (out_n_records != NULL)
    *out_n_records = n_records;
  return TRUE;
}

gboolean
tm_store_delete_matching (TmStore *self,
                          const TmRecordFilter *filter,
                          guint *out_n_records,
                          GError **error)
{
  guint n_records = 0;
  gboolean ok;

  if (!tm_store_begin (self, error))
    return FALSE;

  ok = delete_records (self, filter, &n_records, error);
  return finish (self, ok, n_records, out_n_records, error);
}

static gboolean
delete_loss_class (TmStore *self, const char *classification, GError **error)
{
  TmStatement *statement = tm_store_prepare (self, TM_SQL_DELETE_LOSS_CLASS);

  tm_statement_bind_text (statement, 1, classification);
  return tm_statement_run (statement, NULL, error);
}

/* A transmission that carries a loss of the category is dropped, too. */
static gboolean
delete_losses (TmStore *self, const char *category, TmCategorySet *categories, GError **error)
{
  g_autoptr (GPtrArray) classes = g_ptr_array_new_with_free_func (g_free);
  TmStatement *statement = tm_store_prepare (self, TM_SQL_LIST_LOSS_CLASSES);
  TmStep step;

  while ((step = tm_statement_step (statement, error)) == TM_STEP_ROW)
    {
      const char *classification = tm_statement_get_text (statement, 0);
      const TmCategory *owner = tm_category_set_lookup (categories, classification);

      if (owner != NULL && g_str_equal (owner->id, category))
        g_ptr_array_add (classes, g_strdup (classification));
    }
  if (step == TM_STEP_FAILED)
    return FALSE;

  for (guint i = 0; i < classes->len; i++)
    if (!delete_loss_class (self, classes->pdata[i], error))
      return FALSE;

  return classes->len == 0 || tm_store_drop_transmission (self, error);
}

static gboolean
delete_dedup (TmStore *self, const char *category, GError **error)
{
  TmStatement *statement = tm_store_prepare (self, TM_SQL_DELETE_DEDUP);

  tm_statement_bind_text (statement, 1, category);
  return tm_statement_run (statement, NULL, error);
}

gboolean
tm_store_delete_category (TmStore *self, const char *category, guint *out_n_records, GError **error)
{
  TmRecordFilter filter = { .category = category };
  guint n_records = 0;
  gboolean ok;

  if (!tm_store_begin (self, error))
    return FALSE;

  ok = delete_records (self, &filter, &n_records, error) && delete_dedup (self, category, error);
  return finish (self, ok, n_records, out_n_records, error);
}

gboolean
tm_store_delete_category_losses (TmStore *self,
                                 const char *category,
                                 TmCategorySet *categories,
                                 GError **error)
{
  if (!tm_store_begin (self, error))
    return FALSE;

  return finish (self, delete_losses (self, category, categories, error), 0, NULL, error);
}

static gboolean
delete_tables (TmStore *self, GError **error)
{
  gboolean ok;

  if (!tm_store_begin (self, error))
    return FALSE;

  ok = delete_dedup (self, NULL, error);
  for (guint i = 0; ok && i < G_N_ELEMENTS (everything); i++)
    ok = tm_statement_run (tm_store_prepare (self, everything[i]), NULL, error);

  return finish (self, ok, 0, NULL, error);
}

/* A full disk has no room for the log of a deletion either: then the files go. The receipts are
 * read before and written again; where even that fails, what was agreed to goes first. */
gboolean
tm_store_delete_everything (TmStore *self, guint *out_n_records, GError **error)
{
  g_autoptr (GPtrArray) receipts = tm_store_list_receipts (self, NULL);
  TmStoreUsage usage = { 0 };

  tm_store_get_usage (self, &usage, NULL);
  if (!delete_tables (self, NULL))
    {
      if (!tm_store_recreate (self, error))
        return FALSE;
      for (guint i = receipts != NULL ? receipts->len : 0; i > 0; i--)
        tm_store_add_receipt (self, receipts->pdata[i - 1], NULL);
    }

  if (out_n_records != NULL)
    *out_n_records = usage.n_pending + usage.n_rejected + usage.n_sent;
  return TRUE;
}

void
tm_receipt_free (TmReceipt *self)
{
  g_free (self->receipt_id);
  g_free (self->kind);
  g_free (self);
}

gboolean
tm_store_add_receipt (TmStore *self, const TmReceipt *receipt, GError **error)
{
  TmStatement *statement = tm_store_prepare (self, TM_SQL_ADD_RECEIPT);

  tm_statement_bind_text (statement, 1, receipt->receipt_id);
  tm_statement_bind_text (statement, 2, receipt->kind);
  tm_statement_bind_number (statement, 3, receipt->created_usec);
  tm_statement_bind_number (statement, 4, receipt->n_records);
  return tm_statement_run (statement, NULL, error);
}

GPtrArray *
tm_store_list_receipts (TmStore *self, GError **error)
{
  g_autoptr (GPtrArray) receipts =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tm_receipt_free);
  TmStatement *statement = tm_store_prepare (self, TM_SQL_LIST_RECEIPTS);
  TmStep step;

  while ((step = tm_statement_step (statement, error)) == TM_STEP_ROW)
    {
      TmReceipt *receipt = g_new0 (TmReceipt, 1);

      receipt->receipt_id = g_strdup (tm_statement_get_text (statement, 0));
      receipt->kind = g_strdup (tm_statement_get_text (statement, 1));
      receipt->created_usec = tm_statement_get_number (statement, 2);
      receipt->n_records = tm_statement_get_number (statement, 3);
      g_ptr_array_add (receipts, receipt);
    }

  return step == TM_STEP_DONE ? g_steal_pointer (&receipts) : NULL;
}
