/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether anything is recorded on this machine at all, without asking anybody.
 *
 * telemprobd keeps /run/telemetrics/active: the ids of the active categories, a line each; absent
 * or empty means off. Looking costs one system call, so that a program with telemetry built in
 * costs nothing where telemetry is off: no connection, no thread, no start of the service.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean tm_active_check (void);

G_END_DECLS
