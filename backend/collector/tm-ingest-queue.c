/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Jobs between the main loop and the workers; see tm-ingest-queue.h. */
#include "tm-ingest-queue.h"

struct _TmIngestQueue
{
  GMutex mutex; /* protects everything below */
  GCond changed;
  GQueue jobs; /* (element-type TmIngestJob) */
  gsize n_bytes;
  gboolean is_closed;

  guint max_jobs;
  gsize max_bytes;
};

TmIngestQueue *
tm_ingest_queue_new (guint max_jobs, gsize max_bytes)
{
  TmIngestQueue *self = g_new0 (TmIngestQueue, 1);

  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  g_queue_init (&self->jobs);
  self->max_jobs = max_jobs;
  self->max_bytes = max_bytes;

  return self;
}

void
tm_ingest_queue_free (TmIngestQueue *self)
{
  g_assert (g_queue_is_empty (&self->jobs));

  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->changed);
  g_free (self);
}

gboolean
tm_ingest_queue_is_full (TmIngestQueue *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->jobs.length >= self->max_jobs || self->n_bytes >= self->max_bytes;
}

gboolean
tm_ingest_queue_push (TmIngestQueue *self, TmIngestJob *job)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gsize n_bytes = g_bytes_get_size (job->body);

  if (self->is_closed || self->jobs.length >= self->max_jobs ||
      self->n_bytes + n_bytes > self->max_bytes)
    return FALSE;

  g_queue_push_tail (&self->jobs, job);
  self->n_bytes += n_bytes;
  g_cond_signal (&self->changed);

  return TRUE;
}

TmIngestJob *
tm_ingest_queue_pop (TmIngestQueue *self, gint64 deadline_usec)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  TmIngestJob *job;

  while (g_queue_is_empty (&self->jobs) && !self->is_closed && deadline_usec != 0)
    {
      if (deadline_usec < 0)
        g_cond_wait (&self->changed, &self->mutex);
      else if (!g_cond_wait_until (&self->changed, &self->mutex, deadline_usec))
        break;
    }

  job = g_queue_pop_head (&self->jobs);
  if (job != NULL)
    self->n_bytes -= g_bytes_get_size (job->body);

  return job;
}

void
tm_ingest_queue_close (TmIngestQueue *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->is_closed = TRUE;
  g_cond_broadcast (&self->changed);
}

gboolean
tm_ingest_queue_is_closed (TmIngestQueue *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->is_closed;
}

guint
tm_ingest_queue_get_n_jobs (TmIngestQueue *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->jobs.length;
}
