/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See mce-edac.h. */
#include "mce-edac.h"

#include <string.h>
#include <time.h>

#define CONTROLLERS "/sys/devices/system/edac/mc"
/* Where it is there is no other. */
#define FIRMWARE_DRIVER "ghes_edac"

static char *
read_text (const char *directory, const char *name)
{
  g_autofree char *file = g_build_filename (directory, name, NULL);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (file, &text, NULL, NULL))
    return g_strdup ("");

  text[strcspn (text, "\n")] = '\0';
  return g_utf8_make_valid (g_strstrip (text), -1);
}

static guint64
read_number (const char *directory, const char *name)
{
  g_autofree char *text = read_text (directory, name);

  return g_ascii_strtoull (text, NULL, 10);
}

gint64
mce_edac_get_clock (void)
{
  struct timespec now;

  return clock_gettime (CLOCK_BOOTTIME, &now) == 0
             ? now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000
             : 0;
}

static gboolean
is_module (const char *name)
{
  return g_str_has_prefix (name, "dimm") || g_str_has_prefix (name, "rank");
}

/* Of its modules; and what is in the controller's own counters and in none of theirs. */
static void
read_controller (const char *directory, const char *name, TmEdacCounts *counts)
{
  g_autoptr (GDir) modules = g_dir_open (directory, 0, NULL);
  guint64 n_corrected = read_number (directory, "ce_count");
  guint64 n_uncorrected = read_number (directory, "ue_count");
  const char *module;

  while (modules != NULL && (module = g_dir_read_name (modules)) != NULL)
    if (is_module (module))
      {
        g_autofree char *path = g_build_filename (directory, module, NULL);
        g_autofree char *id = g_strconcat (name, "/", module, NULL);
        g_autofree char *label = read_text (path, "dimm_label");
        guint64 n_module_corrected = read_number (path, "dimm_ce_count");
        guint64 n_module_uncorrected = read_number (path, "dimm_ue_count");

        tm_edac_counts_set (counts, id, label, n_module_corrected, n_module_uncorrected);
        n_corrected -= MIN (n_corrected, n_module_corrected);
        n_uncorrected -= MIN (n_uncorrected, n_module_uncorrected);
      }

  tm_edac_counts_set (counts, name, "", n_corrected, n_uncorrected);
}

/* Somebody may have written to reset_counters. Seconds are what the kernel tells. */
static gboolean
was_reset (const char *directory, gint64 looked_usec)
{
  g_autofree char *text = read_text (directory, "seconds_since_reset");
  gint64 age_usec = g_ascii_strtoll (text, NULL, 10) * G_USEC_PER_SEC;

  return text[0] != '\0' && mce_edac_get_clock () - age_usec > looked_usec + G_USEC_PER_SEC;
}

TmEdacCounts *
mce_edac_read (TmProbe *probe, TmEdacCounts *noted, gint64 looked_usec)
{
  g_autofree char *directory = tm_probe_get_path (probe, CONTROLLERS);
  g_autoptr (GDir) controllers = g_dir_open (directory, 0, NULL);
  TmEdacCounts *counts = tm_edac_counts_new ();
  const char *name;

  while (controllers != NULL && (name = g_dir_read_name (controllers)) != NULL)
    if (g_str_has_prefix (name, "mc") && g_ascii_isdigit (name[2]))
      {
        g_autofree char *path = g_build_filename (directory, name, NULL);

        if (was_reset (path, looked_usec))
          tm_edac_counts_forget (noted, name);
        read_controller (path, name, counts);
      }

  return counts;
}

gboolean
mce_edac_hears_firmware (TmProbe *probe)
{
  g_autofree char *directory = tm_probe_get_path (probe, CONTROLLERS "/mc0");
  g_autofree char *driver = read_text (directory, "mc_name");

  return strcmp (driver, FIRMWARE_DRIVER) == 0;
}
