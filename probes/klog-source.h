/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where klogprobe reads from. A source feeds lines to the reader of reports; it says how far it
 * got, so that a restart goes on there.
 */
#pragma once

#include <gio/gio.h>

#include "tm-oops-reader.h"

G_BEGIN_DECLS

/* A file: dmesg, a console's log, syslog, pstore, or lines of /dev/kmsg; "-" is standard input. */
gboolean klog_read_file (const char *file, TmOopsReader *reader, GError **error);

/* What the journal has from the kernel itself, behind cursor; without one, from now on. follow:
 * wait for more, until saying (FALSE) that consent ended. Calls on_cursor between reports, never
 * inside one; with NULL when nothing was read since the last call. */
typedef struct
{
  const char *directory; /* (nullable): of journal files, else the system's */
  const char *cursor;    /* (nullable) */
  gboolean follow;
  gboolean (*on_cursor) (const char *cursor, gpointer user_data); /* FALSE: stop */
  gpointer user_data;
} KlogJournal;

gboolean klog_read_journal (const KlogJournal *journal, TmOopsReader *reader, GError **error);

G_END_DECLS
