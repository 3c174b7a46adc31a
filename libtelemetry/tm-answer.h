/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the service's answers on the bus mean to a caller of the library. */
#pragma once

#include "telemetry-counter.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* The first value of a reply of the given type, "(s)" or "(a(ss))". Fails with what the service or
 * the bus answered: TELEMETRY_ERROR where it is one of ours. */
GVariant *tm_answer_from_reply (GDBusMessage *reply, const char *type, GError **error);

/* The error that a name stands for; message: (nullable) what came with it. A service that is not
 * installed is TELEMETRY_ERROR_DISABLED: to a program that reports it makes no difference. */
GError *tm_answer_to_error (const char *bus_name, const char *message);

/* The same for a plain C caller: a negative errno. */
int tm_answer_to_errno (const GError *error);
/* And what a record that met it is counted as. */
TelemetryCounter tm_answer_to_counter (const GError *error);

G_END_DECLS
