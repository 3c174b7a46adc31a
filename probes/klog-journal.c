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

static void
feed_entry (sd_journal *journal, TmOopsReader *reader)
{
  TmKlogLine line = { .level = TM_KLOG_UNKNOWN };

  if (!get_field (journal, "MESSAGE", &line.text, &line.n_bytes))
    return;

  line.level = (int) get_number (journal, "PRIORITY");
  line.facility = (int) get_number (journal, "SYSLOG_FACILITY");
  line.time_usec = get_number (journal, "_SOURCE_MONOTONIC_TIMESTAMP");
  /* The kernel's own lines carry facility 0; one without is not known to be the kernel's. */
  if (line.facility == 0)
    tm_oops_reader_feed (reader, &line);
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

static void
tell_place (sd_journal *journal, const KlogFollower *follower)
{
  char *cursor = NULL;
  g_autofree char *place = NULL;

  if (sd_journal_get_cursor (journal, &cursor) >= 0)
    place = g_strdup (cursor);
  else
    place = g_strdup_printf (PLACE_TIME "%" G_GINT64_FORMAT, g_get_real_time ());

  free (cursor);
  follower->on_place (place, follower->user_data);
}

static gboolean
wait_for_entries (sd_journal *journal, const KlogFollower *follower, gint64 usec)
{
  gboolean go_on = klog_wait (sd_journal_get_fd (journal), (short) sd_journal_get_events (journal),
                              follower, usec);

  return sd_journal_process (journal) >= 0 && go_on;
}

/* All that is there. FALSE: with error, or without one if it is not to go on. */
static gboolean
read_waiting (sd_journal *journal,
              const KlogFollower *follower,
              TmOopsReader *reader,
              guint *out_n_entries,
              GError **error)
{
  int result;

  *out_n_entries = 0;
  while ((result = sd_journal_next (journal)) > 0)
    {
      feed_entry (journal, reader);
      if (++*out_n_entries % ASK_ENTRIES == 0 && !klog_wait (-1, 0, follower, 0))
        return FALSE;
    }

  return result == 0 || set_error (error, "cannot read the journal", result);
}

static gboolean
read_entries (sd_journal *journal,
              const KlogFollower *follower,
              TmOopsReader *reader,
              GError **error)
{
  gint64 last_read_usec = 0;
  guint n_entries;

  while (read_waiting (journal, follower, reader, &n_entries, error))
    {
      gint64 now_usec = g_get_monotonic_time ();
      gint64 patience_usec = KLOG_WAIT_USEC;

      if (n_entries > 0)
        last_read_usec = now_usec;

      /* A report may still be coming, line by line: give it the time it has. Time is what counts,
       * not silence: other programs' entries end every wait. */
      if (follower->follow && now_usec - last_read_usec < TM_OOPS_MAX_GAP_USEC)
        patience_usec = TM_OOPS_MAX_GAP_USEC - (now_usec - last_read_usec);
      else
        {
          tm_oops_reader_flush (reader);
          tell_place (journal, follower);
        }

      if (!follower->follow || !wait_for_entries (journal, follower, patience_usec))
        return TRUE;
    }

  return *error == NULL;
}

gboolean
klog_read_journal (const char *root,
                   const char *place,
                   const KlogFollower *follower,
                   TmOopsReader *reader,
                   GError **error)
{
  g_autoptr (GError) local_error = NULL;
  sd_journal *journal = NULL;
  gboolean done;
  int result;

  result = root != NULL
               ? sd_journal_open_directory (&journal, root, SD_JOURNAL_OS_ROOT | SD_JOURNAL_SYSTEM)
               : sd_journal_open (&journal, SD_JOURNAL_SYSTEM);
  if (result < 0)
    return set_error (error, "cannot open the journal", result);

  sd_journal_set_data_threshold (journal, 0);
  result = sd_journal_add_match (journal, "_TRANSPORT=kernel", 0);
  if (result < 0)
    set_error (&local_error, "cannot select the kernel's entries", result);
  done = result >= 0 && seek (journal, place, &local_error) &&
         read_entries (journal, follower, reader, &local_error);

  sd_journal_close (journal);
  if (!done)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return done;
}
