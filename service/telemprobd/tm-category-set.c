/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads category files and finds the category of a classification; see tm-category.h.
 *
 * A lookup walks all globs: there are some dozens, and the walk takes about a microsecond, a
 * hundredth of what the bus costs for the same record.
 */
#include <string.h>

#include "tm-category-translations.h"
#include "tm-category.h"
#include "tm-time.h"

#define GROUP "Category"
#define MAX_RETENTION_DAYS 3660

struct _TmCategorySet
{
  gatomicrefcount ref_count;
  GPtrArray *categories; /* (owned) (element-type TmCategory), sorted by id */
  GPtrArray *problems;   /* (owned) (element-type utf8), NULL-terminated */
  gboolean has_broken;
};

static void
category_free (gpointer data)
{
  TmCategory *self = data;

  g_free (self->id);
  g_free (self->title);
  g_free (self->explanation);
  g_free (self->purpose);
  g_free (self->example);
  g_clear_pointer (&self->translations, g_variant_unref);
  g_strfreev (self->globs);
  g_free (self);
}

/* Returns NULL if all is well, or what is wrong. (transfer full) */
static char *
read_globs (TmCategory *self, GKeyFile *file)
{
  self->globs = g_key_file_get_string_list (file, GROUP, "Classifications", NULL, NULL);
  if (self->globs == NULL || self->globs[0] == NULL)
    return g_strdup ("Classifications is missing, accepted is a list of globs such as a/b/*");

  for (guint i = 0; self->globs[i] != NULL; i++)
    if (!tm_category_glob_is_valid (g_strstrip (self->globs[i])))
      return g_strdup_printf ("Classifications has \"%s\", accepted is three parts between "
                              "slashes, each 1 to 40 of [A-Za-z0-9._:+-] or '*'",
                              self->globs[i]);

  return NULL;
}

static char *
read_expiry (TmCategory *self, GKeyFile *file)
{
  g_autofree char *day = g_key_file_get_string (file, GROUP, "Expires", NULL);
  g_autofree char *time = NULL;

  if (!g_key_file_has_key (file, GROUP, "Expires", NULL))
    return NULL;

  time = g_strconcat (day != NULL ? day : "", "T00:00:00Z", NULL);
  if (tm_time_parse (time, &self->expires_usec))
    return NULL;

  return g_strdup_printf ("Expires is \"%s\", accepted is YYYY-MM-DD", day != NULL ? day : "");
}

static char *
read_retention (TmCategory *self, GKeyFile *file)
{
  g_autofree char *text = g_key_file_get_value (file, GROUP, "Retention", NULL);
  guint64 days;

  if (text == NULL ||
      !g_ascii_string_to_unsigned (g_strstrip (text), 10, 1, MAX_RETENTION_DAYS, &days, NULL))
    return g_strdup_printf ("Retention is \"%s\", accepted is a number from 1 to %d days",
                            text != NULL ? text : "", MAX_RETENTION_DAYS);

  self->retention_days = days;
  return NULL;
}

static char *
read_text (GKeyFile *file, const char *key, char **out_text)
{
  *out_text = g_key_file_get_string (file, GROUP, key, NULL);
  if (*out_text != NULL && **out_text != '\0')
    return NULL;

  return g_strdup_printf ("%s is missing, accepted is text for people", key);
}

static char *
read_texts (TmCategory *self, GKeyFile *file)
{
  char *problem = read_text (file, "Title", &self->title);

  if (problem == NULL)
    problem = read_text (file, "Explanation", &self->explanation);
  if (problem == NULL)
    problem = read_text (file, "Purpose", &self->purpose);
  if (problem == NULL)
    self->example = g_key_file_get_string (file, GROUP, "Example", NULL);
  if (problem == NULL)
    self->translations = tm_category_translations_new (file, GROUP);

  return problem;
}

static char *
read_category (TmCategory *self, const char *path)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  char *problem;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_KEEP_TRANSLATIONS, &error))
    return g_strdup (error->message);

  problem = read_globs (self, file);
  if (problem == NULL)
    problem = read_expiry (self, file);
  if (problem == NULL)
    problem = read_retention (self, file);
  if (problem == NULL)
    problem = read_texts (self, file);

  return problem;
}

/* A broken one keeps nothing that could be used: no glob, only its id and that it is broken. */
static TmCategory *
load_category (TmCategorySet *set, const char *id, const char *path)
{
  TmCategory *self = g_new0 (TmCategory, 1);
  g_autofree char *problem = NULL;

  self->id = g_strdup (id);
  problem = read_category (self, path);
  if (problem != NULL)
    {
      g_ptr_array_add (set->problems,
                       g_strdup_printf ("%s: %s; the category cannot be granted", path, problem));
      self->is_broken = TRUE;
      set->has_broken = TRUE;
    }

  if (self->globs == NULL)
    self->globs = g_new0 (char *, 1);
  if (self->title == NULL)
    self->title = g_strdup (id);
  if (self->explanation == NULL)
    self->explanation = g_strdup ("");
  if (self->purpose == NULL)
    self->purpose = g_strdup ("");
  if (self->example == NULL)
    self->example = g_strdup ("");

  return self;
}

