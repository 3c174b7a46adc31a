/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The journal's entries of the kernel; see klog-source.h. Only what journald itself says is
 * believed: _TRANSPORT=kernel cannot be sent by anyone, but what a program writes to /dev/kmsg
 * comes the same way, with a facility that is not the kernel's.
 */
#include <errno.h>
#include <string.h>
#include <systemd/sd-journal.h>

#include "klog-source.h"

/* How many entries are read at most before the question whether to go on. */
#define ASK_ENTRIES 64

/* A place in a journal that had no entry: when that was. */
#define PLACE_TIME "realtime="

typedef struct
{
  KlogSource source;
  sd_journal *journal;
  char *boot_id; /* (nullable): of the entry that was read last */
} Journal;

static gboolean
set_error (GError **error, const char *what, int result)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (-result), "%s: %s", what,
               g_strerror (-result));
  return FALSE;
}

static gboolean
get_field (sd_journal *journal, const char *name, const char **out_value, gsize *out_n_bytes)
{
  gsize n_name = strlen (name) + 1;
  const void *data;
  gsize n_data;

  if (sd_journal_get_data (journal, name, &data, &n_data) < 0 || n_data < n_name)
    return FALSE;

  *out_value = (const char *) data + n_name;
  *out_n_bytes = n_data - n_name;
  return TRUE;
}

static gint64
get_number (sd_journal *journal, const char *name)
{
  const char *value;
  gsize n_bytes;
  g_autofree char *text = NULL;

  if (!get_field (journal, name, &value, &n_bytes) || n_bytes == 0)
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

  if (!get_field (self->journal, "_BOOT_ID", &value, &n_bytes) ||
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
  if (line.facility == 0 && get_field (self->journal, "MESSAGE", &line.text, &line.n_bytes))
    tm_oops_reader_feed (self->source.reader, &line);
}

/* All that is there. */
static gboolean
read_waiting (KlogSource *source, guint *out_n_lines, GError **error)
{
  Journal *self = (Journal *) source;
  int result;

  *out_n_lines = 0;
  while ((result = sd_journal_next (self->journal)) > 0)
    {
      feed_entry (self);
      if (++*out_n_lines % ASK_ENTRIES == 0 && !klog_may_go_on (source))
        return FALSE;
    }

  return result == 0 || set_error (error, "cannot read the journal", result);
}

static char *
get_place (KlogSource *source)
{
  Journal *self = (Journal *) source;
  char *cursor = NULL;
  g_autofree char *place = NULL;

  if (sd_journal_get_cursor (self->journal, &cursor) >= 0)
    place = g_strdup (cursor);
  else
    place = g_strdup_printf (PLACE_TIME "%" G_GINT64_FORMAT, g_get_real_time ());

  free (cursor);
  return g_steal_pointer (&place);
}

static void
after_wait (KlogSource *source)
{
  sd_journal_process (((Journal *) source)->journal);
}

static int
seek_cursor (sd_journal *journal, const char *cursor)
{
  int result = sd_journal_seek_cursor (journal, cursor);

  if (result >= 0)
    result = sd_journal_next (journal);
  /* Where that entry is gone, this is the first one behind it: to be read. */
  if (result > 0 && sd_journal_test_cursor (journal, cursor) <= 0)
    result = sd_journal_previous (journal);
  return result;
}

/* Behind place, or behind all that is there: nothing from before somebody agreed is ever read. */
static gboolean
seek (sd_journal *journal, const char *place, GError **error)
{
  int result;

  if (place != NULL && g_str_has_prefix (place, PLACE_TIME))
    result = sd_journal_seek_realtime_usec (
        journal, g_ascii_strtoull (place + strlen (PLACE_TIME), NULL, 10));
  else if (place != NULL)
    result = seek_cursor (journal, place);
  else
    {
      result = sd_journal_seek_tail (journal);
      if (result >= 0)
        result = sd_journal_previous (journal);
      /* No entry at all: behind the tail even new ones would not be found. */
      if (result == 0)
        result = sd_journal_seek_head (journal);
    }

  return result >= 0 || set_error (error, "cannot go to where reading begins", result);
}

static gboolean
follow (Journal *self, const char *place, GError **error)
{
  int result = sd_journal_add_match (self->journal, "_TRANSPORT=kernel", 0);

  sd_journal_set_data_threshold (self->journal, 0);
  if (result < 0)
    return set_error (error, "cannot select the kernel's entries", result);

  self->source.fd = sd_journal_get_fd (self->journal);
  self->source.events = (short) sd_journal_get_events (self->journal);
  return seek (self->journal, place, error) && klog_follow (&self->source, error);
}

gboolean
klog_read_journal (const char *root,
                   const char *place,
                   const KlogFollower *follower,
                   TmOopsReader *reader,
                   GError **error)
{
  Journal self = { .source = { .reader = reader,
                               .follower = follower,
                               .read_waiting = read_waiting,
                               .get_place = get_place,
                               .after_wait = after_wait } };
  gboolean done;
  int result;

  result = root != NULL ? sd_journal_open_directory (&self.journal, root,
                                                     SD_JOURNAL_OS_ROOT | SD_JOURNAL_SYSTEM)
                        : sd_journal_open (&self.journal, SD_JOURNAL_SYSTEM);
  if (result < 0)
    return set_error (error, "cannot open the journal", result);

  done = follow (&self, place, error);
  sd_journal_close (self.journal);
  g_free (self.boot_id);
  return done;
}
