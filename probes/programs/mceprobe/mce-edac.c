/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See mce-edac.h. */
#include "mce-edac.h"

#include <string.h>
#include <time.h>

#define CONTROLLERS "/sys/devices/system/edac/mc"
/* Where it is there is no other. */
#define FIRMWARE_DRIVER "ghes_edac"
/* Of a row the kernel shows at most so many. */
#define MAX_CHANNELS 8

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

/* A controller, and what is in its own counters and in none of its modules'. */
typedef struct
{
  const char *directory; /* (unowned) */
  const char *name;      /* (unowned) */
  TmEdacCounts *counts;  /* (unowned) */
  guint64 n_corrected;
  guint64 n_uncorrected;
} Controller;

static void
add (Controller *self,
     const char *part,
     const char *label,
     guint64 n_corrected,
     guint64 n_uncorrected)
{
  g_autofree char *id = g_strconcat (self->name, "/", part, NULL);

  tm_edac_counts_set (self->counts, id, label, n_corrected, n_uncorrected);
  self->n_corrected -= MIN (self->n_corrected, n_corrected);
  self->n_uncorrected -= MIN (self->n_uncorrected, n_uncorrected);
}

/* FALSE: it has no counters. */
static gboolean
read_module (Controller *self, const char *module)
{
  g_autofree char *directory = g_build_filename (self->directory, module, NULL);
  g_autofree char *label = read_text (directory, "dimm_label");
  g_autofree char *corrected = read_text (directory, "dimm_ce_count");

  if (corrected[0] == '\0')
    return FALSE;

  add (self, module, label, g_ascii_strtoull (corrected, NULL, 10),
       read_number (directory, "dimm_ue_count"));
  return TRUE;
}

/* What was not corrected is counted for the whole row, and has no label. */
static gboolean
read_row (Controller *self, const char *row)
{
  g_autofree char *directory = g_build_filename (self->directory, row, NULL);

  add (self, row, "", 0, read_number (directory, "ue_count"));
  for (guint channel = 0; channel < MAX_CHANNELS; channel++)
    {
      g_autofree char *count_name = g_strdup_printf ("ch%u_ce_count", channel);
      g_autofree char *label_name = g_strdup_printf ("ch%u_dimm_label", channel);
      g_autofree char *part = g_strdup_printf ("%s/ch%u", row, channel);
      g_autofree char *label = read_text (directory, label_name);
      g_autofree char *corrected = read_text (directory, count_name);

      if (corrected[0] != '\0')
        add (self, part, label, g_ascii_strtoull (corrected, NULL, 10), 0);
    }

  return TRUE;
}

/* Whether there was one with counters. */
static gboolean
read_parts (Controller *self,
            const char *prefix,
            gboolean (*read) (Controller *self, const char *part))
{
  g_autoptr (GDir) parts = g_dir_open (self->directory, 0, NULL);
  gboolean is_read = FALSE;
  const char *part;

  while (parts != NULL && (part = g_dir_read_name (parts)) != NULL)
    if (g_str_has_prefix (part, prefix))
      is_read |= read (self, part);

  return is_read;
}

/* Kernels before 4.11 count in rows alone; later ones may show the same again as rows. */
static void
read_controller (const char *directory, const char *name, TmEdacCounts *counts)
{
  Controller self = {
    .directory = directory,
    .name = name,
    .counts = counts,
    .n_corrected = read_number (directory, "ce_count"),
    .n_uncorrected = read_number (directory, "ue_count"),
  };
  gboolean has_modules = read_parts (&self, "dimm", read_module);

  has_modules |= read_parts (&self, "rank", read_module);
  if (!has_modules)
    read_parts (&self, "csrow", read_row);
  tm_edac_counts_set (counts, name, "", self.n_corrected, self.n_uncorrected);
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
