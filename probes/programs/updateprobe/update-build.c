/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which build of the system this is: VERSION_ID, else BUILD_ID, as the service says it in "build".
 */
#include "update-build.h"

#include <string.h>

#include "tm-update-log.h"

static char *
read_key (GKeyFile *file, const char *key)
{
  g_autofree char *value = g_key_file_get_string (file, "os-release", key, NULL);
  TmUpdateSlice build = { 0 };

  if (value == NULL)
    return NULL;

  build.text = g_strstrip (g_strdelimit (value, "\"'", ' '));
  build.n_bytes = strlen (build.text);
  return tm_update_slice_to_build (&build);
}

char *
update_build_read (const char *root)
{
  static const char *const places[] = { "/etc/os-release", "/usr/lib/os-release" };

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *path = g_strconcat (root != NULL ? root : "", places[i], NULL);
      g_autofree char *text = NULL;
      g_autofree char *grouped = NULL;
      g_autoptr (GKeyFile) file = g_key_file_new ();
      char *build;

      if (!g_file_get_contents (path, &text, NULL, NULL))
        continue;

      /* A key file without a group, but with a shell's quotes. */
      grouped = g_strconcat ("[os-release]\n", text, NULL);
      g_key_file_load_from_data (file, grouped, -1, G_KEY_FILE_NONE, NULL);
      build = read_key (file, "VERSION_ID");
      return build != NULL ? build : read_key (file, "BUILD_ID");
    }

  return NULL;
}
