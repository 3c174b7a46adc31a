/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-update-rules.h. */
#include "tm-update-rules.h"

#include <string.h>

/* A package of a longer name there is not. */
#define NAME_MAX_BYTES 255

struct _TmUpdateRules
{
  GStrv build_packages;
  GPtrArray *allowed; /* (element-type GPatternSpec) */
};

void
tm_update_rules_free (TmUpdateRules *self)
{
  g_strfreev (self->build_packages);
  g_ptr_array_unref (self->allowed);
  g_free (self);
}

static GStrv
get_list (GKeyFile *file, const char *group, const char *key, GError **error)
{
  g_autoptr (GError) failure = NULL;
  GStrv list = g_key_file_get_string_list (file, group, key, NULL, &failure);

  if (list != NULL)
    return list;
  if (g_error_matches (failure, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND) ||
      g_error_matches (failure, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_GROUP_NOT_FOUND))
    return g_new0 (char *, 1);

  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

TmUpdateRules *
tm_update_rules_new (const char *text, GError **error)
{
  g_autoptr (TmUpdateRules) self = g_new0 (TmUpdateRules, 1);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) allowed = NULL;

  self->allowed = g_ptr_array_new_with_free_func ((GDestroyNotify) g_pattern_spec_free);
  if (!g_key_file_load_from_data (file, text, -1, G_KEY_FILE_NONE, error))
    return NULL;
  self->build_packages = get_list (file, "build", "packages", error);
  if (self->build_packages == NULL)
    return NULL;
  allowed = get_list (file, "names", "allow", error);
  if (allowed == NULL)
    return NULL;

  for (guint i = 0; allowed[i] != NULL; i++)
    g_ptr_array_add (self->allowed, g_pattern_spec_new (allowed[i]));
  return g_steal_pointer (&self);
}

gboolean
tm_update_rules_is_build (const TmUpdateRules *self, const char *package)
{
  return g_strv_contains ((const char *const *) self->build_packages, package);
}

void
tm_update_rules_note_name (const TmUpdateRules *self, const char *package, TmUpdate *update)
{
  if (update->names->len >= TM_UPDATE_MAX_NAMES || strlen (package) > NAME_MAX_BYTES ||
      !g_utf8_validate (package, -1, NULL))
    return;

  for (guint i = 0; i < self->allowed->len; i++)
    if (g_pattern_spec_match_string (g_ptr_array_index (self->allowed, i), package))
      {
        g_ptr_array_add (update->names, g_strdup (package));
        return;
      }
}
