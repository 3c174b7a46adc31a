/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See crash-unit.h. */
#include "crash-unit.h"

#include <string.h>

#define MAX_NAME_BYTES 255
#define SUFFIX ".service"

static gboolean
is_name (const char *name)
{
  for (const char *at = name; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && strchr ("@:-_.\\", *at) == NULL)
      return FALSE;

  return name[0] != '\0' && name[0] != '.' && strlen (name) <= MAX_NAME_BYTES;
}

/* "getty@tty1.service" is "getty@.service". */
static char *
cut_instance (const char *name)
{
  const char *at = strchr (name, '@');
  const char *type = strrchr (name, '.');

  if (at == NULL || type == NULL || type < at)
    return g_strdup (name);

  return g_strdup_printf ("%.*s%s", (int) (at + 1 - name), name, type);
}

static char *
find_unit (const char *root, const char *manager, const char *name)
{
  g_autofree char *template = NULL;
  g_autofree char *file = NULL;

  if (name == NULL || !is_name (name))
    return NULL;

  template = cut_instance (name);
  file = g_build_filename (root != NULL ? root : "/", "usr/lib/systemd", manager, template, NULL);
  return g_file_test (file, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&template) : NULL;
}

char *
crash_unit_get_name (const char *root, const char *user_unit, const char *system_unit)
{
  char *unit = find_unit (root, "user", user_unit);

  return unit != NULL ? unit : find_unit (root, "system", system_unit);
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
