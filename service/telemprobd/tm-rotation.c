/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When and how the pseudonym changes; see tm-rotation.h. */
#include "tm-rotation.h"

/* After a failed save: the next try. The disk may be full for days. */
#define RETRY_USEC ((gint64) 60 * 60 * G_USEC_PER_SEC)

struct _TmRotation
{
  GObject parent_instance;

  TmClock *clock;         /* owned */
  TmStanding *standing;   /* owned */
  TmCommitter *committer; /* owned */
  GQueue waiting;         /* (element-type GTask) owned: empty while no renewal runs */
  guint timer;
};

G_DEFINE_FINAL_TYPE (TmRotation, tm_rotation, G_TYPE_OBJECT)

static gboolean on_due (gpointer user_data);

static void
set_timer (TmRotation *self, gint64 wait_usec)
{
  gint64 now_usec = tm_clock_get_boottime_usec (self->clock);

  tm_clock_clear_timer (self->clock, &self->timer);
  self->timer = tm_clock_add_timer (self->clock, now_usec + MAX (wait_usec, 0), on_due, self, NULL);
}

static void
plan (TmRotation *self)
{
  TmIdentity *identity = tm_standing_get_identity (self->standing);

  tm_clock_clear_timer (self->clock, &self->timer);
  if (!tm_standing_is_enabled (self->standing) || tm_identity_is_static (identity) ||
      !g_queue_is_empty (&self->waiting))
    return;

  set_timer (self,
             tm_identity_get_expires_usec (identity) - tm_clock_get_realtime_usec (self->clock));
}

static gboolean
save (TmStore *store, gpointer data, GError **error)
{
  return tm_identity_save (data, error);
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TmRotation) self = user_data;
  g_autoptr (GError) error = NULL;
  TmIdentity *identity = tm_committer_run_finish (TM_COMMITTER (source), result, &error);
  GQueue waiting = self->waiting;

  g_queue_init (&self->waiting);
  if (identity != NULL)
    {
      tm_standing_set_identity (self->standing, identity);
      plan (self);
    }
  else if (tm_standing_is_enabled (self->standing))
    set_timer (self, RETRY_USEC);

  while (!g_queue_is_empty (&waiting))
    {
      g_autoptr (GTask) task = g_queue_pop_head (&waiting);

      if (identity != NULL)
        g_task_return_boolean (task, TRUE);
      else
        g_task_return_error (task, g_error_copy (error));
    }
}

void
tm_rotation_renew_async (TmRotation *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  gboolean is_running = !g_queue_is_empty (&self->waiting);

  g_task_set_name (task, G_STRFUNC);
  g_queue_push_tail (&self->waiting, task);
  if (is_running)
    return;

  tm_committer_run_file_async (
      self->committer, save, tm_identity_renew (tm_standing_get_identity (self->standing)),
      (GDestroyNotify) tm_identity_unref, NULL, on_saved, g_object_ref (self));
}

gboolean
tm_rotation_renew_finish (TmRotation *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
tm_rotation_check (TmRotation *self)
{
  if (tm_standing_is_enabled (self->standing) && g_queue_is_empty (&self->waiting) &&
      tm_identity_is_due (tm_standing_get_identity (self->standing)))
    tm_rotation_renew_async (self, NULL, NULL);
}

static gboolean
on_due (gpointer user_data)
{
  TmRotation *self = user_data;

  /* The wall clock may have been set back since: then it is not time yet. */
  self->timer = 0;
  tm_rotation_check (self);
  plan (self);

  return G_SOURCE_REMOVE;
}

TmRotation *
tm_rotation_new (TmClock *clock, TmStanding *standing, TmCommitter *committer)
{
  TmRotation *self = g_object_new (TM_TYPE_ROTATION, NULL);

  self->clock = g_object_ref (clock);
  self->standing = g_object_ref (standing);
  self->committer = g_object_ref (committer);
  g_signal_connect_object (standing, "consent-changed", G_CALLBACK (plan), self, G_CONNECT_SWAPPED);
  plan (self);

  return self;
}

static void
tm_rotation_finalize (GObject *object)
{
  TmRotation *self = TM_ROTATION (object);

  tm_clock_clear_timer (self->clock, &self->timer);
  g_clear_object (&self->clock);
  g_clear_object (&self->standing);
  g_clear_object (&self->committer);

  G_OBJECT_CLASS (tm_rotation_parent_class)->finalize (object);
}

static void
tm_rotation_class_init (TmRotationClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tm_rotation_finalize;
}

static void
tm_rotation_init (TmRotation *self)
{
  g_queue_init (&self->waiting);
}
