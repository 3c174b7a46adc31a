/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file that says what is active; see tm-active-file.h. */
#include "tm-active-file.h"

#include <errno.h>
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
