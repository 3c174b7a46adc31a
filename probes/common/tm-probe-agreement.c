/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What somebody has agreed to, as telemprobd writes it for everybody to read:
 * /run/telemetrics/active has the ids of the active categories, /run/telemetrics/since when each
 * became so. --root does not move them: a probe that reads another tree still needs the agreement
 * of this system.
 */
#include "tm-probe-agreement.h"

#include <string.h>

#define RUN_DIRECTORY "/run/telemetrics"

char *
tm_probe_get_agreement_path (const char *name)
{
  const char *root = g_getenv ("TELEMETRICS_ROOT");

  return g_build_filename (root != NULL ? root : "/", RUN_DIRECTORY, name, NULL);
}

static char **
read_lines (const char *name)
{
  g_autofree char *file = tm_probe_get_agreement_path (name);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (file, &text, NULL, NULL))
    return g_new0 (char *, 1);

  return g_strsplit (text, "\n", -1);
}

gboolean
tm_probe_is_agreed (const char *category)
{
  g_auto (GStrv) categories = read_lines ("active");

  return g_strv_contains ((const char *const *) categories, category);
}

char *
tm_probe_read_noted_since (const char *category)
{
  g_auto (GStrv) lines = read_lines ("since");
  gsize n_bytes = strlen (category);

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], category) && lines[i][n_bytes] == ' ')
      return g_strdup (lines[i] + n_bytes + 1);

  return NULL;
}

char *
tm_probe_read_since (const char *category)
{
  /* This order: of a no and another yes in between, the time tells. */
  g_autofree char *since = tm_probe_read_noted_since (category);

  return tm_probe_is_agreed (category) ? g_steal_pointer (&since) : NULL;
}
