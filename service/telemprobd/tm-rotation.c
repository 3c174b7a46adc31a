/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When and how the pseudonym changes; see tm-rotation.h. */
#include "tm-rotation.h"

/* After a failed save: the next try. The disk may be full for days. */
#define RETRY_USEC ((gint64) 60 * 60 * G_USEC_PER_SEC)

typedef enum
{
  AIM_RENEW, /* another one */
  AIM_USE,   /* the present one, for records to be made under it */
  AIM_END,   /* another one, that nothing is made under yet */
} Aim;

struct _TmRotation
{
  GObject parent_instance;

  TmClock *clock;         /* owned */
  TmStanding *standing;   /* owned */
  TmCommitter *committer; /* owned */
  GQueue waiting;         /* (element-type GTask) owned: empty while nothing is saved */
  Aim saving;             /* what is saved now is for */
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

static void on_saved (GObject *source, GAsyncResult *result, gpointer user_data);

/* What follows the present identity. (transfer full) */
static TmIdentity *
make_next (TmRotation *self, Aim aim)
{
  TmIdentity *present = tm_standing_get_identity (self->standing);
  g_autoptr (TmIdentity) next =
      aim == AIM_USE ? tm_identity_ref (present) : tm_identity_renew (present);
  gboolean is_used =
      aim == AIM_USE || (aim == AIM_RENEW && tm_standing_is_enabled (self->standing));

  return is_used ? tm_identity_use (next) : g_steal_pointer (&next);
}

static void
start_saving (TmRotation *self, Aim aim)
{
  self->saving = aim;
  tm_committer_run_file_async (self->committer, save, make_next (self, aim),
                               (GDestroyNotify) tm_identity_unref, NULL, on_saved,
                               g_object_ref (self));
}

/* What was saved may have been for another call than this one. */
static gboolean
is_reached (TmRotation *self, Aim aim)
{
  TmIdentity *identity = tm_standing_get_identity (self->standing);

  switch (aim)
    {
    case AIM_USE:
      return tm_identity_is_saved (identity) &&
             (tm_identity_is_used (identity) || tm_identity_is_static (identity));
    case AIM_END:
      return !tm_identity_is_used (identity);
    case AIM_RENEW:
    default:
      return self->saving != AIM_USE;
    }
}

static Aim
get_aim (GTask *task)
{
  return (Aim) GPOINTER_TO_INT (g_task_get_task_data (task));
}

/* Answers those who have what they asked for, or all of them with the error. */
static void
answer_waiting (TmRotation *self, const GError *error)
{
  GQueue waiting = self->waiting;

  g_queue_init (&self->waiting);
  while (!g_queue_is_empty (&waiting))
    {
      g_autoptr (GTask) task = g_queue_pop_head (&waiting);

      if (error != NULL)
        g_task_return_error (task, g_error_copy (error));
      else if (is_reached (self, get_aim (task)))
        g_task_return_boolean (task, TRUE);
      else
        g_queue_push_tail (&self->waiting, g_steal_pointer (&task));
    }
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TmRotation) self = user_data;
  g_autoptr (GError) error = NULL;
  TmIdentity *identity = tm_committer_run_finish (TM_COMMITTER (source), result, &error);

  if (identity != NULL)
    tm_standing_set_identity (self->standing, identity);
  answer_waiting (self, error);

  if (!g_queue_is_empty (&self->waiting))
    start_saving (self, get_aim (g_queue_peek_head (&self->waiting)));
  else if (identity != NULL)
    plan (self);
  else if (tm_standing_is_enabled (self->standing))
    set_timer (self, RETRY_USEC);
}

static void
start (TmRotation *self, Aim aim, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  gboolean is_saving = !g_queue_is_empty (&self->waiting);

  g_task_set_name (task, G_STRFUNC);
  g_task_set_task_data (task, GINT_TO_POINTER (aim), NULL);
  if (!is_saving && aim == AIM_USE && is_reached (self, aim))
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }

  g_queue_push_tail (&self->waiting, task);
  if (!is_saving)
    start_saving (self, aim);
}

void
tm_rotation_renew_async (TmRotation *self, GAsyncReadyCallback callback, gpointer user_data)
{
  start (self, AIM_RENEW, callback, user_data);
}

void
tm_rotation_use_async (TmRotation *self, GAsyncReadyCallback callback, gpointer user_data)
{
  start (self, AIM_USE, callback, user_data);
}

void
tm_rotation_end_async (TmRotation *self, GAsyncReadyCallback callback, gpointer user_data)
{
  start (self, AIM_END, callback, user_data);
}

gboolean
tm_rotation_finish (TmRotation *self, GAsyncResult *result, GError **error)
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
  /* A withdrawal was cut before its last step. */
  if (!tm_standing_is_enabled (standing) &&
      tm_identity_is_used (tm_standing_get_identity (standing)))
    tm_rotation_end_async (self, NULL, NULL);

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
