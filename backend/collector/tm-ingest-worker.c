/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A thread with a connection of its own; see tm-ingest-worker.h. */
#include "tm-ingest-worker.h"

#include "tm-ingest-store.h"

/* A commit costs about as much as writing this many records: less is worth waiting for more. */
#define WORTH_A_COMMIT_RECORDS 100
#define FIRST_RETRY_USEC (50 * 1000)
#define MAX_RETRY_USEC (1000 * 1000)

struct _TmIngestWorker
{
  TmIngestWorkerSettings settings;
  TmIngestStore *store;
  TmIngestGroup *group;
  TmIngestJob *next; /* (nullable): decoded, but did not fit into the last group */
  guint64 n_conflicts;
  GThread *thread;
};

/* Takes and decodes a job; one that cannot be decoded is answered at once. */
static TmIngestJob *
take_job (TmIngestWorker *self, gint64 deadline_usec)
{
  TmIngestJob *job;

  if (self->next != NULL)
    return g_steal_pointer (&self->next);

  while ((job = tm_ingest_queue_pop (self->settings.queue, deadline_usec)) != NULL)
    {
      if (tm_ingest_job_decode (job, self->settings.max_inflated_bytes))
        return job;
      tm_ingest_job_finish (job);
    }

  return NULL;
}

/* A batch that is too large for any group is one of its own. */
static gboolean
fits (TmIngestGroup *group, TmIngestJob *job)
{
  return group->jobs->len == 0 ||
         (group->n_records + job->batch->n_received <= TM_INGEST_GROUP_MAX_RECORDS &&
          group->n_bytes + job->n_bytes <= TM_INGEST_GROUP_MAX_BYTES);
}

/* FALSE at the end: the queue is closed and empty. */
static gboolean
gather (TmIngestWorker *self)
{
  TmIngestJob *job = take_job (self, -1);
  gint64 deadline_usec = g_get_monotonic_time () + self->settings.linger_usec;

  tm_ingest_group_clear (self->group);
  while (job != NULL)
    {
      if (!fits (self->group, job))
        {
          self->next = job;
          return TRUE;
        }
      tm_ingest_group_add (self->group, job);
      job = take_job (self, self->group->n_records < WORTH_A_COMMIT_RECORDS ? deadline_usec : 0);
    }

  return self->group->jobs->len > 0;
}

/* Patience is counted from the arrival of the oldest: when the database is away, those that have
 * waited in the queue meanwhile must not wait as long again, one group after the other. */
static gint64
get_patience_end (TmIngestWorker *self, TmIngestGroup *group)
{
  gint64 arrived_usec = G_MAXINT64;

  for (guint i = 0; i < group->jobs->len; i++)
    {
      TmIngestJob *job = g_ptr_array_index (group->jobs, i);

      arrived_usec = MIN (arrived_usec, job->arrived_usec);
    }

  return arrived_usec + self->settings.patience_seconds * (gint64) G_USEC_PER_SEC;
}

/* Tries until it works, the database says no for good, or patience ends. */
static gboolean
write_patiently (TmIngestWorker *self, TmIngestGroup *group, GError **error)
{
  gint64 end_usec = get_patience_end (self, group);
  gint64 pause_usec = FIRST_RETRY_USEC;

  while (TRUE)
    {
      g_autoptr (GError) attempt_error = NULL;

      if (tm_ingest_store_write (self->store, group, &attempt_error))
        return TRUE;

      if (!tm_database_error_is_temporary (attempt_error) ||
          tm_ingest_queue_is_closed (self->settings.queue) ||
          g_get_monotonic_time () + pause_usec > end_usec)
        {
          g_propagate_error (error, g_steal_pointer (&attempt_error));
          return FALSE;
        }

      tm_ingest_stats_add (self->settings.stats, TM_INGEST_RETRIES, 1);
      g_usleep ((gulong) pause_usec);
      pause_usec = MIN (pause_usec * 2, MAX_RETRY_USEC);
    }
}

