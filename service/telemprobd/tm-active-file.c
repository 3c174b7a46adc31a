/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file that says what is active; see tm-active-file.h. */
#include "tm-active-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>

#include "telemetry-error.h"

static gboolean
remove_file (const char *path, GError **error)
{
  if (g_unlink (path) == 0 || errno == ENOENT || errno == ENOTDIR)
    return TRUE;

  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_STORAGE, "cannot remove \"%s\": %s", path,
               g_strerror (errno));
  return FALSE;
}

gboolean
tm_active_file_write (const char *path, const char *const *categories, GError **error)
{
  g_autofree char *directory = NULL;
  g_autofree char *lines = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) local_error = NULL;

  if (categories[0] == NULL)
    return remove_file (path, error);

  directory = g_path_get_dirname (path);
  g_mkdir_with_parents (directory, 0755);
  lines = g_strjoinv ("\n", (char **) categories);
  text = g_strconcat (lines, "\n", NULL);
  if (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644,
                                &local_error) &&
      g_chmod (path, 0644) == 0)
    return TRUE;

  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_STORAGE, "cannot write \"%s\": %s", path,
               local_error != NULL ? local_error->message : g_strerror (errno));
  return FALSE;
}

gboolean
tm_active_marks_remove_others (const char *directory, const char *const *categories, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GDir) marks = g_dir_open (directory, 0, &local_error);
  const char *id;
  gboolean are_gone = TRUE;

  if (g_error_matches (local_error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return TRUE;
  if (marks == NULL)
    {
      g_set_error_literal (error, TELEMETRY_ERROR, TELEMETRY_ERROR_STORAGE, local_error->message);
      return FALSE;
    }

  /* One that stays keeps no other: the first error is told. */
  while ((id = g_dir_read_name (marks)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, id, NULL);

      if (!g_strv_contains (categories, id) && !remove_file (path, are_gone ? error : NULL))
        are_gone = FALSE;
    }
  /* Fails while there is something in it. */
  g_rmdir (directory);

  return are_gone;
}

static gboolean
add_mark (const char *directory, const char *id, GError **error)
{
  g_autofree char *path = g_build_filename (directory, id, NULL);
  int fd = g_open (path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);

  if (fd >= 0)
    return g_close (fd, error);

  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_STORAGE, "cannot make \"%s\": %s", path,
               g_strerror (errno));
  return FALSE;
}

gboolean
tm_active_marks_add (const char *directory, const char *const *categories, GError **error)
{
  if (categories[0] == NULL)
    return TRUE;

  g_mkdir_with_parents (directory, 0755);
  g_chmod (directory, 0755);
  for (guint i = 0; categories[i] != NULL; i++)
    if (!add_mark (directory, categories[i], error))
      return FALSE;

  return TRUE;
}
