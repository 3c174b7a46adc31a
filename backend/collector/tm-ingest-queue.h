/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Jobs between the main loop and the workers: bounded in number and bytes, never blocks who adds.
 */
#pragma once

#include "tm-ingest-job.h"

G_BEGIN_DECLS

typedef struct _TmIngestQueue TmIngestQueue;

TmIngestQueue *tm_ingest_queue_new (guint max_jobs, gsize max_bytes);
/* Must be empty. */
void tm_ingest_queue_free (TmIngestQueue *self);

gboolean tm_ingest_queue_is_full (TmIngestQueue *self);
/* FALSE if there is no room or the queue is closed; the job is still the caller's then. */
gboolean tm_ingest_queue_push (TmIngestQueue *self, TmIngestJob *job);
/* Waits until deadline_usec (monotonic; 0: not at all; -1: without end). NULL when there is nothing
 * by then, or the queue is closed and empty. */
TmIngestJob *tm_ingest_queue_pop (TmIngestQueue *self, gint64 deadline_usec);
/* Nothing can be added any more; what is there can be taken. */
void tm_ingest_queue_close (TmIngestQueue *self);
gboolean tm_ingest_queue_is_closed (TmIngestQueue *self);
guint tm_ingest_queue_get_n_jobs (TmIngestQueue *self);

G_END_DECLS
