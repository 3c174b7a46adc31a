/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The commit thread and its queue; see tm-committer.h.
 *
 * What the thread shares with the rest is behind one mutex; the store belongs to the thread alone.
 * The thread holds a reference on the object, which tm_committer_stop() gives back after it has
 * joined the thread: so the last reference never falls inside it.
 */
#include "tm-committer.h"

#include "telemetry-error.h"
#include "tm-commit-job.h"
#include "tm-loss-tally.h"

/* A bigger group would make its first member wait for its last one. */
#define GROUP_MAX_RECORDS 4096
#define GROUP_MAX_BYTES (8 * 1024 * 1024)
/* The log is put into the database when nothing waits and it has so many pages (4 MiB), or whatever
 * waits when it has so many (32 MiB): a log without an end would fill the disk. */
#define CHECKPOINT_IDLE_PAGES 1000
#define CHECKPOINT_BUSY_PAGES 8000
/* Losses wait so long for a commit to go along with. */
#define LOSS_WAIT_USEC G_USEC_PER_SEC

struct _TmCommitter
{
  GObject parent_instance;
  TmStoreOptions options; /* its strings are owned */
  TmClock *clock;         /* (owned) */
  GMainContext *context;  /* (owned): of the signal */
  GThread *thread;        /* (owned) (nullable): NULL once it has stopped */
  TmStore *store;         /* (owned) (nullable): of the thread */

  GMutex mutex; /* guards what follows */
  GCond cond;
  GQueue jobs; /* (element-type TmCommitJob) */
  guint n_drafts;
  gsize n_bytes;
  TmLossTally *losses; /* (owned) */
  guint n_forgotten;   /* how often losses were forgotten */
  gboolean stopping;
  TmCommitterStatistics statistics;
};

enum
{
  SIGNAL_PROBLEM_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TmCommitter, tm_committer, G_TYPE_OBJECT)

static gboolean
emit_problem_changed (gpointer data)
{
  g_signal_emit (data, signals[SIGNAL_PROBLEM_CHANGED], 0);
  return G_SOURCE_REMOVE;
}

static void
notify_problem (TmCommitter *self)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, emit_problem_changed, g_object_ref (self), g_object_unref);
  g_source_attach (source, self->context);
}

/* After each commit: error is what it failed with, or NULL. */
static void
note_commit (TmCommitter *self, guint n_records, const GError *error)
{
  TmCommitterStatistics *statistics = &self->statistics;
  const char *problem = error != NULL ? error->message : NULL;
  gboolean changed;

  g_mutex_lock (&self->mutex);
  if (error == NULL)
    {
      statistics->n_commits++;
      statistics->n_records += n_records;
      statistics->max_group = MAX (statistics->max_group, n_records);
    }
  else
    statistics->n_failed++;

  changed = g_strcmp0 (statistics->problem, problem) != 0;
  if (changed)
    {
      g_free (statistics->problem);
      statistics->problem = g_strdup (problem);
    }
  g_mutex_unlock (&self->mutex);

  if (changed)
    notify_problem (self);
}

static gboolean
open_store (TmCommitter *self, GError **error)
{
  if (self->store != NULL)
    return TRUE;

  self->store = tm_store_open (&self->options, self->clock, error);
  if (self->store == NULL)
    return FALSE;

  if (tm_store_was_reset (self->store))
    {
      g_mutex_lock (&self->mutex);
      self->statistics.n_resets++;
      g_mutex_unlock (&self->mutex);
      notify_problem (self);
    }

  return TRUE;
}

/* What went wrong with the disk may have left the database in any state: it is opened anew, which
 * also finds out whether it is damaged. */
static void
close_after (TmCommitter *self, const GError *error)
{
  if (g_error_matches (error, TELEMETRY_ERROR, TELEMETRY_ERROR_STORAGE))
    g_clear_pointer (&self->store, tm_store_close);
}

static TmLossTally *
steal_losses (TmCommitter *self, guint *out_n_forgotten)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  TmLossTally *losses = self->losses;

  self->losses = tm_loss_tally_new ();
  *out_n_forgotten = self->n_forgotten;
  return losses;
}

