/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proves that each error has a name of its own on the bus and is found again by it. */
#include <glib.h>

#include "telemetry-error.h"

static void
test_round_trip (void)
{
  for (guint i = 0; i < TELEMETRY_N_ERRORS; i++)
    {
      TelemetryError code = TELEMETRY_N_ERRORS;

      g_assert_true (
          g_str_has_prefix (telemetry_error_get_bus_name (i), TELEMETRY_ERROR_BUS_PREFIX));
      g_assert_true (telemetry_error_from_bus_name (telemetry_error_get_bus_name (i), &code));
      g_assert_cmpuint (code, ==, i);
    }
}

static void
test_unknown_names (void)
{
  TelemetryError code;

  g_assert_false (telemetry_error_from_bus_name (TELEMETRY_ERROR_BUS_PREFIX, &code));
  g_assert_false (telemetry_error_from_bus_name ("org.freedesktop.DBus.Error.Failed", &code));
}

/* Programs in Python and Vala see the domain's name, which never changes. */
static void
test_domain (void)
{
  g_assert_cmpstr (g_quark_to_string (TELEMETRY_ERROR), ==, "telemetry-error-quark");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/error/round-trip", test_round_trip);
  g_test_add_func ("/core/error/unknown-names", test_unknown_names);
  g_test_add_func ("/core/error/domain", test_domain);
  return g_test_run ();
}
