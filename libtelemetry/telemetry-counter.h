/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a client counts; see telemetry_client_get_count(). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TelemetryCounter:
 * @TELEMETRY_COUNTER_ACCEPTED: the service has it on disk
 * @TELEMETRY_COUNTER_OFF: nobody has agreed to it, or no service is installed; this is how it
 * should be on most machines
 * @TELEMETRY_COUNTER_FULL: the queue of the client was full
 * @TELEMETRY_COUNTER_INVALID: a field was not as it must be, or too large: a fault of the program
 * @TELEMETRY_COUNTER_LIMITED: over the rate or the quota of this user
 * @TELEMETRY_COUNTER_LOST: not answered: the service or the bus failed, the time was over, or the
 *   client was disposed of too early
 *
 * What became of the records that were handed to a #TelemetryClient. Each record is counted exactly
 * once.
 *
 * Since: 0.1
 */
typedef enum
{
  TELEMETRY_COUNTER_ACCEPTED,
  TELEMETRY_COUNTER_OFF,
  TELEMETRY_COUNTER_FULL,
  TELEMETRY_COUNTER_INVALID,
  TELEMETRY_COUNTER_LIMITED,
  TELEMETRY_COUNTER_LOST,
} TelemetryCounter;

G_END_DECLS
