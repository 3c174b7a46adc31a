/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * /run/telemetrics/active: the ids of the active categories, one a line, for everybody to read, so
 * that the library and the probes know at no cost that there is nothing to do. Replaced atomically;
 * absent when nothing is active. /run is not on a disk, so writing it does not wait for one.
 *
 * /run/telemetrics/active.d: a mark, an empty file, for each of them. systemd can wait for a file
 * to be there, and cannot miss it; that a file has changed it misses while it starts or ends what
 * waits for that. A mark is there only while the id is in the file.
 *
 * /run/telemetrics/since, written the same way: "ID MICROSECONDS", when each became active.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* categories: NULL-terminated. */
gboolean tm_active_file_write (const char *path, const char *const *categories, GError **error);

/* Removes all marks but those of categories, and the directory with the last of them. */
gboolean tm_active_marks_remove_others (const char *directory,
                                        const char *const *categories,
                                        GError **error);
/* Makes the marks of categories, NULL-terminated ids, that are not there yet. */
gboolean tm_active_marks_add (const char *directory, const char *const *categories, GError **error);

G_END_DECLS
