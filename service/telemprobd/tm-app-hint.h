/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The app hint of a record: the systemd unit or the Flatpak id a process runs as, from what the
 * kernel says of its control group. A hint, not proof: who may start units under his own name may
 * choose their names. What a caller says of itself is never asked.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The kernel writes one line a hierarchy, a path is at most PATH_MAX. */
#define TM_APP_HINT_MAX_CGROUP_BYTES (64 * 1024)

/* text: the content of /proc/PID/cgroup. Returns (nullable): NULL where there is no unit worth
 * naming (a login session, a container's root, no systemd). */
char *tm_app_hint_from_cgroup (const char *text, gsize n_bytes);

G_END_DECLS
