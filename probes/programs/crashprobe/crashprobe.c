/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reports crashes of programs: those of which systemd-coredump tells the journal, the one that the
 * kernel hands over, or a core file that somebody names. The core itself is read by a child of this
 * program that may do nothing else.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crash-analyse.h"
#include "crash-handler.h"
#include "crash-journal.h"
#include "crash-rules.h"
#include "tm-probe-journal.h"

typedef struct
{
  TmProbeInfo info;
  TmProbe *probe;
  TmCrashRules *rules;
  CrashReporter *reporter;
  char *core;
  char *exe;
  gboolean is_handler;
  char **arguments;    /* (nullable) */
  gboolean has_failed; /* a record was not taken; the place stays in front of it */
} Crashprobe;

static void
crashprobe_clear (Crashprobe *self)
{
  g_clear_pointer (&self->reporter, crash_reporter_free);
  g_clear_pointer (&self->rules, tm_crash_rules_free);
  g_clear_pointer (&self->probe, tm_probe_free);
  g_clear_pointer (&self->arguments, g_strfreev);
  g_clear_pointer (&self->core, g_free);
  g_clear_pointer (&self->exe, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Crashprobe, crashprobe_clear)

/* -1: error is set. */
static int
open_file (const char *file, GError **error)
{
  int fd = open (file, O_RDONLY | O_CLOEXEC);
  int saved_errno = errno;
  struct stat info;

  if (fd >= 0 && (fstat (fd, &info) != 0 || !S_ISDIR (info.st_mode)))
    return fd;
  if (fd >= 0)
    {
      saved_errno = EISDIR;
      close (fd);
    }

  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (saved_errno),
               _ ("cannot open “%s”: %s"), file, g_strerror (saved_errno));
  return -1;
}

static gboolean
report_files (Crashprobe *self, GError **error)
{
  CrashCase crash = { .core_fd = -1, .exe_fd = -1 };
  gboolean done;

  crash.core_fd = open_file (tm_probe_get_input (self->probe), error);
  if (crash.core_fd < 0)
    return FALSE;
  if (self->exe != NULL)
    {
      crash.exe_fd = open_file (self->exe, error);
      if (crash.exe_fd < 0)
        {
          close (crash.core_fd);
          return FALSE;
        }
    }

  done = crash_reporter_take (self->reporter, &crash, NULL, error);
  close (crash.core_fd);
  if (crash.exe_fd >= 0)
    close (crash.exe_fd);
  return done;
}

static gboolean
may_continue (gpointer user_data)
{
  Crashprobe *self = user_data;

  return tm_probe_may_continue (self->probe);
}

static gboolean
note_failure (Crashprobe *self, const GError *error)
{
  self->has_failed = TRUE;
  g_printerr (_ ("crashprobe: the report was not taken: %s\n"), error->message);
  return FALSE;
}

static gboolean
report_crash (const CrashCase *crash, const char *place, gpointer user_data)
{
  Crashprobe *self = user_data;
  g_autoptr (GError) error = NULL;

  return crash_reporter_take (self->reporter, crash, place, &error) || note_failure (self, error);
}

static void
keep_place (const char *place, gpointer user_data)
{
  Crashprobe *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!crash_reporter_set_place (self->reporter, place, &error))
    g_printerr (_ ("crashprobe: %s\n"), error->message);
}

/* A run that ends leaves nothing untold. */
static gboolean
tell_counts (gpointer user_data)
{
  Crashprobe *self = user_data;
  g_autoptr (GError) error = NULL;

  return crash_reporter_tell_counts (self->reporter, tm_probe_is_once (self->probe), &error) ||
         note_failure (self, error);
}

