/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The errors of Telemetrics. One table (telemetry-error.c) ties each code to its name on the bus,
 * so that a caller of the library, a D-Bus client and the service's own log speak of the same
 * thing.
 *
 * All of them may cross the bus. Those of the first group are final: the same call fails again
 * until somebody changes something. Those of the second group are worth another try later.
 */
#pragma once

#include "telemetry-export.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * TelemetryError:
 * @TELEMETRY_ERROR_DISABLED: nobody has agreed to this, so nothing was recorded
 * @TELEMETRY_ERROR_POLICY_CHANGED: the decision was made on another version of the privacy policy
 * @TELEMETRY_ERROR_LOCKED: the administrator of this machine has locked the category
 * @TELEMETRY_ERROR_UNKNOWN_CATEGORY: there is no category of this name
 * @TELEMETRY_ERROR_INVALID_FIELDS: a field is not as it must be; the message names it and its limit
 * @TELEMETRY_ERROR_TOO_LARGE: a payload or a batch is over its limit; the message names the limit
 * @TELEMETRY_ERROR_NOT_SEALED: the file descriptor is not a memfd sealed against every change
 * @TELEMETRY_ERROR_NOT_FOUND: there is no such record, transmission or request
 * @TELEMETRY_ERROR_NOT_SUPPORTED: this version of the service cannot do that
 * @TELEMETRY_ERROR_RATE_LIMITED: too many records from this user; the message ends in
 * `retry-after=<s>`
 * @TELEMETRY_ERROR_QUOTA_EXCEEDED: too many bytes from this user; the message ends in
 * `retry-after=<s>`
 * @TELEMETRY_ERROR_BUSY: the service is doing this already
 * @TELEMETRY_ERROR_PAUSED: delivery is paused
 * @TELEMETRY_ERROR_METERED: the network is metered
 * @TELEMETRY_ERROR_OFFLINE: there is no network
 * @TELEMETRY_ERROR_STORAGE: the record could not be written to disk
 *
 * Why a call was refused or failed. The name on the bus is `org.telemetrics.Telemetry1.Error.` and
 * the code's name in CamelCase.
 */
typedef enum
{
  TELEMETRY_ERROR_DISABLED,
  TELEMETRY_ERROR_POLICY_CHANGED,
  TELEMETRY_ERROR_LOCKED,
  TELEMETRY_ERROR_UNKNOWN_CATEGORY,
  TELEMETRY_ERROR_INVALID_FIELDS,
  TELEMETRY_ERROR_TOO_LARGE,
  TELEMETRY_ERROR_NOT_SEALED,
  TELEMETRY_ERROR_NOT_FOUND,
  TELEMETRY_ERROR_NOT_SUPPORTED,

  TELEMETRY_ERROR_RATE_LIMITED,
  TELEMETRY_ERROR_QUOTA_EXCEEDED,
  TELEMETRY_ERROR_BUSY,
  TELEMETRY_ERROR_PAUSED,
  TELEMETRY_ERROR_METERED,
  TELEMETRY_ERROR_OFFLINE,
  TELEMETRY_ERROR_STORAGE,
} TelemetryError;

#define TELEMETRY_N_ERRORS (TELEMETRY_ERROR_STORAGE + 1)
#define TELEMETRY_ERROR (telemetry_error_quark ())

#define TELEMETRY_ERROR_BUS_PREFIX "org.telemetrics.Telemetry1.Error."

TELEMETRY_EXPORT
GQuark telemetry_error_quark (void);

TELEMETRY_EXPORT
const char *telemetry_error_get_bus_name (TelemetryError code);
TELEMETRY_EXPORT
gboolean telemetry_error_from_bus_name (const char *bus_name, TelemetryError *out_code);

G_END_DECLS
