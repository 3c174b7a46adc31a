/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-probe-boot.h. */
#include "tm-probe-boot.h"

#include <string.h>

#define GROUP_NOW "boot"
#define GROUP_BEFORE "boot before"
#define UNKNOWN "unknown"

static char *
read_word (TmProbe *probe, const char *absolute)
{
  g_autofree char *file = tm_probe_get_path (probe, absolute);
  char *text = NULL;

  if (!g_file_get_contents (file, &text, NULL, NULL) || !g_utf8_validate (text, -1, NULL))
    {
      g_free (text);
      return g_strdup (UNKNOWN);
    }

  return g_strstrip (text);
}

char *
tm_probe_boot_read_id (TmProbe *probe)
{
  g_autofree char *text = read_word (probe, "/proc/sys/kernel/random/boot_id");
  g_auto (GStrv) parts = g_strsplit (text, "-", -1);

  return g_strjoinv ("", parts);
}

static char *
find_value (const char *text, const char *key)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], key))
      return g_strstrip (g_strdelimit (g_strdup (lines[i] + strlen (key)), "\"'", ' '));

  return NULL;
}

char *
tm_probe_boot_read_build (TmProbe *probe)
{
  g_autofree char *text = read_word (probe, "/etc/os-release");
  char *build;

  if (strcmp (text, UNKNOWN) == 0)
    {
      g_free (text);
      text = read_word (probe, "/usr/lib/os-release");
    }

  build = find_value (text, "VERSION_ID=");
  return build != NULL ? build : find_value (text, "BUILD_ID=");
}

static void
move_value (GKeyFile *state, const char *key)
{
  g_autofree char *value = g_key_file_get_string (state, GROUP_NOW, key, NULL);

  g_key_file_set_string (state, GROUP_BEFORE, key, value != NULL ? value : UNKNOWN);
}

void
tm_probe_boot_note (GKeyFile *state, TmProbe *probe)
{
  g_autofree char *id = tm_probe_boot_read_id (probe);
  g_autofree char *noted = g_key_file_get_string (state, GROUP_NOW, "id", NULL);
  g_autofree char *build = NULL;
  g_autofree char *kernel = NULL;

  if (g_strcmp0 (id, noted) == 0)
    return;
  if (noted != NULL)
    {
      move_value (state, "id");
      move_value (state, "build");
      move_value (state, "kernel");
    }

  build = tm_probe_boot_read_build (probe);
  kernel = read_word (probe, "/proc/sys/kernel/osrelease");
  g_key_file_set_string (state, GROUP_NOW, "id", id);
  g_key_file_set_string (state, GROUP_NOW, "build", build != NULL ? build : UNKNOWN);
  g_key_file_set_string (state, GROUP_NOW, "kernel", kernel);
}

char *
tm_probe_boot_get_before (GKeyFile *state)
{
  char *id = g_key_file_get_string (state, GROUP_BEFORE, "id", NULL);

  return id != NULL ? id : g_strdup (UNKNOWN);
}

static gboolean
is_boot (GKeyFile *state, const char *group, const char *boot_id)
{
  g_autofree char *noted = g_key_file_get_string (state, group, "id", NULL);

  return g_strcmp0 (noted, boot_id) == 0;
}

GVariant *
tm_probe_boot_get_system (GKeyFile *state, const char *boot_id, const char *kernel_version)
{
  gboolean is_before = boot_id == NULL || is_boot (state, GROUP_BEFORE, boot_id);
  g_autofree char *build = NULL;
  g_autofree char *kernel = g_strdup (kernel_version);
  GVariantBuilder builder;

  if (boot_id != NULL && is_boot (state, GROUP_NOW, boot_id))
    return NULL;

  if (is_before)
    build = g_key_file_get_string (state, GROUP_BEFORE, "build", NULL);
  if (is_before && kernel == NULL)
    kernel = g_key_file_get_string (state, GROUP_BEFORE, "kernel", NULL);

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  g_variant_builder_add (&builder, "{ss}", "build", build != NULL ? build : UNKNOWN);
  g_variant_builder_add (&builder, "{ss}", "kernel_version", kernel != NULL ? kernel : UNKNOWN);
  return g_variant_builder_end (&builder);
}
