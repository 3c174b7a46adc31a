/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where things are. The paths are contracts, not build options; TELEMETRICS_ROOT puts a directory
 * in front of all of them, for tests and the demonstration.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TM_PATH_DEFAULTS_CONF "/usr/share/defaults/telemetrics/telemetrics.conf"
#define TM_PATH_CONF "/etc/telemetrics/telemetrics.conf"
#define TM_PATH_CONF_D "/etc/telemetrics/telemetrics.conf.d"
#define TM_PATH_CATEGORIES_D "/usr/share/telemetrics/categories.d"
#define TM_PATH_CATEGORIES_D_ETC "/etc/telemetrics/categories.d"
#define TM_PATH_STATIC_MACHINE_ID "/etc/telemetrics/static-machine-id"
#define TM_PATH_STORE "/var/lib/telemetrics/store.db"
#define TM_PATH_CONSENT "/var/lib/telemetrics/consent.conf"
#define TM_PATH_IDENTITY "/var/lib/telemetrics/identity.conf"
#define TM_PATH_RUN_DIR "/run/telemetrics"
#define TM_PATH_ACTIVE "/run/telemetrics/active"
#define TM_PATH_ACTIVE_D "/run/telemetrics/active.d"
#define TM_PATH_SINCE "/run/telemetrics/since"

/* The path as this process must use it. (transfer full) */
char *tm_path (const char *absolute);

G_END_DECLS
