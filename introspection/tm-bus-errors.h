/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ties TELEMETRY_ERROR to its names on the bus, so that g_dbus_method_invocation_return_gerror()
 * sends them and a proxy's call gives them back. The table itself is core's.
 */
#pragma once

#include "telemetry-error.h"

G_BEGIN_DECLS

/* Once per process, before the first call or export; calling it again does nothing. Thread-safe. */
void tm_bus_errors_register (void);

G_END_DECLS
