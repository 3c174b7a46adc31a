/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See crash-unit.h. */
#include "crash-unit.h"

#include <string.h>

#include "tm-unit-file.h"

#define SUFFIX ".service"

char *
crash_unit_get_name (const char *root, const char *user_unit, const char *system_unit)
{
  char *unit = user_unit != NULL ? tm_unit_file_get_public_name (root, "user", user_unit) : NULL;

  if (unit == NULL && system_unit != NULL)
    unit = tm_unit_file_get_public_name (root, "system", system_unit);
  return unit;
}

/* "0::/user.slice/user-1000.slice/user@1000.service/app.slice/gears.service": the first service is
 * the system's, the next one that of a user. */
char *
crash_unit_from_cgroup (const char *root, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_auto (GStrv) parts = NULL;
  const char *units[2] = { NULL, NULL };
  const char *path = NULL;
  guint n_units = 0;

  for (guint i = 0; lines[i] != NULL && path == NULL; i++)
    if (g_str_has_prefix (lines[i], "0::") || strstr (lines[i], ":name=systemd:") != NULL)
      path = strchr (lines[i], '/');
  if (path == NULL)
    return NULL;

  parts = g_strsplit (path, "/", -1);
  for (guint i = 0; parts[i] != NULL && n_units < G_N_ELEMENTS (units); i++)
    if (g_str_has_suffix (parts[i], SUFFIX))
      units[n_units++] = parts[i];

  return crash_unit_get_name (root, units[1], units[0]);
}
