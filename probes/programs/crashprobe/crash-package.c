/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See crash-package.h. dpkg itself would be asked by a process of its own, and reads the same
 * files: /var/lib/dpkg/info/NAME[:ARCHITECTURE].list has a path a line, /var/lib/dpkg/status a
 * paragraph a package.
 */
#include "crash-package.h"

#include <string.h>
#include <sys/stat.h>

#include "tm-package-note.h"

#define SUFFIX ".list"

typedef struct
{
  GHashTable *paths;  /* (element-type filename utf8) (unowned) */
  GHashTable *owners; /* (element-type filename utf8): path to "name" or "name:architecture" */
  guint n_wanted;
} Search;

/* (transfer full) (nullable) */
static char *
read_file (const char *file, gsize max_bytes)
{
  struct stat info;
  char *text = NULL;

  if (stat (file, &info) != 0 || !S_ISREG (info.st_mode) || (gsize) info.st_size > max_bytes ||
      !g_file_get_contents (file, &text, NULL, NULL))
    return NULL;

  return text;
}

/* The file as it is known to the kernel; packages may still say /lib where /usr/lib is meant. */
static void
check_path (Search *self, const char *path, const char *owner)
{
  g_autofree char *below_usr = NULL;
  gpointer key, package;

  if (!g_str_has_prefix (path, "/usr/"))
    path = below_usr = g_strconcat ("/usr", path, NULL);
  if (!g_hash_table_lookup_extended (self->paths, path, &key, &package) || package != NULL ||
      !g_hash_table_insert (self->owners, g_strdup (path), g_strdup (owner)))
    return;

  self->n_wanted--;
}

static void
search_list (Search *self, const char *directory, const char *name)
{
  g_autofree char *file = g_build_filename (directory, name, NULL);
  g_autofree char *owner = g_strndup (name, strlen (name) - strlen (SUFFIX));
  g_autofree char *text = read_file (file, CRASH_PACKAGE_MAX_LIST_BYTES);
  char *rest = text;

  while (rest != NULL && rest[0] != '\0' && self->n_wanted > 0)
    check_path (self, strsep (&rest, "\n"), owner);
}

static void
search_lists (Search *self, const char *directory)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while (dir != NULL && self->n_wanted > 0 && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, SUFFIX))
      search_list (self, directory, name);
}

/* (transfer none) (nullable): of a paragraph. */
static const char *
get_value (const char *line, const char *field)
{
  return g_str_has_prefix (line, field) ? line + strlen (field) : NULL;
}

static void
set_version (Search *self, const char *name, const char *architecture, const char *version)
{
  g_autofree char *both = g_strdup_printf ("%s:%s", name, architecture);
  GHashTableIter iter;
  gpointer path, owner;

  g_hash_table_iter_init (&iter, self->owners);
  while (g_hash_table_iter_next (&iter, &path, &owner))
    {
      g_autofree char *package = NULL;

      if (strcmp (owner, name) != 0 && strcmp (owner, both) != 0)
        continue;
      package = g_strdup_printf ("%s %s", name, version);
      if (tm_package_is_valid (package))
        g_hash_table_insert (self->paths, g_strdup (path), g_steal_pointer (&package));
    }
}

static void
search_paragraph (Search *self, char *paragraph)
{
  const char *name = NULL;
  const char *architecture = "";
  const char *version = NULL;

  while (paragraph != NULL)
    {
      const char *line = strsep (&paragraph, "\n");
      const char *value;

      if ((value = get_value (line, "Package: ")) != NULL)
        name = value;
      else if ((value = get_value (line, "Architecture: ")) != NULL)
        architecture = value;
      else if ((value = get_value (line, "Version: ")) != NULL)
        version = value;
    }

  if (name != NULL && version != NULL)
    set_version (self, name, architecture, version);
}

static void
search_status (Search *self, char *rest)
{
  while (rest != NULL && rest[0] != '\0')
    {
      char *end = strstr (rest, "\n\n");

      if (end != NULL)
        *end = '\0';
      search_paragraph (self, rest);
      rest = end != NULL ? end + 2 : NULL;
    }
}

static guint
count_wanted (GHashTable *paths)
{
  GHashTableIter iter;
  gpointer path, package;
  guint n = 0;

  g_hash_table_iter_init (&iter, paths);
  while (g_hash_table_iter_next (&iter, &path, &package))
    n += package == NULL;
  return n;
}

void
crash_package_find (const char *root, GHashTable *paths)
{
  g_autofree char *base = g_build_filename (root != NULL ? root : "/", "var/lib/dpkg", NULL);
  g_autofree char *lists = g_build_filename (base, "info", NULL);
  g_autofree char *status_file = g_build_filename (base, "status", NULL);
  g_autofree char *status = NULL;
  g_autoptr (GHashTable) owners = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  Search self = { .paths = paths, .owners = owners, .n_wanted = count_wanted (paths) };

  search_lists (&self, lists);
  if (g_hash_table_size (owners) == 0)
    return;

  status = read_file (status_file, CRASH_PACKAGE_MAX_STATUS_BYTES);
  search_status (&self, status);
}
