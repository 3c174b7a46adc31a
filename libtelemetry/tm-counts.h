/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many records met which end. 64 bits also where the machine cannot add those atomically. */
#pragma once

#include "telemetry-counter.h"

G_BEGIN_DECLS

#define TM_N_COUNTERS (TELEMETRY_COUNTER_LOST + 1)

typedef struct
{
  GMutex lock;
  guint64 values[TM_N_COUNTERS];
} TmCounts;

void tm_counts_init (TmCounts *self);
void tm_counts_clear (TmCounts *self);
void tm_counts_add (TmCounts *self, TelemetryCounter counter, guint64 n);
guint64 tm_counts_get (TmCounts *self, TelemetryCounter counter);

G_END_DECLS
