/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Takes records: POST /api/v1/records. Requests become jobs in a bounded queue; worker threads
 * decode them, share transactions, and answer after the commit. What the main loop does itself is
 * only what needs no body: keys, sizes, rates.
 */
#pragma once

#include "tm-http-server.h"

G_BEGIN_DECLS

typedef struct
{
  const char *conninfo; /* copied */
  guint n_workers;      /* 2..8 */
  guint max_waiting_batches;
  gsize max_waiting_bytes;
  gint64 linger_usec;
  guint patience_seconds;
  gsize max_body_bytes;
  gsize max_inflated_bytes;
  guint rate_burst;
  guint rate_per_minute; /* 0 = no limit */
  gboolean rate_limit_local;
} TmCollectorSettings;

typedef struct _TmCollector TmCollector;

TmCollector *tm_collector_new (TmHttpServer *server, const TmCollectorSettings *settings);
/* Ends the threads; whatever is under way is finished first. */
void tm_collector_free (TmCollector *self);

/* TmMetricsFunc */
void tm_collector_append_metrics (GString *text, gpointer user_data);

G_END_DECLS