static void
count_job (TmIngestStats *stats, TmIngestJob *job)
{
  gint64 n_accepted = 0;

  for (guint i = 0; i < job->batch->records->len && !job->is_known; i++)
    n_accepted += job->outcomes[i] == TM_OUTCOME_ACCEPTED;

  tm_ingest_stats_add (stats, TM_INGEST_BATCHES, 1);
  tm_ingest_stats_add (stats, TM_INGEST_KNOWN_BATCHES, job->is_known);
  tm_ingest_stats_add (stats, TM_INGEST_ACCEPTED, n_accepted);
  tm_ingest_stats_add (stats, TM_INGEST_DUPLICATE, job->batch->records->len - n_accepted);
  tm_ingest_stats_add (stats, TM_INGEST_REJECTED, job->batch->rejects->len);
}

static void
succeed (TmIngestWorker *self, TmIngestGroup *group)
{
  TmIngestStats *stats = self->settings.stats;
  guint64 n_conflicts = tm_ingest_store_get_n_conflicts (self->store);

  tm_ingest_stats_add (stats, TM_INGEST_COMMITS, 1);
  tm_ingest_stats_add (stats, TM_INGEST_QUARANTINED, group->n_quarantined);
  tm_ingest_stats_add (stats, TM_INGEST_CONFLICTS, (gint64) (n_conflicts - self->n_conflicts));
  self->n_conflicts = n_conflicts;
  for (guint i = 0; i < group->jobs->len; i++)
    {
      TmIngestJob *job = g_ptr_array_index (group->jobs, i);

      count_job (stats, job);
      tm_ingest_job_succeed (job);
      tm_ingest_job_finish (job);
    }
  tm_fold_wake (self->settings.fold);
}

static void
fail (TmIngestWorker *self, TmIngestGroup *group, const GError *error)
{
  gboolean is_temporary = tm_database_error_is_temporary (error);

  g_warning ("%u batches are not stored: %s", group->jobs->len, error->message);
  for (guint i = 0; i < group->jobs->len; i++)
    {
      TmIngestJob *job = g_ptr_array_index (group->jobs, i);

      tm_ingest_stats_add (self->settings.stats, TM_INGEST_GIVEN_UP, 1);
      /* The database's own words are for the log: they are no business of a stranger. */
      tm_ingest_job_fail (job, is_temporary ? 503 : 500,
                          is_temporary ? "the database is not available, try again later"
                                       : "the batch could not be stored");
      tm_ingest_job_finish (job);
    }
}

static void
write_alone (TmIngestWorker *self, TmIngestJob *job)
{
  g_autoptr (TmIngestGroup) group = tm_ingest_group_new ();
  g_autoptr (GError) error = NULL;

  tm_ingest_group_add (group, job);
  if (write_patiently (self, group, &error))
    succeed (self, group);
  else
    fail (self, group, error);
}

static void
write_group (TmIngestWorker *self)
{
  TmIngestGroup *group = self->group;
  g_autoptr (GError) error = NULL;

  if (write_patiently (self, group, &error))
    {
      succeed (self, group);
      return;
    }
  if (tm_database_error_is_temporary (error) || group->jobs->len == 1)
    {
      fail (self, group, error);
      return;
    }

  /* One of them is such that the database refuses it: its neighbours must not suffer. */
  for (guint i = 0; i < group->jobs->len; i++)
    write_alone (self, g_ptr_array_index (group->jobs, i));
}

static gpointer
run (gpointer data)
{
  TmIngestWorker *self = data;

  while (gather (self))
    write_group (self);

  return NULL;
}

TmIngestWorker *
tm_ingest_worker_new (const TmIngestWorkerSettings *settings)
{
  TmIngestWorker *self = g_new0 (TmIngestWorker, 1);

  self->settings = *settings;
  self->store = tm_ingest_store_new (settings->conninfo);
  self->group = tm_ingest_group_new ();
  self->thread = g_thread_new ("tm-ingest", run, self);

  return self;
}

void
tm_ingest_worker_free (TmIngestWorker *self)
{
  g_thread_join (self->thread);
  tm_ingest_store_free (self->store);
  tm_ingest_group_free (self->group);
  g_free (self);
}
