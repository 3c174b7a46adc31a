/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * /run/telemetrics/active: the ids of the active categories, one a line, for everybody to read, so
 * that the library and the probes know at no cost that there is nothing to do. Replaced atomically;
 * absent when nothing is active. /run is not on a disk, so writing it does not wait for one.
 *
 * /run/telemetrics/since, written the same way: "ID MICROSECONDS", when each became active.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* categories: NULL-terminated. */
gboolean tm_active_file_write (const char *path, const char *const *categories, GError **error);

G_END_DECLS
