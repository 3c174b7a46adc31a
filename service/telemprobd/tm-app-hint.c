/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads "0::/user.slice/.../app-flatpak-org.gnome.Maps-4711.scope" and the like; see tm-app-hint.h.
 *
 * The innermost unit of the path wins: a service of a user's manager is inside user@1000.service.
 * Units that say who somebody is and not which program ran (session-3.scope, user@1000.service)
 * are left out: a number of a session or a user has no business in a record.
 */
#include "tm-app-hint.h"

#include "tm-field.h"

#include <string.h>

#define FLATPAK_PREFIX "app-flatpak-"

static gboolean
is_unit (const char *name)
{
  return g_str_has_suffix (name, ".service") || g_str_has_suffix (name, ".scope");
}

static gboolean
is_person (const char *unit)
{
  return g_str_has_prefix (unit, "session-") || g_str_has_prefix (unit, "user@");
}

/* systemd writes what may not stand in a unit's name as \xNN; "-" is the one that app ids have. */
static char *
unescape_unit (const char *text)
{
  GString *plain = g_string_new (NULL);

  while (*text != '\0')
    {
      gboolean escaped = text[0] == '\\' && text[1] == 'x' && g_ascii_isxdigit (text[2]) &&
                         g_ascii_isxdigit (text[3]);

      if (escaped)
        g_string_append_c (
            plain, (char) (g_ascii_xdigit_value (text[2]) << 4 | g_ascii_xdigit_value (text[3])));
      else
        g_string_append_c (plain, *text);
      text += escaped ? 4 : 1;
    }

  return g_string_free (plain, FALSE);
}

/* app-flatpak-ID-NUMBER.scope -> ID; NULL if the unit is not of that form */
static char *
flatpak_id (const char *unit)
{
  if (!g_str_has_prefix (unit, FLATPAK_PREFIX) || !g_str_has_suffix (unit, ".scope"))
    return NULL;

  const char *begin = unit + strlen (FLATPAK_PREFIX);
  const char *end = strrchr (begin, '-');

  if (end == NULL || end == begin)
    return NULL;

  g_autofree char *escaped = g_strndup (begin, (gsize) (end - begin));

  return unescape_unit (escaped);
}

static char *
hint_from_path (const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);

  for (guint i = g_strv_length (parts); i > 0; i--)
    {
      const char *unit = parts[i - 1];

      if (!is_unit (unit))
        continue;
      if (is_person (unit))
        return NULL;

      char *flatpak = flatpak_id (unit);

      return flatpak != NULL ? flatpak : g_strdup (unit);
    }

  return NULL;
}

/* "0::PATH" (the unified hierarchy) or "N:name=systemd:PATH" (the older one) */
static const char *
systemd_path (const char *line)
{
  const char *controllers = strchr (line, ':');

  if (controllers == NULL)
    return NULL;
  if (g_str_has_prefix (line, "0::"))
    return line + strlen ("0::");
  if (g_str_has_prefix (controllers, ":name=systemd:"))
    return controllers + strlen (":name=systemd:");

  return NULL;
}

char *
tm_app_hint_from_cgroup (const char *text, gsize n_bytes)
{
  const TmField *field = tm_field_get (TM_FIELD_APP);

  if (n_bytes > TM_APP_HINT_MAX_CGROUP_BYTES || memchr (text, '\0', n_bytes) != NULL)
    return NULL;

  g_autofree char *copy = g_strndup (text, n_bytes);
  g_auto (GStrv) lines = g_strsplit (copy, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *path = systemd_path (lines[i]);
      g_autofree char *hint = path != NULL ? hint_from_path (path) : NULL;

      if (hint != NULL && tm_field_check_text (field, hint, strlen (hint), NULL))
        return g_steal_pointer (&hint);
    }

  return NULL;
}
