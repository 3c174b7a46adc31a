/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reports crashes of programs: from a core file that somebody names. The core itself is read by a
 * child of this program that may do nothing else.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#include "crash-analyse.h"
#include "crash-report.h"
#include "crash-rules.h"

typedef struct
{
  char *core;
  char *exe;
} Options;

/* -1: error is set. */
static int
open_file (const char *file, GError **error)
{
  int fd = open (file, O_RDONLY | O_CLOEXEC);
  int saved_errno = errno;

  if (fd < 0)
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (saved_errno),
                 _ ("cannot open “%s”: %s"), file, g_strerror (saved_errno));
  return fd;
}

static gboolean
report_files (TmProbe *probe, TmCrashRules *rules, const Options *options, GError **error)
{
  CrashCase crash = { .core_fd = -1, .exe_fd = -1 };
  gboolean done;

  crash.core_fd = open_file (tm_probe_get_input (probe), error);
  if (crash.core_fd < 0)
    return FALSE;
  if (options->exe != NULL)
    {
      crash.exe_fd = open_file (options->exe, error);
      if (crash.exe_fd < 0)
        {
          close (crash.core_fd);
          return FALSE;
        }
    }

  done = crash_report (probe, rules, &crash, error);
  close (crash.core_fd);
  if (crash.exe_fd >= 0)
    close (crash.exe_fd);
  return done;
}

static gboolean
run (TmProbe *probe, const Options *options, GError **error)
{
  g_autoptr (TmCrashRules) rules = crash_rules_load (probe, error);

  if (rules == NULL)
    return FALSE;
  if (tm_probe_get_input (probe) != NULL)
    return report_files (probe, rules, options, error);

  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                       _ ("say which core: --core FILE"));
  return FALSE;
}

int
main (int argc, char **argv)
{
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "core", 0, 0, G_OPTION_ARG_FILENAME, &options.core,
      N_ ("Report the crash of which this is the core file, plain or compressed"), N_ ("FILE") },
    { "exe", 0, 0, G_OPTION_ARG_FILENAME, &options.exe,
      N_ ("The program that crashed, where it is not in its place"), N_ ("FILE") },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  const TmProbeInfo info = {
    .name = "crashprobe",
    .category = "crashes",
    .summary = N_ ("Report crashes of programs of the operating system."),
    .options = entries,
  };
  g_autoptr (TmProbe) probe = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  if (argc == 2 && strcmp (argv[1], CRASH_ANALYSE_OPTION) == 0)
    return crash_analyse_run ();

  probe = tm_probe_new (&info, argc, argv, &status);
  if (probe == NULL)
    return status;
  if (options.core != NULL)
    tm_probe_set_input (probe, options.core);

  status = TM_PROBE_EXIT_OK;
  if (tm_probe_may_observe (probe) && !run (probe, &options, &error))
    {
      g_printerr (_ ("crashprobe: %s\n"), error->message);
      status = TM_PROBE_EXIT_FAILED;
    }

  g_free (options.core);
  g_free (options.exe);
  return status;
}
