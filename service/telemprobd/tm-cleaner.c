/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-cleaner.h. Deleting happens on the commit thread. */
#include "tm-cleaner.h"

#include "tm-store-erase.h"

/* Records of one hour go together, and a clock that jumps makes no busy loop. */
#define MIN_WAIT_USEC ((gint64) 60 * 60 * G_USEC_PER_SEC)

struct _TmCleaner
{
  GObject parent_instance;

  TmClock *clock;            /* owned */
  TmStanding *standing;      /* owned */
  TmCategorySet *categories; /* owned */
  TmCommitter *committer;    /* owned */
  char *store_path;          /* owned */
  gint64 expiry_usec;
  guint timer;
};

G_DEFINE_FINAL_TYPE (TmCleaner, tm_cleaner, G_TYPE_OBJECT)

/* What the commit thread is to do and what it finds. */
typedef struct
{
  gboolean delete_everything;
  char **uncovered; /* owned: ids of categories that nothing may be kept of */
  gint64 oldest_usec;
} Work;

static void
work_free (Work *self)
{
  g_strfreev (self->uncovered);
  g_free (self);
}

static gboolean expire (gpointer user_data);

static void
plan (TmCleaner *self, gint64 wait_usec)
{
  tm_clock_clear_timer (self->clock, &self->timer);
  self->timer = tm_clock_add_timer (
      self->clock, tm_clock_get_boottime_usec (self->clock) + MAX (wait_usec, MIN_WAIT_USEC),
      expire, self, NULL);
}

static gboolean
clean (TmStore *store, gpointer data, GError **error)
{
  Work *self = data;
  TmStoreUsage usage = { 0 };

  if (self->delete_everything)
    return tm_store_delete_everything (store, NULL, error);
  for (guint i = 0; self->uncovered[i] != NULL; i++)
    if (!tm_store_delete_category (store, self->uncovered[i], NULL, error))
      return FALSE;
  if (!tm_store_expire (store, NULL, error) || !tm_store_get_usage (store, &usage, error))
    return FALSE;

  self->oldest_usec = usage.oldest_pending_usec;

  return TRUE;
}

static void
on_cleaned (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  TmCleaner *self = g_task_get_source_object (task);
  GError *error = NULL;
  Work *work = tm_committer_run_finish (TM_COMMITTER (source), result, &error);

  if (work == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  /* A record is kept through the last moment of its time. */
  if (work->oldest_usec != 0)
    plan (self,
          work->oldest_usec + self->expiry_usec + 1 - tm_clock_get_realtime_usec (self->clock));
  g_task_return_boolean (task, TRUE);
}

/* Takes work. */
static void
start_work (TmCleaner *self, Work *work, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_name (task, G_STRFUNC);
  /* Not in a transaction: deleting for good rewrites the file. */
  tm_committer_visit_async (self->committer, clean, work, (GDestroyNotify) work_free, NULL,
                            on_cleaned, task);
}

static gboolean
expire (gpointer user_data)
{
  TmCleaner *self = user_data;
  Work *work = g_new0 (Work, 1);

  self->timer = 0;
  work->uncovered = g_new0 (char *, 1);
  start_work (self, work, NULL, NULL);

  return G_SOURCE_REMOVE;
}

static char **
find_uncovered (TmCleaner *self)
{
  g_autoptr (GStrvBuilder) uncovered = g_strv_builder_new ();
  g_auto (GStrv) active = tm_standing_get_active (self->standing);

  for (guint i = 0; i < tm_category_set_get_n (self->categories); i++)
    {
      const char *id = tm_category_set_get (self->categories, i)->id;

      if (!g_strv_contains ((const char *const *) active, id))
        g_strv_builder_add (uncovered, id);
    }

  return g_strv_builder_end (uncovered);
}

static void
on_category_expired (TmStanding *standing, gpointer user_data)
{
  tm_cleaner_start_async (TM_CLEANER (user_data), NULL, NULL);
}

void
tm_cleaner_start_async (TmCleaner *self, GAsyncReadyCallback callback, gpointer user_data)
{
  if (!g_file_test (self->store_path, G_FILE_TEST_EXISTS))
    {
      g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

      g_task_return_boolean (task, TRUE);
      return;
    }

  Work *work = g_new0 (Work, 1);

  work->delete_everything = !tm_standing_is_enabled (self->standing);
  work->uncovered = find_uncovered (self);
  start_work (self, work, callback, user_data);
}

gboolean
tm_cleaner_start_finish (TmCleaner *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
tm_cleaner_notice (TmCleaner *self)
{
  if (self->timer == 0)
    plan (self, self->expiry_usec + 1);
}

TmCleaner *
tm_cleaner_new (TmClock *clock,
                TmStanding *standing,
                TmCategorySet *categories,
                TmCommitter *committer,
                const char *store_path,
                gint64 expiry_usec)
{
  TmCleaner *self = g_object_new (TM_TYPE_CLEANER, NULL);

  self->clock = g_object_ref (clock);
  self->standing = g_object_ref (standing);
  self->categories = tm_category_set_ref (categories);
  self->committer = g_object_ref (committer);
  self->store_path = g_strdup (store_path);
  self->expiry_usec = expiry_usec;
  g_signal_connect_object (standing, "category-expired", G_CALLBACK (on_category_expired), self, 0);

  return self;
}

static void
tm_cleaner_finalize (GObject *object)
{
  TmCleaner *self = TM_CLEANER (object);

  tm_clock_clear_timer (self->clock, &self->timer);
  g_clear_object (&self->clock);
  g_clear_object (&self->standing);
  g_clear_pointer (&self->categories, tm_category_set_unref);
  g_clear_object (&self->committer);
  g_free (self->store_path);

  G_OBJECT_CLASS (tm_cleaner_parent_class)->finalize (object);
}

static void
tm_cleaner_class_init (TmCleanerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tm_cleaner_finalize;
}

static void
tm_cleaner_init (TmCleaner *self)
{
}
