/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reports the last words of a kernel that did not live to write them into its log. They are found
 * in the boot that follows: in /sys/fs/pstore, from where they are removed once the service has
 * them, or in the archive of systemd-pstore, which stays as it is. What was there when somebody
 * agreed is noted and never read.
 */
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

#include "klog-rules.h"
#include "klog-source.h"
#include "pstore-report.h"
#include "pstore-shelf.h"
#include "tm-probe-boot.h"

#define LIVE "/sys/fs/pstore"
#define ARCHIVE "/var/lib/systemd/pstore"
#define GROUP "pstore"
#define KEY_KNOWN "known"

typedef struct
{
  TmProbe *probe;
  PstoreReport *report;
  GKeyFile *state;
  GHashTable *known; /* (element-type utf8) */
} Pstoreprobe;

static void
note_files (Pstoreprobe *self, GPtrArray *files, gboolean is_first, GPtrArray *present)
{
  for (guint i = 0; i < files->len; i++)
    {
      const PstoreFile *file = g_ptr_array_index (files, i);

      if (!is_first && file->part == NULL && !g_hash_table_contains (self->known, file->identity))
        g_printerr (_ ("pstoreprobe: a part of a dump is too large, and not read\n"));

      g_hash_table_add (self->known, g_strdup (file->identity));
      g_ptr_array_add (present, g_strdup (file->identity));
    }
}

/* The parts of an event that is not known yet; the parts stay the files'. */
static GPtrArray *
collect_event (GPtrArray *files, const char *event)
{
  GPtrArray *parts = g_ptr_array_new ();

  for (guint i = 0; i < files->len; i++)
    {
      const PstoreFile *file = g_ptr_array_index (files, i);

      if (file->part != NULL && strcmp (file->event, event) == 0)
        g_ptr_array_add (parts, file->part);
    }

  return parts;
}

static void
remove_files (const char *directory, GPtrArray *names)
{
  for (guint i = 0; i < names->len; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!pstore_shelf_remove (directory, g_ptr_array_index (names, i), &error))
        g_printerr (_ ("pstoreprobe: %s\n"), error->message);
    }
}

static gboolean
report_event (Pstoreprobe *self, const char *remove_from, GPtrArray *parts, GError **error)
{
  g_autoptr (GPtrArray) dumps = tm_pstore_assemble (parts);

  for (guint i = 0; i < dumps->len; i++)
    {
      const TmPstoreDump *dump = g_ptr_array_index (dumps, i);
      guint n_records;

      if (!pstore_report_hand_over (self->report, dump, &n_records, error))
        return FALSE;
      if (n_records > 0 && remove_from != NULL)
        remove_files (remove_from, dump->names);
    }

  return TRUE;
}

static gboolean
report_files (Pstoreprobe *self, const char *remove_from, GPtrArray *files, GError **error)
{
  g_autoptr (GHashTable) events = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < files->len; i++)
    {
      const PstoreFile *file = g_ptr_array_index (files, i);
      g_autoptr (GPtrArray) parts = NULL;

      if (!g_hash_table_add (events, file->event))
        continue;
      parts = collect_event (files, file->event);
      if (!report_event (self, remove_from, parts, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
save (Pstoreprobe *self, GPtrArray *present, GError **error)
{
  g_autofree char *text = NULL;

  g_key_file_set_string_list (self->state, GROUP, KEY_KNOWN, (const char *const *) present->pdata,
                              present->len);
  text = g_key_file_to_data (self->state, NULL, NULL);
  return tm_probe_save_state (self->probe, text, error);
}

/* Both shelves; what is read counts as known only after the service has it. */
static gboolean
observe_shelves (Pstoreprobe *self, gboolean is_first, GError **error)
{
  const char *const places[] = { LIVE, ARCHIVE };
  g_autoptr (GPtrArray) present = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *directory = tm_probe_get_path (self->probe, places[i]);
      g_autoptr (GPtrArray) files =
          is_first ? pstore_shelf_list (directory) : pstore_shelf_read (directory, self->known);
      gboolean is_live = i == 0;

      if (!is_first &&
          !report_files (self, is_live && !tm_probe_is_dry_run (self->probe) ? directory : NULL,
                         files, error))
        return FALSE;
      note_files (self, files, is_first, present);
    }

  return save (self, present, error);
}

static gboolean
observe (Pstoreprobe *self, GError **error)
{
  g_autofree char *text = tm_probe_load_state (self->probe);
  g_auto (GStrv) known = NULL;
  gboolean is_first = text == NULL && !tm_probe_is_dry_run (self->probe);

  if (text != NULL)
    g_key_file_load_from_data (self->state, text, strlen (text), G_KEY_FILE_NONE, NULL);
  known = g_key_file_get_string_list (self->state, GROUP, KEY_KNOWN, NULL, NULL);
  for (guint i = 0; known != NULL && known[i] != NULL; i++)
    g_hash_table_add (self->known, g_strdup (known[i]));

  tm_probe_boot_note (self->state, self->probe);
  return observe_shelves (self, is_first, error);
}

/* A file, or a directory of parts. */
static gboolean
observe_input (Pstoreprobe *self, const char *input, GError **error)
{
  g_autoptr (GPtrArray) parts = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *base = g_path_get_basename (input);
  g_autofree char *name =
      tm_pstore_is_dump (base) ? g_strdup (base) : g_strconcat ("dmesg-", base, NULL);
  char *text;
  gsize n_bytes;

  if (g_file_test (input, G_FILE_TEST_IS_DIR))
    {
      g_autoptr (GPtrArray) files = pstore_shelf_read (input, self->known);

      return report_files (self, NULL, files, error);
    }

  if (!g_file_get_contents (input, &text, &n_bytes, error))
    return FALSE;
  bytes = g_bytes_new_take (text, n_bytes);
  if (n_bytes > TM_PSTORE_MAX_BYTES)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   _ ("“%s” is too long; accepted are at most %lu bytes"), input,
                   (unsigned long) TM_PSTORE_MAX_BYTES);
      return FALSE;
    }

  parts = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_pstore_part_free);
  g_ptr_array_add (parts, tm_pstore_part_new (name, bytes));
  return report_event (self, NULL, parts, error);
}

static gboolean
run (TmProbe *probe, GError **error)
{
  g_autoptr (TmOopsRules) rules = klog_rules_load (probe, error);
  g_autoptr (GKeyFile) state = g_key_file_new ();
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (PstoreReport) report = NULL;
  const char *input = tm_probe_get_input (probe);
  Pstoreprobe self = { .probe = probe, .state = state, .known = known };

  if (rules == NULL)
    return FALSE;

  report = self.report = pstore_report_new (probe, rules, state);
  return input != NULL ? observe_input (&self, input, error) : observe (&self, error);
}

int
main (int argc, char **argv)
{
  const TmProbeInfo info = {
    .name = "pstoreprobe",
    .category = "kernel",
    .summary = N_ ("Report faults of the kernel that firmware kept from the boot before."),
  };
  g_autoptr (TmProbe) probe = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  probe = tm_probe_new (&info, argc, argv, &status);
  if (probe == NULL)
    return status;
  if (!tm_probe_may_observe (probe) || run (probe, &error))
    return TM_PROBE_EXIT_OK;

  g_printerr (_ ("pstoreprobe: %s\n"), error->message);
  return TM_PROBE_EXIT_FAILED;
}
