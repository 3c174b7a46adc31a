/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The steps of a change, one function each in their order; see tm-consent-change.h.
 *
 * Work on the disk runs on the commit thread. Submissions that were accepted before the refusal are
 * in its queue before the steps here, so they are committed, and then deleted with the rest.
 */
#include "tm-consent-change.h"

#include "telemetry-error.h"
#include "tm-store-erase.h"

typedef struct
{
  TmConsentParts parts;
  TmConsent *before;   /* owned */
  TmConsent *after;    /* owned */
  char **lost;         /* owned: ids of categories that were active and will not be */
  gboolean is_end;     /* telemetry is off afterwards: everything goes, and the identity, too */
  TmReceipt *receipt;  /* owned, nullable */
  GError *first_error; /* owned, nullable */
} Change;

static void
change_free (Change *self)
{
  tm_consent_unref (self->before);
  tm_consent_unref (self->after);
  g_strfreev (self->lost);
  g_clear_pointer (&self->receipt, tm_receipt_free);
  g_clear_error (&self->first_error);
  g_free (self);
}

static gboolean
is_narrowing (const Change *self)
{
  return self->is_end || self->lost[0] != NULL;
}

/* Takes error. */
static void
note_error (Change *self, GError *error)
{
  if (self->first_error == NULL)
    self->first_error = error;
  else
    g_clear_error (&error);
}

/* Last step. Takes task. */
static void
bring_into_force (GTask *task)
{
  Change *self = g_task_get_task_data (task);

  tm_standing_set_consent (self->parts.standing, self->after);
  if (tm_consent_is_enabled (self->after))
    tm_delivery_start (self->parts.delivery);
  if (self->first_error != NULL)
    g_task_return_error (task, g_steal_pointer (&self->first_error));
  else
    g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
on_identity_renewed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;

  if (!tm_rotation_finish (TM_ROTATION (source), result, &error))
    note_error (g_task_get_task_data (task), error);
  bring_into_force (task);
}

static void
end_identity (GTask *task)
{
  Change *self = g_task_get_task_data (task);

  /* Nothing was recorded under an identity while telemetry was off. */
  if (self->is_end && tm_consent_is_enabled (self->before))
    tm_rotation_end_async (self->parts.rotation, on_identity_renewed, task);
  else
    bring_into_force (task);
}

static void
on_receipt_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;

  if (tm_committer_run_finish (TM_COMMITTER (source), result, &error) == NULL)
    note_error (g_task_get_task_data (task), error);
  end_identity (task);
}

/* On the commit thread. */
static gboolean
add_receipt (TmStore *store, gpointer data, GError **error)
{
  Change *self = g_task_get_task_data (data);

  return tm_store_add_receipt (store, self->receipt, error);
}

static void
on_deleted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Change *self = g_task_get_task_data (task);
  GError *error = NULL;

  if (tm_committer_run_finish (TM_COMMITTER (source), result, &error) == NULL)
    {
      note_error (self, error);
      end_identity (task);
      return;
    }

  if (self->receipt != NULL)
    tm_committer_run_async (self->parts.committer, add_receipt, g_object_ref (task), g_object_unref,
                            NULL, on_receipt_added, task);
  else
    end_identity (task);
}

/* On the commit thread. */
static gboolean
delete_kept (TmStore *store, gpointer data, GError **error)
{
  Change *self = g_task_get_task_data (data);
  guint n_records = 0, n_all = 0;

  if (self->is_end && !tm_store_delete_everything (store, &n_all, error))
    return FALSE;
  for (guint i = 0; !self->is_end && self->lost[i] != NULL; i++)
    {
      if (!tm_store_delete_category (store, self->lost[i], &n_records, error) ||
          !tm_store_delete_category_losses (store, self->lost[i],
                                            tm_consent_get_categories (self->after), error))
        return FALSE;
      n_all += n_records;
    }
  if (self->receipt != NULL)
    self->receipt->n_records = n_all;

  return TRUE;
}

static void
start_deleting (GTask *task)
{
  Change *self = g_task_get_task_data (task);

  if (self->is_end)
    tm_committer_forget_losses (self->parts.committer);
  tm_committer_visit_async (self->parts.committer, delete_kept, g_object_ref (task), g_object_unref,
                            NULL, on_deleted, task);
}

/* An error means that nobody could be asked to stop. What is kept is deleted all the same. */
static void
on_suspended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;

  if (!tm_delivery_suspend_finish (TM_DELIVERY (source), result, &error))
    note_error (g_task_get_task_data (task), error);
  start_deleting (task);
}

static void
on_persisted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Change *self = g_task_get_task_data (task);
  GError *error = NULL;

  if (tm_committer_run_finish (TM_COMMITTER (source), result, &error) == NULL)
    {
      if (!is_narrowing (self))
        {
          g_task_return_error (task, error);
          g_object_unref (task);
          return;
        }
      note_error (self, error);
    }

  if (is_narrowing (self))
    tm_delivery_suspend_async (self->parts.delivery, on_suspended, task);
  else
    bring_into_force (task);
}

/* On the commit thread. */
static gboolean
persist (TmStore *store, gpointer data, GError **error)
{
  Change *self = g_task_get_task_data (data);

  return tm_consent_save (self->after, error);
}

static void
start_persisting (GTask *task)
{
  Change *self = g_task_get_task_data (task);

  tm_committer_run_file_async (self->parts.committer, persist, g_object_ref (task), g_object_unref,
                               NULL, on_persisted, task);
}

static void
on_identity_used (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;

  if (tm_rotation_finish (TM_ROTATION (source), result, &error))
    {
      start_persisting (task);
      return;
    }

  g_task_return_error (task, error);
  g_object_unref (task);
}

void
tm_consent_change_async (const TmConsentParts *parts,
                         TmConsent *after,
                         const char *receipt_id,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  Change *self = g_new0 (Change, 1);
  gint64 now_usec = tm_clock_get_realtime_usec (parts->clock);

  self->parts = *parts;
  self->before = tm_consent_ref (tm_standing_get_consent (parts->standing));
  self->after = tm_consent_begin_periods (after, self->before, now_usec);
  self->lost = tm_consent_get_lost (self->before, after, now_usec);
  self->is_end = !tm_consent_is_enabled (after);
  if (receipt_id != NULL)
    {
      self->receipt = g_new0 (TmReceipt, 1);
      self->receipt->receipt_id = g_strdup (receipt_id);
      self->receipt->kind = g_strdup ("withdrawal");
      self->receipt->created_usec = now_usec;
    }

  g_task_set_name (task, G_STRFUNC);
  g_task_set_task_data (task, self, (GDestroyNotify) change_free);
  tm_standing_refuse (parts->standing, (const char *const *) self->lost);
  /* A yes first saves the identity that records will be made under: whoever can't show its secret
   * can't erase them. A no does not wait for that. */
  if (is_narrowing (self))
    start_persisting (task);
  else
    tm_rotation_use_async (parts->rotation, on_identity_used, task);
}

gboolean
tm_consent_change_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