/* They could not be written: they wait again, unless they were to be forgotten meanwhile. */
static void
return_losses (TmCommitter *self, TmLossTally *losses, guint n_forgotten)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->n_forgotten == n_forgotten)
    tm_loss_tally_merge (self->losses, losses);
}

static gboolean
insert_group (TmCommitter *self, GPtrArray *group, TmLossTally *losses, GError **error)
{
  if (!tm_loss_tally_write (losses, self->store, error))
    return FALSE;

  for (guint i = 0; i < group->len; i++)
    if (!tm_store_insert (self->store, ((TmCommitJob *) group->pdata[i])->drafts, error))
      return FALSE;

  return TRUE;
}

static gboolean
write_group (TmCommitter *self, GPtrArray *group, TmLossTally *losses, GError **error)
{
  if (!open_store (self, error) || !tm_store_begin (self->store, error))
    return FALSE;

  if (insert_group (self, group, losses, error))
    return tm_store_commit (self->store, error);

  tm_store_rollback (self->store);
  return FALSE;
}

static void
commit_group (TmCommitter *self, GPtrArray *group)
{
  guint n_forgotten;
  g_autoptr (TmLossTally) losses = steal_losses (self, &n_forgotten);
  g_autoptr (GError) error = NULL;
  guint n_records = 0;

  if (group->len == 0 && tm_loss_tally_is_empty (losses))
    return;

  for (guint i = 0; i < group->len; i++)
    n_records += tm_commit_job_get_n_records (group->pdata[i]);

  if (!write_group (self, group, losses, &error))
    {
      close_after (self, error);
      return_losses (self, losses, n_forgotten);
    }
  note_commit (self, n_records, error);

  for (guint i = 0; i < group->len; i++)
    if (error == NULL)
      tm_commit_job_succeed (group->pdata[i]);
    else
      tm_commit_job_fail (group->pdata[i], error);
  g_ptr_array_set_size (group, 0);
}

static gboolean
run_in_transaction (TmCommitter *self, TmCommitJob *job, GError **error)
{
  if (!open_store (self, error) || !tm_store_begin (self->store, error))
    return FALSE;

  if (job->func (self->store, job->data, error))
    return tm_store_commit (self->store, error);

  tm_store_rollback (self->store);
  return FALSE;
}

/* Who asks before anything was kept leaves nothing behind, not even an empty database. */
static gboolean
visit (TmCommitter *self, TmCommitJob *job, GError **error)
{
  g_autoptr (TmStore) nothing = NULL;

  if (self->store != NULL || g_file_test (self->options.path, G_FILE_TEST_EXISTS))
    return open_store (self, error) && job->func (self->store, job->data, error);

  nothing = tm_store_open_nothing (&self->options, self->clock, error);
  return nothing != NULL && job->func (nothing, job->data, error);
}

static gboolean
run_func (TmCommitter *self, TmCommitJob *job, GError **error)
{
  switch (job->kind)
    {
    case TM_COMMIT_JOB_RUN:
      return run_in_transaction (self, job, error);
    case TM_COMMIT_JOB_VISIT:
      return visit (self, job, error);
    case TM_COMMIT_JOB_FILE:
      return job->func (NULL, job->data, error);
    case TM_COMMIT_JOB_SUBMIT:
    default:
      g_return_val_if_reached (FALSE);
    }
}

static void
run_job (TmCommitter *self, TmCommitJob *job)
{
  g_autoptr (GError) error = NULL;

  if (run_func (self, job, &error))
    {
      tm_commit_job_succeed (job);
      return;
    }

  close_after (self, error);
  if (g_error_matches (error, TELEMETRY_ERROR, TELEMETRY_ERROR_STORAGE))
    note_commit (self, 0, error);
  tm_commit_job_fail (job, error);
}

