/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What /proc says of the process behind a connection, read so that a reused pid can't mislead. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns (nullable): the app hint of the process, or NULL if it has none, has ended, or is not the
 * uid's own. Reads /proc only, which does not wait for a disk. */
char *tm_process_dup_app_hint (guint32 pid, guint32 uid);

G_END_DECLS
