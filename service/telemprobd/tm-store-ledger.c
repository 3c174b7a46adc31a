/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The loss ledger in the store; see tm-store-ledger.h. */
#include "tm-store-ledger.h"

#include "tm-store-epoch.h"

static void
bind_loss (TmStatement *statement, gint64 epoch_pk, const char *reason, const char *classification)
{
  tm_statement_bind_number (statement, 1, epoch_pk);
  tm_statement_bind_text (statement, 2, reason);
  tm_statement_bind_text (statement, 3, classification);
}

/* FALSE if there is no such counter and no room for another one. */
static gboolean
has_room (TmStore *self,
          gint64 epoch_pk,
          const char *reason,
          const char *classification,
          gboolean *out_has_room,
          GError **error)
{
  TmStatement *statement = tm_store_prepare (self, TM_SQL_HAS_LOSS);
  TmStep step;

  bind_loss (statement, epoch_pk, reason, classification);
  step = tm_statement_step (statement, error);
  tm_statement_reset (statement);
  *out_has_room = step == TM_STEP_ROW;
  if (step != TM_STEP_DONE)
    return step == TM_STEP_ROW;

  statement = tm_store_prepare (self, TM_SQL_COUNT_LOSSES);
  tm_statement_bind_number (statement, 1, epoch_pk);
  step = tm_statement_step (statement, error);
  if (step == TM_STEP_ROW)
    *out_has_room = tm_statement_get_number (statement, 0) < TM_STORE_MAX_LOSSES;
  tm_statement_reset (statement);

  return step == TM_STEP_ROW;
}

gboolean
tm_store_count_epoch_loss (TmStore *self,
                           gint64 epoch_pk,
                           const char *reason,
                           const char *classification,
                           guint64 count,
                           GError **error)
{
  gboolean room = FALSE;
  TmStatement *statement;

  if (!has_room (self, epoch_pk, reason, classification, &room, error))
    return FALSE;

  statement = tm_store_prepare (self, TM_SQL_ADD_LOSS);
  bind_loss (statement, epoch_pk, reason, room ? classification : TM_LOSS_OTHER_CLASSIFICATION);
  tm_statement_bind_number (statement, 4, count);
  return tm_statement_run (statement, NULL, error);
}

gboolean
tm_store_count_loss (TmStore *self,
                     const char *machine_id,
                     const char *reason,
                     const char *classification,
                     guint64 count,
                     GError **error)
{
  gint64 epoch_pk;

  return tm_store_find_epoch (self, machine_id, TRUE, &epoch_pk, error) &&
         tm_store_count_epoch_loss (self, epoch_pk, reason, classification, count, error);
}

GPtrArray *
tm_store_read_losses (TmStatement *statement, GError **error)
{
  g_autoptr (GPtrArray) losses = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_loss_free);
  TmStep step;

  while ((step = tm_statement_step (statement, error)) == TM_STEP_ROW)
    g_ptr_array_add (losses, tm_loss_new (tm_statement_get_text (statement, 0),
                                          tm_statement_get_text (statement, 1),
                                          tm_statement_get_number (statement, 2)));

  return step == TM_STEP_DONE ? g_steal_pointer (&losses) : NULL;
}

GPtrArray *
tm_store_list_losses (TmStore *self, const char *machine_id, gboolean undelivered, GError **error)
{
  TmStatement *statement;
  gint64 epoch_pk;

  if (!tm_store_find_epoch (self, machine_id, FALSE, &epoch_pk, error))
    return NULL;

  statement = tm_store_prepare (self, TM_SQL_LIST_LOSSES);
  tm_statement_bind_number (statement, 1, epoch_pk);
  tm_statement_bind_number (statement, 2, undelivered);
  return tm_store_read_losses (statement, error);
}

gboolean
tm_store_mark_losses_delivered (TmStore *self,
                                const char *machine_id,
                                GPtrArray *losses,
                                GError **error)
{
  gint64 epoch_pk;

  if (!tm_store_find_epoch (self, machine_id, FALSE, &epoch_pk, error))
    return FALSE;

  for (guint i = 0; i < losses->len; i++)
    {
      TmLoss *loss = losses->pdata[i];
      TmStatement *statement = tm_store_prepare (self, TM_SQL_MARK_LOSS_DELIVERED);

      bind_loss (statement, epoch_pk, loss->reason, loss->classification);
      tm_statement_bind_number (statement, 4, loss->count);
      if (!tm_statement_run (statement, NULL, error))
        return FALSE;
    }

  return TRUE;
}
