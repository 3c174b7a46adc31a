/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which unit of systemd's a process belongs to. People name units after themselves and their
 * affairs, so only those are named that the operating system brings, and never an instance.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full) (nullable): of the names of a unit of a user's and of the system's, the first one
 * that the operating system brings: "user@.service" of "user@1000.service". */
char *crash_unit_get_name (const char *root, const char *user_unit, const char *system_unit);

/* (transfer full) (nullable): as the text of /proc/PID/cgroup has it. */
char *crash_unit_from_cgroup (const char *root, const char *text);

G_END_DECLS