static void
carry_out (TmCommitter *self, GQueue *jobs)
{
  g_autoptr (GPtrArray) group = g_ptr_array_new ();
  guint n_records = 0;
  gsize n_bytes = 0;
  TmCommitJob *job;

  while ((job = g_queue_pop_head (jobs)) != NULL)
    {
      gboolean joins = job->kind == TM_COMMIT_JOB_SUBMIT &&
                       n_records + tm_commit_job_get_n_records (job) <= GROUP_MAX_RECORDS &&
                       n_bytes + job->n_bytes <= GROUP_MAX_BYTES;

      if (!joins)
        {
          commit_group (self, group);
          n_records = 0;
          n_bytes = 0;
        }

      if (job->kind != TM_COMMIT_JOB_SUBMIT)
        {
          run_job (self, job);
          continue;
        }

      n_records += tm_commit_job_get_n_records (job);
      n_bytes += job->n_bytes;
      g_ptr_array_add (group, job);
    }

  commit_group (self, group);
}

static void
checkpoint (TmCommitter *self, gboolean is_idle)
{
  g_autoptr (GError) error = NULL;

  if (self->store == NULL || tm_store_get_n_log_pages (self->store) <
                                 (is_idle ? CHECKPOINT_IDLE_PAGES : CHECKPOINT_BUSY_PAGES))
    return;

  if (tm_store_checkpoint (self->store, &error))
    return;

  close_after (self, error);
  note_commit (self, 0, error);
}

/* Waits until there is something to do. Returns FALSE when all is done and it is time to stop. */
static gboolean
wait_for_jobs (TmCommitter *self, GQueue *out_jobs)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gint64 until = g_get_monotonic_time () + LOSS_WAIT_USEC;

  while (g_queue_is_empty (&self->jobs) && !self->stopping)
    {
      if (tm_loss_tally_is_empty (self->losses))
        {
          g_cond_wait (&self->cond, &self->mutex);
          until = g_get_monotonic_time () + LOSS_WAIT_USEC;
        }
      else if (!g_cond_wait_until (&self->cond, &self->mutex, until))
        return TRUE;
    }

  if (g_queue_is_empty (&self->jobs) && tm_loss_tally_is_empty (self->losses))
    return FALSE;

  *out_jobs = self->jobs;
  g_queue_init (&self->jobs);
  self->n_drafts = 0;
  self->n_bytes = 0;
  return TRUE;
}

static gboolean
is_idle (TmCommitter *self, gboolean *out_stopping)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  *out_stopping = self->stopping;
  return g_queue_is_empty (&self->jobs);
}

static gpointer
run_thread (gpointer data)
{
  TmCommitter *self = data;
  GQueue jobs = G_QUEUE_INIT;
  gboolean stopping = FALSE;

  while (wait_for_jobs (self, &jobs))
    {
      gboolean idle;

      carry_out (self, &jobs);
      idle = is_idle (self, &stopping);
      checkpoint (self, idle);
      /* Losses that cannot be written must not keep it from stopping. */
      if (idle && stopping)
        break;
    }

  g_clear_pointer (&self->store, tm_store_close);
  return NULL;
}

/* Takes the job; answers it at once if it cannot wait. */
static void
push (TmCommitter *self, TmCommitJob *job)
{
  g_autoptr (GError) error = NULL;
  guint n_records = tm_commit_job_get_n_records (job);

  g_mutex_lock (&self->mutex);
  if (self->stopping)
    error = g_error_new (TELEMETRY_ERROR, TELEMETRY_ERROR_STORAGE, "the service is ending");
  else if (n_records > 0 && (self->n_drafts + n_records > TM_COMMITTER_MAX_DRAFTS ||
                             self->n_bytes + job->n_bytes > TM_COMMITTER_MAX_BYTES))
    error = g_error_new (TELEMETRY_ERROR, TELEMETRY_ERROR_RATE_LIMITED,
                         "%d records or %d bytes wait for the disk already, retry-after=1",
                         TM_COMMITTER_MAX_DRAFTS, TM_COMMITTER_MAX_BYTES);
  else
    {
      self->n_drafts += n_records;
      self->n_bytes += job->n_bytes;
      g_queue_push_tail (&self->jobs, job);
      g_cond_signal (&self->cond);
    }
  g_mutex_unlock (&self->mutex);

  if (error != NULL)
    tm_commit_job_fail (job, error);
}

