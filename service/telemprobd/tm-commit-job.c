/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One piece of work for the commit thread; see tm-commit-job.h. */
#include "tm-commit-job.h"

/* Of a record beside its payload. */
#define DRAFT_OVERHEAD_BYTES 1024

TmCommitJob *
tm_commit_job_new_submit (GTask *task, GPtrArray *drafts)
{
  TmCommitJob *self = g_new0 (TmCommitJob, 1);

  self->kind = TM_COMMIT_JOB_SUBMIT;
  self->task = task;
  self->drafts = g_ptr_array_ref (drafts);
  for (guint i = 0; i < drafts->len; i++)
    self->n_bytes +=
        DRAFT_OVERHEAD_BYTES +
        tm_record_get_n_bytes (((TmDraft *) drafts->pdata[i])->record, TM_FIELD_PAYLOAD);

  return self;
}

TmCommitJob *
tm_commit_job_new_func (TmCommitJobKind kind, GTask *task, TmCommitterFunc func, gpointer data)
{
  TmCommitJob *self = g_new0 (TmCommitJob, 1);

  self->kind = kind;
  self->task = task;
  self->func = func;
  self->data = data;

  return self;
}

static void
job_free (TmCommitJob *self)
{
  g_object_unref (self->task);
  g_clear_pointer (&self->drafts, g_ptr_array_unref);
  g_free (self);
}

void
tm_commit_job_succeed (TmCommitJob *self)
{
  if (self->kind == TM_COMMIT_JOB_SUBMIT)
    g_task_return_pointer (self->task, g_steal_pointer (&self->drafts),
                           (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_pointer (self->task, self->data, NULL);

  job_free (self);
}

void
tm_commit_job_fail (TmCommitJob *self, const GError *error)
{
  g_task_return_error (self->task, g_error_copy (error));
  job_free (self);
}

guint
tm_commit_job_get_n_records (const TmCommitJob *self)
{
  return self->drafts != NULL ? self->drafts->len : 0;
}
