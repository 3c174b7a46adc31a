/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The thread behind the collector; see tm-fold.h. */
#include "tm-fold.h"

#include "tm-database.h"
#include "tm-schema.h"

#define SQL(name) "/org/telemetrics/server/db/sql/" name

/* What comes within this time is folded together: pages are that old at most. */
#define GATHER_USEC (200 * 1000)
/* Batches that another server has left behind are found at this interval. */
#define LOOK_USEC (30 * G_USEC_PER_SEC)
#define TIDY_USEC (60 * 60 * G_GINT64_CONSTANT (1000000))
#define RETRY_USEC (2 * G_USEC_PER_SEC)

struct _TmFold
{
  TmDatabase *database;
  TmIngestStats *stats; /* (unowned) */
  gint64 next_tidy_usec;

  GMutex mutex; /* protects what follows */
  GCond changed;
  gboolean is_woken;
  gboolean is_ending;

  GThread *thread;
};

/* Returns FALSE when the thread shall end. */
static gboolean
wait_for_work (TmFold *self, gint64 pause_usec, gboolean until_woken)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gint64 deadline_usec = g_get_monotonic_time () + pause_usec;

  while (!self->is_ending && !(until_woken && self->is_woken))
    if (!g_cond_wait_until (&self->changed, &self->mutex, deadline_usec))
      break;

  return !self->is_ending;
}

static void
forget_wake (TmFold *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->is_woken = FALSE;
}

static gboolean
fold (TmFold *self, GError **error)
{
  gint64 n;

  do
    {
      g_autoptr (TmQuery) query = tm_query_new_from_resource (SQL ("fold.sql"));
      g_autoptr (TmRows) rows = tm_database_query (self->database, query, error);

      if (rows == NULL)
        return FALSE;

      n = tm_rows_get_number (rows, 0, 0);
      tm_ingest_stats_add (self->stats, TM_INGEST_FOLDED, n);
    }
  while (n > 0);

  return TRUE;
}

static gboolean
tidy (TmFold *self, GError **error)
{
  g_autoptr (TmQuery) query = tm_query_new_from_resource (SQL ("trim-dead.sql"));
  g_autoptr (TmRows) rows = NULL;

  if (g_get_monotonic_time () < self->next_tidy_usec)
    return TRUE;

  if (!tm_schema_make_partitions (self->database, g_get_real_time (), error))
    return FALSE;

  tm_query_add_number (query, TM_DEAD_MAX_ROWS);
  tm_query_add_number (query, TM_DEAD_MAX_BYTES);
  rows = tm_database_query (self->database, query, error);
  if (rows == NULL)
    return FALSE;

  self->next_tidy_usec = g_get_monotonic_time () + TIDY_USEC;

  return TRUE;
}

static gboolean
work (TmFold *self, GError **error)
{
  return tm_database_connect (self->database, error) && tm_schema_check (self->database, error) &&
         tidy (self, error) && fold (self, error);
}

static gpointer
run (gpointer data)
{
  TmFold *self = data;
  g_autofree char *last_message = NULL;
  gboolean goes_on = TRUE;

  while (goes_on)
    {
      g_autoptr (GError) error = NULL;

      forget_wake (self);
      if (work (self, &error))
        {
          g_clear_pointer (&last_message, g_free);
          goes_on =
              wait_for_work (self, LOOK_USEC, TRUE) && wait_for_work (self, GATHER_USEC, FALSE);
          continue;
        }

      /* Once: the same again every two seconds would hide what else happens. */
      if (g_strcmp0 (last_message, error->message) != 0)
        g_warning ("the rollups have to wait: %s", error->message);
      g_free (last_message);
      last_message = g_strdup (error->message);
      tm_database_rollback (self->database);
      goes_on = wait_for_work (self, RETRY_USEC, FALSE);
    }

  return NULL;
}

TmFold *
tm_fold_new (const char *conninfo, TmIngestStats *stats)
{
  TmFold *self = g_new0 (TmFold, 1);

  self->database = tm_database_new (conninfo, "telemetrics-fold");
  self->stats = stats;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  self->thread = g_thread_new ("tm-fold", run, self);

  return self;
}

void
tm_fold_free (TmFold *self)
{
  g_mutex_lock (&self->mutex);
  self->is_ending = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);

  g_thread_join (self->thread);
  tm_database_free (self->database);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->changed);
  g_free (self);
}

void
tm_fold_wake (TmFold *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->is_woken = TRUE;
  g_cond_signal (&self->changed);
}