/* An agreement may end and another begin while a core is read. */
static gboolean
watch_journal (Crashprobe *self, GError **error)
{
  const CrashFollower follower = {
    .root = tm_probe_get_root (self->probe),
    .follow = !tm_probe_is_once (self->probe),
    .wake_fd = tm_probe_get_consent_fd (self->probe),
    .go_on = may_continue,
    .on_crash = report_crash,
    .on_place = keep_place,
    .on_idle = tell_counts,
    .user_data = self,
  };

  do
    {
      g_autofree char *place = crash_reporter_get_place (self->reporter);

      if (place == NULL)
        place = tm_probe_journal_make_place (tm_probe_get_since (self->probe));
      if (!crash_journal_read (&follower, place, error))
        return FALSE;
    }
  while (!self->has_failed && follower.follow && tm_probe_may_observe (self->probe));

  return TRUE;
}

static gboolean
run (Crashprobe *self, GError **error)
{
  self->rules = crash_rules_load (self->probe, error);
  if (self->rules == NULL)
    return FALSE;

  self->reporter = crash_reporter_new (self->probe, self->rules);
  if (self->is_handler)
    return crash_handler_report (self->reporter, (const char *const *) self->arguments, error);
  if (tm_probe_get_input (self->probe) != NULL)
    return report_files (self, error);

  return watch_journal (self, error);
}

/* FALSE: what is wrong was said. */
static gboolean
check_usage (Crashprobe *self)
{
  g_autoptr (GError) error = NULL;

  if (self->core != NULL && !tm_probe_check_input (self->probe, "--core", FALSE))
    return FALSE;
  if (self->core != NULL)
    tm_probe_set_input (self->probe, self->core);
  if (self->exe != NULL && !tm_probe_check_input (self->probe, "--exe", TRUE))
    return FALSE;
  if (self->is_handler)
    {
      if (!tm_probe_check_input (self->probe, "--handler", FALSE))
        return FALSE;
      if (crash_handler_check ((const char *const *) self->arguments, &error))
        return TRUE;
      g_printerr (_ ("crashprobe: %s\n"), error->message);
      return FALSE;
    }
  if (self->arguments == NULL)
    return TRUE;

  g_printerr (_ ("crashprobe: “%s” is one argument too many\n"), self->arguments[0]);
  return FALSE;
}

/* FALSE: *out_status is the exit status. */
static gboolean
start (Crashprobe *self, int argc, char **argv, int *out_status)
{
  const GOptionEntry entries[] = {
    { "core", 0, 0, G_OPTION_ARG_FILENAME, &self->core,
      N_ ("Report the crash of which this is the core file, plain or compressed"), N_ ("FILE") },
    { "exe", 0, 0, G_OPTION_ARG_FILENAME, &self->exe,
      N_ ("The program that crashed, where it is not in its place"), N_ ("FILE") },
    { "handler", 0, 0, G_OPTION_ARG_NONE, &self->is_handler,
      N_ ("For kernel.core_pattern: report the core on standard input; five arguments follow"),
      NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->arguments, NULL,
      "%P %u %g %s %t" },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  self->info = (TmProbeInfo){
    .name = "crashprobe",
    .category = "crashes",
    .summary = N_ ("Report crashes of programs of the operating system."),
    .options = entries,
  };
  self->probe = tm_probe_new (&self->info, argc, argv, out_status);
  if (self->probe == NULL)
    return FALSE;

  *out_status = TM_PROBE_EXIT_USAGE;
  return check_usage (self);
}

int
main (int argc, char **argv)
{
  g_auto (Crashprobe) self = { 0 };
  g_autoptr (GError) error = NULL;
  int status;

  if (argc == 3 && strcmp (argv[1], CRASH_ANALYSE_OPTION) == 0)
    return crash_analyse_run (argv[2]);
  crash_handler_open_streams ();
  if (!start (&self, argc, argv, &status))
    return status;
  if (!tm_probe_may_observe (self.probe) || (run (&self, &error) && !self.has_failed))
    return TM_PROBE_EXIT_OK;
  if (error != NULL)
    g_printerr (_ ("crashprobe: %s\n"), error->message);
  return TM_PROBE_EXIT_FAILED;
}
