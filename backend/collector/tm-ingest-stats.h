/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the collector has done since it started; counted by several threads. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  TM_INGEST_BATCHES,
  TM_INGEST_KNOWN_BATCHES,
  TM_INGEST_ACCEPTED,
  TM_INGEST_DUPLICATE,
  TM_INGEST_REJECTED,
  TM_INGEST_QUARANTINED,
  TM_INGEST_COMMITS,
  TM_INGEST_CONFLICTS,
  TM_INGEST_RETRIES,
  TM_INGEST_GIVEN_UP,
  TM_INGEST_QUEUE_FULL,
  TM_INGEST_RATE_LIMITED,
  TM_INGEST_FOLDED,
} TmIngestCounter;

#define TM_INGEST_N_COUNTERS (TM_INGEST_FOLDED + 1)

typedef struct
{
  gint64 counters[TM_INGEST_N_COUNTERS];
} TmIngestStats;

static inline void
tm_ingest_stats_add (TmIngestStats *self, TmIngestCounter counter, gint64 n)
{
  __atomic_add_fetch (&self->counters[counter], n, __ATOMIC_RELAXED);
}

/* Lines for /metrics. */
void tm_ingest_stats_append (TmIngestStats *self, GString *text);

G_END_DECLS
