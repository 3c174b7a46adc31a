/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where klogprobe reads from. A source feeds lines to the reader of reports; it says how far it
 * got, so that a restart goes on there.
 */
#pragma once

#include <gio/gio.h>

#include "tm-oops-reader.h"

G_BEGIN_DECLS

/* How long a source sleeps that has nothing to read: then counts may be due. */
#define KLOG_WAIT_USEC (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

/* A file: dmesg, a console's log, syslog, pstore, or lines of /dev/kmsg; "-" is standard input. */
gboolean klog_read_file (const char *file, TmOopsReader *reader, GError **error);

/* Where a source stands and who wants to know. */
typedef struct
{
  gboolean follow; /* wait for more, until go_on says no */
  int wake_fd;     /* becomes readable when go_on may have changed its mind; -1: ask every minute */
  gboolean (*go_on) (gpointer user_data);
  /* Between reports, never inside one: reading may go on behind place. May be the same again. */
  void (*on_place) (const char *place, gpointer user_data);
  gpointer user_data;
} KlogFollower;

/* What the journal has from the kernel itself, behind place, which is a cursor; without one, from
 * now on. root: (nullable): another system's journal, below this directory. Ends well when go_on
 * says no; what the reader holds then is not flushed. */
gboolean klog_read_journal (const char *root,
                            const char *place,
                            const KlogFollower *follower,
                            TmOopsReader *reader,
                            GError **error);

/* Waits for fd, the follower's own wish or the time; FALSE: do not go on. */
gboolean klog_wait (int fd, short events, const KlogFollower *follower, gint64 usec);

G_END_DECLS
