/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See tm-unit-file.h. Looked up where systemd looks, and in its order: what is found first is what
 * ran. A unit that is gone since is nobody's: the maker of the system did not ship it.
 */
#include "tm-unit-file.h"

#include <sys/stat.h>

#include "tm-unit.h"

/* Above all others; %s is the manager. */
static const char *const directories[] = {
  "/etc/systemd/%s",           "/run/systemd/%s",
  "/run/systemd/transient",    "/run/systemd/generator.early",
  "/run/systemd/generator",    "/run/systemd/generator.late",
  "/usr/local/lib/systemd/%s", "/usr/lib/systemd/%s",
  "/lib/systemd/%s",
};

/* (transfer full): the place of this index. */
static char *
get_directory (guint index, const char *manager)
{
  g_auto (GStrv) parts = g_strsplit (directories[index], "%s", 2);

  return g_strjoinv (manager, parts);
}

/* A link is another name of what it leads to. */
static gboolean
is_there (const char *root, const char *directory, const char *name)
{
  g_autofree char *file = g_build_filename (root != NULL ? root : "/", directory, name, NULL);
  struct stat info;

  return lstat (file, &info) == 0 && S_ISREG (info.st_mode);
}

/* (transfer full) (nullable): the directory that it is found in first. */
static char *
find (const char *root, const char *manager, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (directories); i++)
    {
      g_autofree char *directory = get_directory (i, manager);

      if (is_there (root, directory, name))
        return g_steal_pointer (&directory);
    }

  return NULL;
}

char *
tm_unit_file_get_public_name (const char *root, const char *manager, const char *name)
{
  g_autofree char *public_name = NULL;
  g_autofree char *directory = NULL;

  if (!tm_unit_is_name (name))
    return NULL;

  public_name = tm_unit_get_public_name (name);
  directory = find (root, manager, name);
  if (directory == NULL)
    directory = find (root, manager, public_name);
  return directory != NULL && tm_unit_is_shipped (directory) ? g_steal_pointer (&public_name)
                                                             : NULL;
}
