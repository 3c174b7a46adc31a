/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls of org.telemetrics.TelemetryManager1, that wait for their answer. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

GDBusConnection *tm_remote_connect (GError **error);

/* interface: its last part, "Consent". type: of the reply, "(s)". Where the person must prove who
 * they are, they may be asked; an answer may take as long as typing a password. */
GVariant *tm_remote_call (GDBusConnection *bus,
                          const char *interface,
                          const char *method,
                          GVariant *arguments,
                          const char *type,
                          GError **error);
/* The same for methods that return text in a file descriptor. */
char *tm_remote_call_for_text (GDBusConnection *bus,
                               const char *interface,
                               const char *method,
                               GVariant *arguments,
                               GError **error);
/* All properties of an interface, a{sv}. */
GVariant *tm_remote_get_all (GDBusConnection *bus, const char *interface, GError **error);

G_END_DECLS
