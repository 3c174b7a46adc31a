/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See crash-journal.h. */
#include "crash-journal.h"

#include <errno.h>
#include <gio/gio.h>
#include <poll.h>
#include <pwd.h>
#include <string.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "crash-file.h"

#define MESSAGE_CRASH "MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1"
#define COREDUMP_EXE "/usr/lib/systemd/systemd-coredump"
#define COREDUMP_USER "systemd-coredump"

/* A place in a journal that had no entry: when that was. */
#define PLACE_TIME "realtime="

#define WAIT_MSEC (3600 * 1000)
/* Where nothing tells of the end of consent, how often to look. */
#define ASK_MSEC (60 * 1000)

static gboolean
set_error (GError **error, const char *what, int result)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (-result), "%s: %s", what,
               g_strerror (-result));
  return FALSE;
}

/* (transfer full) (nullable): also NULL where there is a zero byte in it. */
static char *
get_field (sd_journal *journal, const char *name)
{
  gsize n_name = strlen (name) + 1;
  const void *data;
  gsize n_data;

  if (sd_journal_get_data (journal, name, &data, &n_data) < 0 || n_data < n_name ||
      memchr (data, '\0', n_data) != NULL)
    return NULL;

  return g_strndup ((const char *) data + n_name, n_data - n_name);
}

static gboolean
has_field (sd_journal *journal, const char *name)
{
  const void *data;
  gsize n_data;

  return sd_journal_get_data (journal, name, &data, &n_data) >= 0;
}

/* Fields that begin with an underscore come from journald, which has them from the kernel. */
static gboolean
is_genuine (sd_journal *journal)
{
  g_autofree char *exe = get_field (journal, "_EXE");
  g_autofree char *uid = get_field (journal, "_UID");
  g_autofree char *coredump_uid = NULL;
  const struct passwd *user;

  if (g_strcmp0 (exe, COREDUMP_EXE) != 0 || uid == NULL)
    return FALSE;
  if (strcmp (uid, "0") == 0)
    return TRUE;

  user = getpwnam (COREDUMP_USER);
  if (user == NULL)
    return FALSE;
  coredump_uid = g_strdup_printf ("%u", (guint) user->pw_uid);
  return strcmp (uid, coredump_uid) == 0;
}

/* FALSE: it was not taken. */
static gboolean
report_entry (sd_journal *journal, const CrashFollower *follower)
{
  g_autofree char *exe = get_field (journal, "COREDUMP_EXE");
  g_autofree char *file = get_field (journal, "COREDUMP_FILENAME");
  g_autofree char *time = get_field (journal, "COREDUMP_TIMESTAMP");
  CrashCase crash = { .core_fd = -1, .exe_fd = -1, .exe = exe };
  gboolean is_taken;

  /* In a container a path below /usr is somebody else's. */
  crash.is_foreign = has_field (journal, "COREDUMP_CONTAINER_CMDLINE");
  crash.time_usec = time != NULL ? g_ascii_strtoll (time, NULL, 10) : 0;
  if (file != NULL)
    crash.core_fd = crash_file_open (follower->root, file);

  is_taken = follower->on_crash (&crash, follower->user_data);
  if (crash.core_fd >= 0)
    close (crash.core_fd);
  return is_taken;
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
tell_place (sd_journal *journal, const CrashFollower *follower)
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

/* All that is there; the place is told after each, since reading a core takes long. FALSE: with
 * error, or without one if it is not to go on. */
static gboolean
read_waiting (sd_journal *journal, const CrashFollower *follower, GError **error)
{
  int result;

  while ((result = sd_journal_next (journal)) > 0)
    {
      if (!follower->go_on (follower->user_data))
        return FALSE;
      if (is_genuine (journal) && !report_entry (journal, follower))
        return FALSE;
      tell_place (journal, follower);
    }

  return result == 0 || set_error (error, "cannot read the journal", result);
}

/* FALSE: do not go on. */
static gboolean
wait (sd_journal *journal, const CrashFollower *follower)
{
  struct pollfd fds[] = { { sd_journal_get_fd (journal), (short) sd_journal_get_events (journal),
                            0 },
                          { follower->wake_fd, POLLIN, 0 } };

  poll (fds, G_N_ELEMENTS (fds), follower->wake_fd >= 0 ? WAIT_MSEC : ASK_MSEC);
  sd_journal_process (journal);
  return follower->go_on (follower->user_data);
}

static gboolean
follow (sd_journal *journal, const CrashFollower *follower, const char *place, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  int result = sd_journal_add_match (journal, MESSAGE_CRASH, 0);

  sd_journal_set_data_threshold (journal, 0);
  if (result < 0)
    return set_error (error, "cannot select the entries of crashes", result);
  if (!seek (journal, place, error))
    return FALSE;

  /* Only a beginning: else what is not taken now would be passed over by the next start. */
  if (place == NULL)
    tell_place (journal, follower);
  while (read_waiting (journal, follower, &local_error))
    if (!follower->follow || !wait (journal, follower))
      return TRUE;

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

gboolean
crash_journal_read (const CrashFollower *follower, const char *place, GError **error)
{
  sd_journal *journal = NULL;
  gboolean done;
  int result;

  result = follower->root != NULL
               ? sd_journal_open_directory (&journal, follower->root,
                                            SD_JOURNAL_OS_ROOT | SD_JOURNAL_SYSTEM)
               : sd_journal_open (&journal, SD_JOURNAL_SYSTEM);
  if (result < 0)
    return set_error (error, "cannot open the journal", result);

  done = follow (journal, follower, place, error);
  sd_journal_close (journal);
  return done;
}
