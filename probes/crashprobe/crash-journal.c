/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See crash-journal.h. */
#include "crash-journal.h"

#include <poll.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "crash-file.h"
#include "crash-unit.h"
#include "tm-probe-journal.h"

#define MESSAGE_CRASH "MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1"
#define COREDUMP_EXE "/usr/lib/systemd/systemd-coredump"
#define COREDUMP_USER "systemd-coredump"

#define WAIT_MSEC (3600 * 1000)
/* Where nothing tells of the end of consent, how often to look. */
#define ASK_MSEC (60 * 1000)

/* Fields that begin with an underscore come from journald, which has them from the kernel. */
static gboolean
is_genuine (TmProbeJournal *journal)
{
  g_autofree char *exe = tm_probe_journal_get_text (journal, "_EXE");
  g_autofree char *uid = tm_probe_journal_get_text (journal, "_UID");
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

static char *
get_unit (TmProbeJournal *journal, const char *root)
{
  g_autofree char *user_unit = tm_probe_journal_get_text (journal, "COREDUMP_USER_UNIT");
  g_autofree char *system_unit = tm_probe_journal_get_text (journal, "COREDUMP_UNIT");

  return crash_unit_get_name (root, user_unit, system_unit);
}

/* FALSE: it was not taken. */
static gboolean
report_entry (TmProbeJournal *journal, const CrashFollower *follower)
{
  g_autofree char *exe = tm_probe_journal_get_text (journal, "COREDUMP_EXE");
  g_autofree char *file = tm_probe_journal_get_text (journal, "COREDUMP_FILENAME");
  g_autofree char *time = tm_probe_journal_get_text (journal, "COREDUMP_TIMESTAMP");
  g_autofree char *place = tm_probe_journal_get_place (journal);
  g_autofree char *packages = tm_probe_journal_get_text (journal, "COREDUMP_PACKAGE_JSON");
  g_autofree char *unit = get_unit (journal, follower->root);
  CrashCase crash = {
    .core_fd = -1, .exe_fd = -1, .exe = exe, .unit = unit, .packages_json = packages
  };
  gboolean is_taken;

  /* In a container a path below /usr is somebody else's. */
  crash.is_foreign = tm_probe_journal_has_field (journal, "COREDUMP_CONTAINER_CMDLINE");
  crash.time_usec = time != NULL ? g_ascii_strtoll (time, NULL, 10) : 0;
  if (file != NULL)
    crash.core_fd = crash_file_open (follower->root, file);

  is_taken = follower->on_crash (&crash, place, follower->user_data);
  if (crash.core_fd >= 0)
    close (crash.core_fd);
  return is_taken;
}

static void
tell_place (TmProbeJournal *journal, const CrashFollower *follower)
{
  g_autofree char *place = tm_probe_journal_get_place (journal);

  follower->on_place (place, follower->user_data);
}

/* All that is there. FALSE: with error, or without one if it is not to go on. */
static gboolean
read_waiting (TmProbeJournal *journal, const CrashFollower *follower, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  gboolean was_passed = FALSE;

  while (tm_probe_journal_next (journal, &local_error))
    {
      if (!follower->go_on (follower->user_data))
        return FALSE;
      was_passed = !is_genuine (journal);
      if (!was_passed && !report_entry (journal, follower))
        return FALSE;
    }

  /* Once: anybody can write as many of these as they like, and each place goes to the disk. */
  if (was_passed)
    tell_place (journal, follower);
  if (local_error == NULL)
    return follower->on_idle (follower->user_data);

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* FALSE: do not go on. */
static gboolean
wait (TmProbeJournal *journal, const CrashFollower *follower)
{
  struct pollfd fds[] = {
    { tm_probe_journal_get_fd (journal), tm_probe_journal_get_events (journal), 0 },
    { follower->wake_fd, POLLIN, 0 },
  };

  poll (fds, G_N_ELEMENTS (fds), follower->wake_fd >= 0 ? WAIT_MSEC : ASK_MSEC);
  tm_probe_journal_after_wait (journal);
  return follower->go_on (follower->user_data);
}

gboolean
crash_journal_read (const CrashFollower *follower, const char *place, GError **error)
{
  g_autoptr (TmProbeJournal) journal = tm_probe_journal_open (follower->root, error);
  g_autoptr (GError) local_error = NULL;

  if (journal == NULL || !tm_probe_journal_add_match (journal, MESSAGE_CRASH, error) ||
      !tm_probe_journal_seek (journal, place, error))
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
