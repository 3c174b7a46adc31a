/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See crash-handler.h. While the core is read the kernel keeps the process, so that the program is
 * there even if its file was deleted.
 */
#include "crash-handler.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crash-unit.h"
#include "tm-crash-signature.h"

void
crash_handler_open_streams (void)
{
  if (fcntl (STDOUT_FILENO, F_GETFD) < 0 && open ("/dev/null", O_WRONLY) < 0)
    return;
  if (fcntl (STDERR_FILENO, F_GETFD) < 0 && open ("/dev/kmsg", O_WRONLY) < 0)
    open ("/dev/null", O_WRONLY);
}

#define DELETED " (deleted)"

typedef struct
{
  const char *name;
  guint64 max;
} Argument;

static const Argument arguments_of_handler[CRASH_HANDLER_N_ARGUMENTS] = {
  { "PID", G_MAXINT32 },
  { "UID", G_MAXUINT32 },
  { "GID", G_MAXUINT32 },
  { "SIGNAL", 64 },
  { "TIME", G_MAXINT64 / G_USEC_PER_SEC },
};

static gboolean
parse (const char *const *arguments, guint64 *out_values, GError **error)
{
  guint n = arguments != NULL ? g_strv_length ((char **) arguments) : 0;

  if (n != CRASH_HANDLER_N_ARGUMENTS)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _ ("--handler needs five arguments: PID UID GID SIGNAL TIME"));
      return FALSE;
    }

  for (guint i = 0; i < n; i++)
    if (!g_ascii_string_to_unsigned (arguments[i], 10, 0, arguments_of_handler[i].max,
                                     &out_values[i], NULL))
      {
        g_autofree char *max = g_strdup_printf ("%" G_GUINT64_FORMAT, arguments_of_handler[i].max);

        g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                     _ ("%s: “%s” is no number from 0 to %s"), arguments_of_handler[i].name,
                     arguments[i], max);
        return FALSE;
      }

  return TRUE;
}

/* Whether the directory of the program is the one that we call so: a container has its own, while a
 * service whose mounts are its own, as most have some, has ours. Who cannot tell says no. */
static gboolean
shares_files (guint64 pid, const char *exe)
{
  g_autofree char *directory = g_path_get_dirname (exe);
  g_autofree char *file = g_strdup_printf ("/proc/%" G_GUINT64_FORMAT "/root%s", pid, directory);
  struct stat theirs, ours;

  return stat (file, &theirs) == 0 && stat (directory, &ours) == 0 &&
         theirs.st_ino == ours.st_ino && theirs.st_dev == ours.st_dev;
}

/* (transfer full) (nullable): so that the core of somebody else's program is not even looked at. */
static char *
get_exe (const char *link)
{
  char *exe = g_file_read_link (link, NULL);

  if (exe != NULL && g_str_has_suffix (exe, DELETED))
    exe[strlen (exe) - strlen (DELETED)] = '\0';
  return exe;
}

/* (transfer full) (nullable) */
static char *
get_unit (guint64 pid)
{
  g_autofree char *file = g_strdup_printf ("/proc/%" G_GUINT64_FORMAT "/cgroup", pid);
  g_autofree char *text = NULL;

  return g_file_get_contents (file, &text, NULL, NULL) ? crash_unit_from_cgroup (NULL, text) : NULL;
}

gboolean
crash_handler_check (const char *const *arguments, GError **error)
{
  guint64 values[CRASH_HANDLER_N_ARGUMENTS];

  return parse (arguments, values, error);
}

gboolean
crash_handler_report (CrashReporter *reporter, const char *const *arguments, GError **error)
{
  guint64 values[CRASH_HANDLER_N_ARGUMENTS];
  CrashCase crash = { .core_fd = STDIN_FILENO, .exe_fd = -1 };
  g_autofree char *link = NULL;
  g_autofree char *exe = NULL;
  g_autofree char *unit = NULL;
  gboolean done;

  if (!parse (arguments, values, error))
    return FALSE;

  link = g_strdup_printf ("/proc/%" G_GUINT64_FORMAT "/exe", values[0]);
  exe = get_exe (link);
  crash.exe = exe;
  /* In this order: a file of somebody else's is not touched, it may be on a disk that waits. */
  crash.is_foreign =
      exe == NULL || tm_origin_from_path (exe) == TM_ORIGIN_OTHER || !shares_files (values[0], exe);
  if (!crash.is_foreign)
    crash.exe_fd = open (link, O_RDONLY | O_CLOEXEC);
  unit = get_unit (values[0]);
  crash.unit = unit;
  crash.time_usec = (gint64) values[4] * G_USEC_PER_SEC;
  done = crash_reporter_take (reporter, &crash, NULL, error);
  if (crash.exe_fd >= 0)
    close (crash.exe_fd);
  return done;
}
