/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The thread behind the collector: adds new batches to the rollups, makes partitions ahead of time,
 * keeps record_dead bounded. Everything it does may be repeated, stopped at any point, or done by
 * another server at the same time.
 */
#pragma once

#include "tm-ingest-stats.h"

G_BEGIN_DECLS

/* What record_dead may hold; the newest are kept. */
#define TM_DEAD_MAX_ROWS 10000
#define TM_DEAD_MAX_BYTES (256 * 1024 * 1024)

typedef struct _TmFold TmFold;

/* stats outlives it. */
TmFold *tm_fold_new (const char *conninfo, TmIngestStats *stats);
/* Waits until the thread has ended. */
void tm_fold_free (TmFold *self);
/* There is something to fold. From any thread. */
void tm_fold_wake (TmFold *self);

G_END_DECLS
