/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See crash-journal.h. */
#include "crash-journal.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "crash-file.h"
#include "crash-unit.h"
#include "tm-probe-journal.h"

#define MESSAGE_CRASH "MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1"
#define COREDUMP_EXE "/usr/lib/systemd/systemd-coredump"
#define COREDUMP_USER "systemd-coredump"

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

typedef struct
{
  const CrashFollower *follower;
  gboolean was_passed; /* the last entry was nobody's, and its place is not told */
} Reading;

static gboolean
go_on (gpointer user_data)
{
  const CrashFollower *follower = ((Reading *) user_data)->follower;

  return follower->go_on (follower->user_data);
}

static gboolean
on_entry (TmProbeJournal *journal, gpointer user_data)
{
  Reading *self = user_data;

  /* A core takes long to read. */
  if (!go_on (self))
    return FALSE;

  self->was_passed = !is_genuine (journal);
  return self->was_passed || report_entry (journal, self->follower);
}

static gboolean
on_pause (TmProbeJournal *journal, gpointer user_data)
{
  Reading *self = user_data;

  /* Once: anybody can write as many of these as they like, and each place goes to the disk. */
  if (self->was_passed)
    tell_place (journal, self->follower);
  self->was_passed = FALSE;
  return self->follower->on_idle (self->follower->user_data);
}

gboolean
crash_journal_read (const CrashFollower *follower, const char *place, GError **error)
{
  g_autoptr (TmProbeJournal) journal = tm_probe_journal_open (follower->root, error);
  Reading self = { .follower = follower };
  const TmProbeJournalFollower waiting = {
    .follow = follower->follow,
    .wake_fd = follower->wake_fd,
    .go_on = go_on,
    .on_entry = on_entry,
    .on_pause = on_pause,
    .user_data = &self,
  };

  if (journal == NULL || !tm_probe_journal_add_match (journal, MESSAGE_CRASH, error) ||
      !tm_probe_journal_seek (journal, place, error))
    return FALSE;

  /* Only a beginning: else what is not taken now would be passed over by the next start. */
  if (place == NULL)
    tell_place (journal, follower);
  return tm_probe_journal_follow (journal, &waiting, error);
}