void
tm_committer_submit_async (TmCommitter *self,
                           GPtrArray *drafts,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_name (task, "submit records");
  push (self, tm_commit_job_new_submit (task, drafts));
}

GPtrArray *
tm_committer_submit_finish (TmCommitter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
run_async (TmCommitter *self,
           TmCommitJobKind kind,
           TmCommitterFunc func,
           gpointer data,
           GDestroyNotify destroy,
           GTask *task)
{
  g_task_set_name (task, "run on the commit thread");
  g_task_set_task_data (task, data, destroy);
  push (self, tm_commit_job_new_func (kind, task, func, data));
}

void
tm_committer_run_async (TmCommitter *self,
                        TmCommitterFunc func,
                        gpointer data,
                        GDestroyNotify destroy,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  run_async (self, TM_COMMIT_JOB_RUN, func, data, destroy,
             g_task_new (self, cancellable, callback, user_data));
}

void
tm_committer_visit_async (TmCommitter *self,
                          TmCommitterFunc func,
                          gpointer data,
                          GDestroyNotify destroy,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  run_async (self, TM_COMMIT_JOB_VISIT, func, data, destroy,
             g_task_new (self, cancellable, callback, user_data));
}

void
tm_committer_run_file_async (TmCommitter *self,
                             TmCommitterFunc func,
                             gpointer data,
                             GDestroyNotify destroy,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  run_async (self, TM_COMMIT_JOB_FILE, func, data, destroy,
             g_task_new (self, cancellable, callback, user_data));
}

gpointer
tm_committer_run_finish (TmCommitter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
tm_committer_count_loss (TmCommitter *self,
                         const char *machine_id,
                         const char *reason,
                         const char *classification)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gboolean was_empty = tm_loss_tally_is_empty (self->losses);

  tm_loss_tally_count (self->losses, machine_id, reason, classification, 1);
  if (was_empty)
    g_cond_signal (&self->cond);
}

void
tm_committer_forget_losses (TmCommitter *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_clear_pointer (&self->losses, tm_loss_tally_free);
  self->losses = tm_loss_tally_new ();
  self->n_forgotten++;
}

void
tm_committer_stop (TmCommitter *self)
{
  if (self->thread == NULL)
    return;

  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);

  g_thread_join (g_steal_pointer (&self->thread));
  g_object_unref (self);
}

guint
tm_committer_get_n_waiting (TmCommitter *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_queue_get_length (&self->jobs);
}

void
tm_committer_get_statistics (TmCommitter *self, TmCommitterStatistics *out_statistics)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  *out_statistics = self->statistics;
  out_statistics->problem = g_strdup (self->statistics.problem);
}

void
tm_committer_statistics_clear (TmCommitterStatistics *self)
{
  g_clear_pointer (&self->problem, g_free);
}

static void
tm_committer_finalize (GObject *object)
{
  TmCommitter *self = TM_COMMITTER (object);

  g_assert (self->thread == NULL);

  g_free ((char *) self->options.path);
  g_free ((char *) self->options.boot_id);
  g_object_unref (self->clock);
  g_main_context_unref (self->context);
  tm_loss_tally_free (self->losses);
  tm_committer_statistics_clear (&self->statistics);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);

  G_OBJECT_CLASS (tm_committer_parent_class)->finalize (object);
}

static void
tm_committer_class_init (TmCommitterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tm_committer_finalize;

  signals[SIGNAL_PROBLEM_CHANGED] = g_signal_new (
      "problem-changed", TM_TYPE_COMMITTER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tm_committer_init (TmCommitter *self)
{
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  g_queue_init (&self->jobs);
  self->losses = tm_loss_tally_new ();
  self->context = g_main_context_ref_thread_default ();
}

TmCommitter *
tm_committer_new (const TmStoreOptions *options, TmClock *clock)
{
  TmCommitter *self = g_object_new (TM_TYPE_COMMITTER, NULL);

  self->options = *options;
  self->options.path = g_strdup (options->path);
  self->options.boot_id = g_strdup (options->boot_id);
  self->clock = g_object_ref (clock);
  self->thread = g_thread_new ("commit", run_thread, g_object_ref (self));

  return self;
}
