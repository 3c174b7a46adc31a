/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which package a file belongs to, as its builder wrote it into the file: JSON in the section
 * .note.package, which systemd-coredump collects from all files of a process. A process may map
 * what it likes, so this is a parser for what a stranger wrote.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Longer texts are none. */
#define TM_PACKAGE_NOTE_MAX_BYTES (256 * 1024)
/* Of "name version". */
#define TM_PACKAGE_MAX_BYTES 256

/* {"type":"deb","os":"debian","name":"gears","version":"1.2-3",...}
 * (transfer full) (nullable): "gears 1.2-3" */
char *tm_package_note_parse (const char *text, gsize n_bytes);

/* {"/usr/bin/gears":{"name":...},...}: COREDUMP_PACKAGE_JSON.
 * (transfer full) (element-type filename utf8): path to "name version"; empty: there is nothing. */
GHashTable *tm_package_note_parse_all (const char *text, gsize n_bytes);

/* "name version", of signs that packages have. */
gboolean tm_package_is_valid (const char *package);

G_END_DECLS
