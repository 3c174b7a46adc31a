/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bridge from core's table of errors to GDBus; see tm-bus-errors.h. */
#include "tm-bus-errors.h"

#include <gio/gio.h>

void
tm_bus_errors_register (void)
{
  static gsize registered = 0;

  if (!g_once_init_enter (&registered))
    return;

  for (guint i = 0; i < TELEMETRY_N_ERRORS; i++)
    if (!g_dbus_error_register_error (TELEMETRY_ERROR, (gint) i, telemetry_error_get_bus_name (i)))
      g_critical ("bus error name “%s” is taken already", telemetry_error_get_bus_name (i));

  g_once_init_leave (&registered, 1);
}
