/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One piece of work for the commit thread, and who waits for it. */
#pragma once

#include "tm-committer.h"

G_BEGIN_DECLS

typedef enum
{
  TM_COMMIT_JOB_SUBMIT, /* records; shares its transaction with its neighbours */
  TM_COMMIT_JOB_RUN,    /* a function in a transaction of its own */
  TM_COMMIT_JOB_VISIT,  /* a function without a transaction, for what is kept already */
  TM_COMMIT_JOB_FILE,   /* a function that does not need the store */
} TmCommitJobKind;

typedef struct
{
  TmCommitJobKind kind;
  GTask *task;       /* (owned) */
  GPtrArray *drafts; /* (owned) (nullable) (element-type TmDraft): of a submit */
  gsize n_bytes;     /* of its records, as the queue counts them */
  TmCommitterFunc func;
  gpointer data; /* belongs to the task */
} TmCommitJob;

/* Takes task. */
TmCommitJob *tm_commit_job_new_submit (GTask *task, GPtrArray *drafts);
TmCommitJob *
tm_commit_job_new_func (TmCommitJobKind kind, GTask *task, TmCommitterFunc func, gpointer data);

/* Both answer whoever waits, and free the job. error is copied. */
void tm_commit_job_succeed (TmCommitJob *self);
void tm_commit_job_fail (TmCommitJob *self, const GError *error);

guint tm_commit_job_get_n_records (const TmCommitJob *self);

G_END_DECLS
