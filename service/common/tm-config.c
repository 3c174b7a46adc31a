/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads and merges the configuration; see tm-config.h. Values are checked against the table as
 * they are read and kept as text: what is kept is always sound, so the getters cannot fail.
 */
#include "tm-config.h"

#include <string.h>

#include "tm-config-key.h"
#include "tm-paths.h"

struct _TmConfig
{
  gatomicrefcount ref_count;
  char *values[TM_N_CONFIG_KEYS]; /* (owned) (not nullable): as in a file, and sound */
  char **lists[TM_N_CONFIG_KEYS]; /* (owned) (nullable): of keys that are lists */
  GPtrArray *problems;            /* (owned) (element-type utf8), NULL-terminated */
  gboolean consent_is_sound;
};

static void G_GNUC_PRINTF (2, 3) add_problem (TmConfig *self, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_ptr_array_add (self->problems, g_strdup_vprintf (format, args));
  va_end (args);
}

static void
set_value (TmConfig *self, TmConfigKey key, const char *value)
{
  g_free (self->values[key]);
  self->values[key] = g_strdup (value);
}

static void
refuse_value (TmConfig *self, TmConfigKey key, const char *path, const char *value)
{
  const TmConfigKeyInfo *info = tm_config_key_get_info (key);
  g_autofree char *accepted = tm_config_key_describe (key);
  g_autofree char *shown = g_utf8_make_valid (value, -1);

  if (info->guards_consent)
    {
      self->consent_is_sound = FALSE;
      add_problem (self, "%s: [%s] %s=%s is not %s; nothing counts as agreed to", path, info->group,
                   info->name, shown, accepted);
    }
  else
    add_problem (self, "%s: [%s] %s=%s is not %s; the default \"%s\" is used", path, info->group,
                 info->name, shown, accepted, info->default_value);
  set_value (self, key, info->default_value);
}

static void
read_key (TmConfig *self, GKeyFile *file, const char *path, const char *group, const char *name)
{
  g_autofree char *raw = g_key_file_get_value (file, group, name, NULL);
  TmConfigKey key;

  if (!tm_config_key_lookup (group, name, &key))
    {
      if (!tm_config_key_is_obsolete (group, name))
        add_problem (self, "%s: [%s] %s is not a key that is known; it is ignored", path, group,
                     name);
      return;
    }

  g_strstrip (raw);
  if (tm_config_key_accepts (key, raw))
    set_value (self, key, raw);
  else
    refuse_value (self, key, path, raw);
}

static void
read_file (TmConfig *self, const char *path)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) groups = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &error))
    {
      if (g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return;
      self->consent_is_sound = FALSE;
      add_problem (self, "%s: cannot be read (%s); nothing counts as agreed to", path,
                   error->message);
      return;
    }

  groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i] != NULL; i++)
    {
      g_auto (GStrv) names = g_key_file_get_keys (file, groups[i], NULL, NULL);

      for (guint j = 0; names != NULL && names[j] != NULL; j++)
        read_key (self, file, path, groups[i], names[j]);
    }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
add_directory (GPtrArray *paths, const char *directory)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".conf") && name[0] != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);

  for (guint i = 0; i < names->len; i++)
    g_ptr_array_add (paths, g_build_filename (directory, names->pdata[i], NULL));
}

TmConfig *
tm_config_load (void)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *conf_d = tm_path (TM_PATH_CONF_D);

  g_ptr_array_add (paths, tm_path (TM_PATH_DEFAULTS_CONF));
  g_ptr_array_add (paths, tm_path (TM_PATH_CONF));
  add_directory (paths, conf_d);
  g_ptr_array_add (paths, NULL);

  return tm_config_load_files ((const char *const *) paths->pdata);
}

static void
split_lists (TmConfig *self)
{
  for (guint i = 0; i < TM_N_CONFIG_KEYS; i++)
    {
      g_auto (GStrv) ids = NULL;
      g_autoptr (GStrvBuilder) builder = NULL;

      if (tm_config_key_get_info (i)->type != TM_CONFIG_TYPE_IDS)
        continue;

      ids = g_strsplit (self->values[i], ";", -1);
      builder = g_strv_builder_new ();
      for (guint j = 0; ids[j] != NULL; j++)
        if (*g_strstrip (ids[j]) != '\0')
          g_strv_builder_add (builder, ids[j]);
      self->lists[i] = g_strv_builder_end (builder);
    }
}

TmConfig *
tm_config_load_files (const char *const *paths)
{
  TmConfig *self = g_new0 (TmConfig, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->problems = g_ptr_array_new_with_free_func (g_free);
  self->consent_is_sound = TRUE;
  for (guint i = 0; i < TM_N_CONFIG_KEYS; i++)
    set_value (self, i, tm_config_key_get_info (i)->default_value);

  for (guint i = 0; paths[i] != NULL; i++)
    read_file (self, paths[i]);

  split_lists (self);
  g_ptr_array_add (self->problems, NULL);

  return self;
}

TmConfig *
tm_config_ref (TmConfig *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
tm_config_unref (TmConfig *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (guint i = 0; i < TM_N_CONFIG_KEYS; i++)
    {
      g_free (self->values[i]);
      g_strfreev (self->lists[i]);
    }
  g_ptr_array_unref (self->problems);
  g_free (self);
}

gboolean
tm_config_get_boolean (TmConfig *self, TmConfigKey key)
{
  g_return_val_if_fail (tm_config_key_get_info (key)->type == TM_CONFIG_TYPE_BOOLEAN, FALSE);

  return strcmp (self->values[key], "true") == 0;
}

gint64
tm_config_get_number (TmConfig *self, TmConfigKey key)
{
  g_return_val_if_fail (tm_config_key_get_info (key)->type == TM_CONFIG_TYPE_NUMBER, 0);

  return g_ascii_strtoll (self->values[key], NULL, 10);
}

const char *
tm_config_get_text (TmConfig *self, TmConfigKey key)
{
  g_return_val_if_fail ((guint) key < TM_N_CONFIG_KEYS, "");

  return self->values[key];
}

const char *const *
tm_config_get_list (TmConfig *self, TmConfigKey key)
{
  g_return_val_if_fail (tm_config_key_get_info (key)->type == TM_CONFIG_TYPE_IDS, NULL);

  return (const char *const *) self->lists[key];
}

gboolean
tm_config_consent_is_sound (TmConfig *self)
{
  return self->consent_is_sound;
}

const char *const *
tm_config_get_problems (TmConfig *self)
{
  return (const char *const *) self->problems->pdata;
}
