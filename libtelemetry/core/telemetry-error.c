/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one table of error codes and their names on the bus; see telemetry-error.h. */
#include "telemetry-error.h"

/* The formatter would take the name for a subtraction; the macro makes a string of it. */
/* clang-format off */
G_DEFINE_QUARK (telemetry-error-quark, telemetry_error)
/* clang-format on */

static const char *const bus_names[TELEMETRY_N_ERRORS] = {
  [TELEMETRY_ERROR_DISABLED] = TELEMETRY_ERROR_BUS_PREFIX "Disabled",
  [TELEMETRY_ERROR_POLICY_CHANGED] = TELEMETRY_ERROR_BUS_PREFIX "PolicyChanged",
  [TELEMETRY_ERROR_LOCKED] = TELEMETRY_ERROR_BUS_PREFIX "Locked",
  [TELEMETRY_ERROR_UNKNOWN_CATEGORY] = TELEMETRY_ERROR_BUS_PREFIX "UnknownCategory",
  [TELEMETRY_ERROR_INVALID_FIELDS] = TELEMETRY_ERROR_BUS_PREFIX "InvalidFields",
  [TELEMETRY_ERROR_TOO_LARGE] = TELEMETRY_ERROR_BUS_PREFIX "TooLarge",
  [TELEMETRY_ERROR_NOT_SEALED] = TELEMETRY_ERROR_BUS_PREFIX "NotSealed",
  [TELEMETRY_ERROR_NOT_FOUND] = TELEMETRY_ERROR_BUS_PREFIX "NotFound",
  [TELEMETRY_ERROR_NOT_SUPPORTED] = TELEMETRY_ERROR_BUS_PREFIX "NotSupported",
  [TELEMETRY_ERROR_RATE_LIMITED] = TELEMETRY_ERROR_BUS_PREFIX "RateLimited",
  [TELEMETRY_ERROR_QUOTA_EXCEEDED] = TELEMETRY_ERROR_BUS_PREFIX "QuotaExceeded",
  [TELEMETRY_ERROR_BUSY] = TELEMETRY_ERROR_BUS_PREFIX "Busy",
  [TELEMETRY_ERROR_PAUSED] = TELEMETRY_ERROR_BUS_PREFIX "Paused",
  [TELEMETRY_ERROR_METERED] = TELEMETRY_ERROR_BUS_PREFIX "Metered",
  [TELEMETRY_ERROR_OFFLINE] = TELEMETRY_ERROR_BUS_PREFIX "Offline",
  [TELEMETRY_ERROR_STORAGE] = TELEMETRY_ERROR_BUS_PREFIX "Storage",
};

/**
 * telemetry_error_get_bus_name: (skip)
 * @code: an error code
 *
 * Returns: (transfer none): the D-Bus error name of @code
 */
const char *
telemetry_error_get_bus_name (TelemetryError code)
{
  g_return_val_if_fail ((guint) code < TELEMETRY_N_ERRORS, NULL);

  return bus_names[code];
}

/**
 * telemetry_error_from_bus_name: (skip)
 * @bus_name: a D-Bus error name
 * @out_code: (out): the code it stands for
 *
 * Returns: %TRUE if @bus_name is one of ours
 */
gboolean
telemetry_error_from_bus_name (const char *bus_name, TelemetryError *out_code)
{
  for (guint i = 0; i < TELEMETRY_N_ERRORS; i++)
    if (g_strcmp0 (bus_names[i], bus_name) == 0)
      {
        *out_code = i;
        return TRUE;
      }

  return FALSE;
}
