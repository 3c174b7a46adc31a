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

/* Between reports, how often a reader that follows looks whether consent still stands. */
#define WAIT_USEC (60 * G_USEC_PER_SEC)

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

static gboolean
seek (sd_journal *journal, const char *cursor, GError **error)
{
  int result;

  if (cursor == NULL)
    {
      /* Nothing from before somebody agreed is ever read. */
      result = sd_journal_seek_tail (journal);
      if (result >= 0)
        result = sd_journal_previous (journal);
      return result >= 0 || set_error (error, "cannot go to the end of the journal", result);
    }

  result = sd_journal_seek_cursor (journal, cursor);
  if (result >= 0)
    result = sd_journal_next (journal);
  if (result > 0 && sd_journal_test_cursor (journal, cursor) <= 0)
    result = sd_journal_previous (journal);
  return result >= 0 || set_error (error, "cannot go to where reading stopped", result);
}

/* Asks whether to go on also where there is no cursor to tell: the kernel may have said nothing. */
static gboolean
tell_cursor (sd_journal *journal, gboolean has_news, const KlogJournal *options)
{
  char *cursor = NULL;
  gboolean go_on;

  if (has_news && sd_journal_get_cursor (journal, &cursor) < 0)
    cursor = NULL;

  go_on = options->on_cursor (cursor, options->user_data);
  free (cursor);
  return go_on;
}

static gboolean
read_entries (sd_journal *journal, const KlogJournal *options, TmOopsReader *reader, GError **error)
{
  gint64 last_read_usec = 0;
  gboolean has_news = FALSE;

  for (;;)
    {
      int result = sd_journal_next (journal);
      gint64 quiet_usec = g_get_monotonic_time () - last_read_usec;

      if (result < 0)
        return set_error (error, "cannot read the journal", result);
      if (result > 0)
        {
          feed_entry (journal, reader);
          last_read_usec = g_get_monotonic_time ();
          has_news = TRUE;
          continue;
        }

      /* All is read. A report may still be coming, line by line: give it the time it has. Time is
       * what counts, not silence: other programs' entries end every wait. */
      if (options->follow && quiet_usec < TM_OOPS_MAX_GAP_USEC)
        {
          sd_journal_wait (journal, (guint64) (TM_OOPS_MAX_GAP_USEC - quiet_usec));
          continue;
        }
      tm_oops_reader_flush (reader);
      if (!tell_cursor (journal, has_news, options) || !options->follow)
        return TRUE;
      has_news = FALSE;
      sd_journal_wait (journal, WAIT_USEC);
    }
}

gboolean
klog_read_journal (const KlogJournal *options, TmOopsReader *reader, GError **error)
{
  sd_journal *journal = NULL;
  gboolean done;
  int result;

  result = options->directory != NULL ? sd_journal_open_directory (&journal, options->directory, 0)
                                      : sd_journal_open (&journal, SD_JOURNAL_SYSTEM);
  if (result < 0)
    return set_error (error, "cannot open the journal", result);

  sd_journal_set_data_threshold (journal, 0);
  result = sd_journal_add_match (journal, "_TRANSPORT=kernel", 0);
  if (result < 0)
    set_error (error, "cannot select the kernel's entries", result);
  done = result >= 0 && seek (journal, options->cursor, error) &&
         read_entries (journal, options, reader, error);

  sd_journal_close (journal);
  return done;
}
