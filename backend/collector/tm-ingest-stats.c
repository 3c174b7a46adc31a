/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the collector has done since it started; see tm-ingest-stats.h. */
#include "tm-ingest-stats.h"

#include "tm-status.h"

static const struct
{
  const char *name;
  const char *help;
} metrics[TM_INGEST_N_COUNTERS] = {
  [TM_INGEST_BATCHES] = { "telemetrics_ingest_batches_total", "Batches answered with 200." },
  [TM_INGEST_KNOWN_BATCHES] = { "telemetrics_ingest_known_batches_total",
                                "Batches that were in the database already." },
  [TM_INGEST_ACCEPTED] = { "telemetrics_ingest_accepted_total", "New records." },
  [TM_INGEST_DUPLICATE] = { "telemetrics_ingest_duplicate_total", "Records that came again." },
  [TM_INGEST_REJECTED] = { "telemetrics_ingest_rejected_total", "Records that did not pass." },
  [TM_INGEST_QUARANTINED] = { "telemetrics_ingest_quarantined_total",
                              "Records with an impossible time, re-dated." },
  [TM_INGEST_COMMITS] = { "telemetrics_ingest_commits_total", "Transactions committed." },
  [TM_INGEST_CONFLICTS] = { "telemetrics_ingest_conflicts_total",
                            "Groups written again because an id was there already." },
  [TM_INGEST_RETRIES] = { "telemetrics_ingest_retries_total",
                          "Groups tried again because the database was away or busy." },
  [TM_INGEST_GIVEN_UP] = { "telemetrics_ingest_given_up_total",
                           "Batches answered with 503 because the database stayed away." },
  [TM_INGEST_QUEUE_FULL] = { "telemetrics_ingest_queue_full_total",
                             "Requests answered with 503 because too many were waiting." },
  [TM_INGEST_RATE_LIMITED] = { "telemetrics_ingest_rate_limited_total",
                               "Requests answered with 429." },
  [TM_INGEST_FOLDED] = { "telemetrics_ingest_folded_total", "Batches added to the rollups." },
};

void
tm_ingest_stats_append (TmIngestStats *self, GString *text)
{
  for (guint i = 0; i < TM_INGEST_N_COUNTERS; i++)
    tm_metrics_append (text, metrics[i].name, "counter", metrics[i].help,
                       (guint64) __atomic_load_n (&self->counters[i], __ATOMIC_RELAXED));
}
