/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See journal-unit-file.h. Looked up where systemd looks, and in its order: what is found first is
 * what ran. The unit itself may be gone since, and then it is nobody's: its maker did not ship it.
 */
#include "journal-unit-file.h"

#include <sys/stat.h>

#include "tm-unit.h"

static const char *const directories[] = {
  "/etc/systemd/system",           "/run/systemd/system",     "/run/systemd/transient",
  "/run/systemd/generator.early",  "/run/systemd/generator",  "/run/systemd/generator.late",
  "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system",
};

/* A link is another name of what it leads to. */
static gboolean
is_there (TmProbe *probe, const char *absolute)
{
  g_autofree char *file = tm_probe_get_path (probe, absolute);
  struct stat info;

  return lstat (file, &info) == 0 && S_ISREG (info.st_mode);
}

/* (nullable): below what directory it is. */
static const char *
find (TmProbe *probe, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (directories); i++)
    {
      g_autofree char *absolute = g_build_filename (directories[i], name, NULL);

      if (is_there (probe, absolute))
        return directories[i];
    }

  return NULL;
}

char *
journal_unit_file_get_public_name (TmProbe *probe, const char *unit)
{
  g_autofree char *public_name = NULL;
  const char *directory;

  if (!tm_unit_is_name (unit))
    return NULL;

  public_name = tm_unit_get_public_name (unit);
  /* A file that somebody named may be of another system: whoever named it has read it. */
  if (tm_probe_get_input (probe) != NULL)
    return g_steal_pointer (&public_name);

  directory = find (probe, unit);
  if (directory == NULL)
    directory = find (probe, public_name);
  return directory != NULL && tm_unit_is_shipped (directory) ? g_steal_pointer (&public_name)
                                                             : NULL;
}
