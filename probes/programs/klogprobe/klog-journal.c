/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The journal's entries of the kernel; see klog-source.h. Only what journald itself says is
 * believed: _TRANSPORT=kernel cannot be sent by anyone, but what a program writes to /dev/kmsg
 * comes the same way, with a facility that is not the kernel's.
 */
#include <string.h>

#include "klog-source.h"
#include "tm-probe-journal.h"

/* How many entries are read at most before the question whether to go on. */
#define ASK_ENTRIES 64

typedef struct
{
  KlogSource source;
  TmProbeJournal *journal; /* (unowned) */
  char *boot_id;           /* (nullable): of the entry that was read last */
} Journal;

static gint64
get_number (TmProbeJournal *journal, const char *name)
{
  const char *value;
  gsize n_bytes;
  g_autofree char *text = NULL;

  if (!tm_probe_journal_get_data (journal, name, &value, &n_bytes) || n_bytes == 0)
    return TM_KLOG_UNKNOWN;

  text = g_strndup (value, n_bytes);
  return g_ascii_strtoll (text, NULL, 10);
}

/* A report does not go on in the next boot. */
static void
check_boot (Journal *self)
{
  const KlogFollower *follower = self->source.follower;
  const char *value;
  gsize n_bytes;

  if (!tm_probe_journal_get_data (self->journal, "_BOOT_ID", &value, &n_bytes) ||
      (self->boot_id != NULL && strlen (self->boot_id) == n_bytes &&
       memcmp (self->boot_id, value, n_bytes) == 0))
    return;

  tm_oops_reader_flush (self->source.reader);
  g_free (self->boot_id);
  self->boot_id = g_strndup (value, n_bytes);
  follower->on_boot (self->boot_id, follower->user_data);
}

static void
feed_entry (Journal *self)
{
  TmKlogLine line = { .level = TM_KLOG_UNKNOWN };

  check_boot (self);
  line.level = (int) get_number (self->journal, "PRIORITY");
  line.facility = (int) get_number (self->journal, "SYSLOG_FACILITY");
  line.time_usec = get_number (self->journal, "_SOURCE_MONOTONIC_TIMESTAMP");
  /* The kernel's own lines carry facility 0; one without is not known to be the kernel's. The text
   * is asked for last: what the journal returned before is gone then. */
  if (line.facility == 0 &&
      tm_probe_journal_get_data (self->journal, "MESSAGE", &line.text, &line.n_bytes))
    tm_oops_reader_feed (self->source.reader, &line);
}

/* All that is there. */
static gboolean
read_waiting (KlogSource *source, guint *out_n_lines, GError **error)
{
  Journal *self = (Journal *) source;
  g_autoptr (GError) local_error = NULL;

  *out_n_lines = 0;
  while (tm_probe_journal_next (self->journal, &local_error))
    {
      feed_entry (self);
      if (++*out_n_lines % ASK_ENTRIES == 0 && !klog_may_go_on (source))
        return FALSE;
    }

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static char *
get_place (KlogSource *source)
{
  return tm_probe_journal_get_place (((Journal *) source)->journal);
}

static void
after_wait (KlogSource *source)
{
  tm_probe_journal_after_wait (((Journal *) source)->journal);
}

gboolean
klog_read_journal (const char *root,
                   const char *place,
                   const KlogFollower *follower,
                   TmOopsReader *reader,
                   GError **error)
{
  g_autoptr (TmProbeJournal) journal = tm_probe_journal_open (root, error);
  Journal self = { .source = { .reader = reader,
                               .follower = follower,
                               .read_waiting = read_waiting,
                               .get_place = get_place,
                               .after_wait = after_wait },
                   .journal = journal };
  gboolean done;

  if (journal == NULL || !tm_probe_journal_add_match (journal, "_TRANSPORT=kernel", error) ||
      !tm_probe_journal_seek (journal, place, error))
    return FALSE;

  self.source.fd = tm_probe_journal_get_fd (journal);
  self.source.events = tm_probe_journal_get_events (journal);
  done = klog_follow (&self.source, error);
  g_free (self.boot_id);
  return done;
}
