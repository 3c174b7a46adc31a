/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-terminal.h. */
#include "tm-terminal.h"

#include <glib/gi18n.h>
#include <unistd.h>

#define LABEL_CHARACTERS 16

static const char *const escapes[] = {
  [TM_STYLE_PLAIN] = "",        [TM_STYLE_BOLD] = "\033[1m", [TM_STYLE_DIM] = "\033[2m",
  [TM_STYLE_GOOD] = "\033[32m", [TM_STYLE_BAD] = "\033[31m",
};

static gboolean
has_colour (void)
{
  return isatty (STDOUT_FILENO) && g_getenv ("NO_COLOR") == NULL &&
         g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
}

void
tm_terminal_print (TmStyle style, const char *text)
{
  if (style == TM_STYLE_PLAIN || !has_colour ())
    g_print ("%s", text);
  else
    g_print ("%s%s\033[0m", escapes[style], text);
}

void
tm_terminal_print_column (TmStyle style, const char *text, guint n_characters)
{
  glong width = g_utf8_strlen (text, -1);

  tm_terminal_print (style, text);
  g_print ("%*s", (int) MAX ((glong) n_characters - width, 0) + 1, "");
}

void
tm_terminal_print_field (const char *label, TmStyle style, const char *text)
{
  tm_terminal_print_column (TM_STYLE_PLAIN, label, LABEL_CHARACTERS);
  tm_terminal_print (style, text);
  g_print ("\n");
}

char *
tm_terminal_format_time (gint64 usec)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (usec / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc == NULL ? NULL : g_date_time_to_local (utc);

  return local == NULL ? g_strdup ("-") : g_date_time_format (local, "%Y-%m-%d %H:%M:%S");
}

const char *
tm_terminal_severity_name (guint severity)
{
  switch (severity)
    {
    case 1:
      return C_ ("severity", "low");
    case 2:
      return C_ ("severity", "medium");
    case 3:
      return C_ ("severity", "high");
    case 4:
      return C_ ("severity", "critical");
    default:
      return "?";
    }
}
