/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-tool.h. */
#include "tm-tool.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <stdio.h>
#include <telemetry.h>

void
tm_tool_set_language (void)
{
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, TM_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

int
tm_tool_fail_usage (const char *program, const GError *error)
{
  g_printerr ("%s: %s\n%s\n", program, error->message, _ ("Try --help."));
  return TM_TOOL_USAGE;
}

int
tm_tool_fail (const char *program, const GError *error)
{
  g_printerr ("%s: %s\n", program, error->message);
  return TM_TOOL_REFUSED;
}

gboolean
tm_tool_check_config_file (const char *path, GError **error)
{
  int ret = path == NULL ? 0 : tm_set_config_file (path);

  if (ret == 0)
    return TRUE;

  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (-ret),
               _ ("“%s” cannot be used as a configuration file: %s"), path, g_strerror (-ret));
  return FALSE;
}

gboolean
tm_tool_finish_output (GError **error)
{
  int saved_errno;

  errno = 0;
  if (fflush (stdout) == 0 && !ferror (stdout))
    return TRUE;

  /* What failed before may have been forgotten. */
  saved_errno = errno != 0 ? errno : EIO;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno),
               _ ("cannot write to standard output: %s"), g_strerror (saved_errno));
  return FALSE;
}
