/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A thread with a connection of its own: takes jobs from the queue, decodes them, writes those that
 * are there together as one transaction, and answers after the commit.
 *
 * A group ends when the queue is empty and there is enough in it to be worth a commit, when it has
 * waited for linger_usec, or when it is full. A database that is away is tried again for
 * patience_seconds; then the jobs are answered with 503.
 */
#pragma once

#include "tm-fold.h"
#include "tm-ingest-queue.h"
#include "tm-ingest-stats.h"

G_BEGIN_DECLS

/* One transaction. Records have about 1 KiB, so that the bytes are for those that have a MiB. */
#define TM_INGEST_GROUP_MAX_RECORDS 1000
#define TM_INGEST_GROUP_MAX_BYTES (16 * 1024 * 1024)

typedef struct
{
  const char *conninfo; /* copied */
  TmIngestQueue *queue; /* outlives the worker */
  TmIngestStats *stats; /* outlives the worker */
  TmFold *fold;         /* told of each commit; outlives the worker */
  gsize max_inflated_bytes;
  gint64 linger_usec;
  guint patience_seconds;
} TmIngestWorkerSettings;

typedef struct _TmIngestWorker TmIngestWorker;

TmIngestWorker *tm_ingest_worker_new (const TmIngestWorkerSettings *settings);
/* The queue must be closed; waits until the worker has answered everything. */
void tm_ingest_worker_free (TmIngestWorker *self);

G_END_DECLS
