/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where klogprobe reads from. A source feeds lines to the reader of reports; it says how far it
 * got, so that a restart goes on there.
 *
 *   file      once, from its beginning to its end
 *   journal   what the kernel itself said, behind a cursor
 *   kmsg      the kernel's own buffer, where there is no journal
 */
#pragma once

#include <gio/gio.h>

#include "tm-oops-reader.h"

G_BEGIN_DECLS

/* A file: dmesg, a console's log, syslog, pstore, or lines of /dev/kmsg; "-" is standard input. */
gboolean klog_read_file (const char *file, TmOopsReader *reader, GError **error);
void klog_read_text (const char *text, gsize n_bytes, TmOopsReader *reader);

/* Who follows a source. */
typedef struct
{
  gboolean follow; /* wait for more, until go_on says no */
  int wake_fd;     /* becomes readable when go_on may have changed its mind; -1: ask every minute */
  gboolean (*go_on) (gpointer user_data);
  /* The lines that follow are of this boot, 32 hex digits; never inside a report. */
  void (*on_boot) (const char *boot_id, gpointer user_data);
  /* (nullable): so many lines were gone before they were read. */
  void (*on_lost) (guint64 n_lines, gpointer user_data);
  /* All is read, and no report is open: reading may go on behind place. FALSE: stop. At least once
   * an hour. */
  gboolean (*on_pause) (const char *place, gpointer user_data);
  gpointer user_data;
} KlogFollower;

typedef struct _KlogSource KlogSource;

struct _KlogSource
{
  TmOopsReader *reader; /* (unowned) */
  const KlogFollower *follower;
  int fd; /* to be waited for */
  short events;
  /* All that is there. FALSE with error; or without one, if it is not to go on. */
  gboolean (*read_waiting) (KlogSource *self, guint *out_n_lines, GError **error);
  char *(*get_place) (KlogSource *self); /* (transfer full) */
  void (*after_wait) (KlogSource *self); /* (nullable) */
};

/* Until all is read, or if it follows until go_on or on_pause says no: then what the reader holds
 * is not flushed. */
gboolean klog_follow (KlogSource *source, GError **error);
/* For a source that reads much: ask now and then whether to go on. */
gboolean klog_may_go_on (KlogSource *source);

/* place: NULL: from now on. root: (nullable): another system's journal, below this directory. */
gboolean klog_read_journal (const char *root,
                            const char *place,
                            const KlogFollower *follower,
                            TmOopsReader *reader,
                            GError **error);

/* read_record: read(), or what a test puts in its place. */
typedef struct
{
  const char *device;
  const char *boot_id;
  const char *place; /* (nullable): from now on */
  gssize (*read_record) (int fd, void *buffer, gsize n_bytes);
} KlogKmsg;

gboolean klog_read_kmsg (const KlogKmsg *options,
                         const KlogFollower *follower,
                         TmOopsReader *reader,
                         GError **error);

G_END_DECLS