/* id -> path, of the last directory that has it. */
static void
find_files (TmCategorySet *set, const char *directory, GHashTable *paths)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *id = NULL;

      if (!g_str_has_suffix (name, ".category") || name[0] == '.')
        continue;

      id = g_strndup (name, strlen (name) - strlen (".category"));
      if (tm_category_id_is_valid (id))
        g_hash_table_replace (paths, g_steal_pointer (&id),
                              g_build_filename (directory, name, NULL));
      else
        g_ptr_array_add (set->problems,
                         g_strdup_printf ("%s/%s: is ignored, accepted is a name of [a-z0-9-]{1,40}"
                                          " before .category",
                                          directory, name));
    }
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  const TmCategory *first = *(const TmCategory *const *) a;
  const TmCategory *second = *(const TmCategory *const *) b;

  return strcmp (first->id, second->id);
}

static gboolean
is_catch_all (const char *glob)
{
  return g_str_has_prefix (glob, "*/");
}

static gboolean
claims_everything (const TmCategory *category)
{
  for (guint i = 0; category->globs[i] != NULL; i++)
    if (!is_catch_all (category->globs[i]))
      return FALSE;

  return TRUE;
}

/* What it claims may be what the broken file would have claimed. */
static void
break_catch_all (TmCategorySet *self)
{
  for (guint i = 0; i < self->categories->len; i++)
    {
      TmCategory *category = self->categories->pdata[i];

      if (category->is_broken || !claims_everything (category))
        continue;
      category->is_broken = TRUE;
      g_ptr_array_add (self->problems,
                       g_strdup_printf ("category \"%s\" claims what no other does; it cannot be "
                                        "granted while the file of another is broken",
                                        category->id));
    }
}

TmCategorySet *
tm_category_set_load (const char *const *directories)
{
  TmCategorySet *self = g_new0 (TmCategorySet, 1);
  g_autoptr (GHashTable) paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer id;
  gpointer path;

  g_atomic_ref_count_init (&self->ref_count);
  self->categories = g_ptr_array_new_with_free_func (category_free);
  self->problems = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; directories[i] != NULL; i++)
    find_files (self, directories[i], paths);

  g_hash_table_iter_init (&iter, paths);
  while (g_hash_table_iter_next (&iter, &id, &path))
    g_ptr_array_add (self->categories, load_category (self, id, path));

  g_ptr_array_sort (self->categories, compare_ids);
  if (self->has_broken)
    break_catch_all (self);
  g_ptr_array_add (self->problems, NULL);
  return self;
}

TmCategorySet *
tm_category_set_ref (TmCategorySet *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
tm_category_set_unref (TmCategorySet *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->categories);
  g_ptr_array_unref (self->problems);
  g_free (self);
}

guint
tm_category_set_get_n (TmCategorySet *self)
{
  return self->categories->len;
}

const TmCategory *
tm_category_set_get (TmCategorySet *self, guint index)
{
  g_return_val_if_fail (index < self->categories->len, NULL);

  return self->categories->pdata[index];
}

const TmCategory *
tm_category_set_find (TmCategorySet *self, const char *id)
{
  for (guint i = 0; i < self->categories->len; i++)
    if (strcmp (tm_category_set_get (self, i)->id, id) == 0)
      return tm_category_set_get (self, i);

  return NULL;
}

/* Bytes of the longest glob that matches and may be used, 0 if none does. */
static gsize
measure_match (TmCategorySet *self, const TmCategory *category, const char *classification)
{
  gsize longest = 0;

  for (guint i = 0; !category->is_broken && category->globs[i] != NULL; i++)
    {
      const char *glob = category->globs[i];

      if (self->has_broken && is_catch_all (glob))
        continue;
      if (strlen (glob) > longest && tm_category_glob_match (glob, classification))
        longest = strlen (glob);
    }

  return longest;
}

const TmCategory *
tm_category_set_lookup (TmCategorySet *self, const char *classification)
{
  const TmCategory *best = NULL;
  gsize longest = 0;

  for (guint i = 0; i < self->categories->len; i++)
    {
      const TmCategory *category = tm_category_set_get (self, i);
      gsize n_bytes = measure_match (self, category, classification);

      if (n_bytes <= longest)
        continue;
      longest = n_bytes;
      best = category;
    }

  return best;
}

const char *const *
tm_category_set_get_problems (TmCategorySet *self)
{
  return (const char *const *) self->problems->pdata;
}
