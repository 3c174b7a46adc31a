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
#include "tm-probe-drops.h"

#define LIVE "/sys/fs/pstore"
#define ARCHIVE "/var/lib/systemd/pstore"
#define SOURCE "pstore"

typedef struct
{
  TmProbe *probe;
  TmProbeReporter *reporter;
  PstoreReport *report;
  GHashTable *known;  /* (element-type utf8) */
  GPtrArray *present; /* (element-type utf8): what is to be known from now on */
  GPtrArray *told;    /* (element-type utf8): files that may be removed */
} Pstoreprobe;

static void
note_files (Pstoreprobe *self, GPtrArray *files, gboolean is_first)
{
  for (guint i = 0; i < files->len; i++)
    {
      const PstoreFile *file = g_ptr_array_index (files, i);

      if (!is_first && file->part == NULL && !g_hash_table_contains (self->known, file->identity))
        {
          g_printerr (_ ("pstoreprobe: a part of a dump is too large, and not read\n"));
          tm_probe_drop (self->probe, "too-large", 1);
        }

      g_ptr_array_add (self->present, g_strdup (file->identity));
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

/* (element-type TmPstoreDump): of all events. */
static GPtrArray *
assemble_files (GPtrArray *files)
{
  g_autoptr (GHashTable) events = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *dumps = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_pstore_dump_free);

  for (guint i = 0; i < files->len; i++)
    {
      const PstoreFile *file = g_ptr_array_index (files, i);
      g_autoptr (GPtrArray) parts = NULL;

      if (!g_hash_table_add (events, file->event))
        continue;
      parts = collect_event (files, file->event);
      g_ptr_array_extend_and_steal (dumps, tm_pstore_assemble (parts));
    }

  return dumps;
}

/* FALSE: a record was not taken, but may be later. What comes behind it is read again with it. */
static gboolean
report_some (Pstoreprobe *self, GPtrArray *dumps, gboolean panics, gboolean may_remove)
{
  for (guint i = 0; i < dumps->len; i++)
    {
      const TmPstoreDump *dump = g_ptr_array_index (dumps, i);
      gboolean is_taken;

      if ((strcmp (dump->reason, "Panic") == 0) != panics)
        continue;
      is_taken = pstore_report_take (self->report, dump);
      if (tm_probe_reporter_has_failed (self->reporter))
        return FALSE;
      for (guint k = 0; is_taken && may_remove && k < dump->names->len; k++)
        g_ptr_array_add (self->told, g_strdup (g_ptr_array_index (dump->names, k)));
    }

  return TRUE;
}

static gboolean
report_dumps (Pstoreprobe *self, GPtrArray *dumps, gboolean may_remove)
{
  return report_some (self, dumps, TRUE, may_remove) &&
         report_some (self, dumps, FALSE, may_remove);
}

static gboolean
report_files (Pstoreprobe *self, GPtrArray *files, gboolean may_remove)
{
  g_autoptr (GPtrArray) dumps = assemble_files (files);

  return report_dumps (self, dumps, may_remove);
}

/* Both shelves; what is read counts as known only after the service has it. */
static gboolean
observe_shelves (Pstoreprobe *self, gboolean is_first)
{
  const char *const places[] = { LIVE, ARCHIVE };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *directory = tm_probe_get_path (self->probe, places[i]);
      g_autoptr (GPtrArray) files =
          is_first ? pstore_shelf_list (directory) : pstore_shelf_read (directory, self->known);

      if (!is_first && !report_files (self, files, i == 0 && !tm_probe_is_dry_run (self->probe)))
        return FALSE;
      note_files (self, files, is_first);
    }

  return TRUE;
}

/* Counts too are kept before anything that they count is removed. */
static gboolean
finish (Pstoreprobe *self)
{
  g_autofree char *place = NULL;
  g_autofree char *directory = tm_probe_get_path (self->probe, LIVE);

  g_ptr_array_add (self->present, NULL);
  place = g_strjoinv (" ", (char **) self->present->pdata);
  tm_probe_reporter_tell_counts (self->reporter);
  if (!tm_probe_reporter_pause (place, self->reporter))
    return FALSE;

  for (guint i = 0; i < self->told->len; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!pstore_shelf_remove (directory, g_ptr_array_index (self->told, i), &error))
        g_printerr (_ ("pstoreprobe: %s\n"), error->message);
    }

  return TRUE;
}

/* Why was said. */
static gboolean
set_failed (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                       _ ("what was found is kept for later"));
  return FALSE;
}

/* What there was at the first look under an agreement is older than that, or may be: it is noted.
 * What is only shown is what a run would tell. */
static gboolean
observe (Pstoreprobe *self, GError **error)
{
  g_autofree char *state = tm_probe_peek_state (self->probe);
  g_autofree char *place = tm_probe_reporter_begin (self->reporter, SOURCE, state);
  g_autofree char *boot_id = tm_probe_reporter_get_boot_before (self->reporter);
  g_auto (GStrv) known = g_strsplit (place != NULL ? place : "", " ", -1);

  for (guint i = 0; known[i] != NULL; i++)
    g_hash_table_add (self->known, g_strdup (known[i]));

  tm_probe_reporter_set_boot (boot_id, self->reporter);
  if (observe_shelves (self, place == NULL) && finish (self))
    return TRUE;

  return set_failed (error);
}

/* A file, or a directory of parts. */
static gboolean
observe_input (Pstoreprobe *self, const char *input, GError **error)
{
  g_autoptr (GPtrArray) parts = NULL;
  g_autoptr (GPtrArray) dumps = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *base = g_path_get_basename (input);
  g_autofree char *name =
      tm_pstore_is_dump (base) ? g_strdup (base) : g_strconcat ("dmesg-", base, NULL);

  if (g_file_test (input, G_FILE_TEST_IS_DIR))
    {
      g_autoptr (GPtrArray) files = pstore_shelf_read (input, self->known);

      return report_files (self, files, FALSE) || set_failed (error);
    }

  bytes = tm_probe_read_file (input, TM_PSTORE_MAX_BYTES, error);
  if (bytes == NULL)
    return FALSE;

  parts = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_pstore_part_free);
  g_ptr_array_add (parts, tm_pstore_part_new (name, bytes, 0));
  dumps = tm_pstore_assemble (parts);
  return report_dumps (self, dumps, FALSE) || set_failed (error);
}

static gboolean
run (TmProbe *probe, GError **error)
{
  g_autoptr (TmOopsRules) rules = klog_rules_load (probe, error);
  g_autoptr (TmProbeReporter) reporter = rules != NULL ? klog_reporter_new (probe, error) : NULL;
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) present = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) told = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (PstoreReport) report = NULL;
  const char *input = tm_probe_get_input (probe);
  Pstoreprobe self = { probe, reporter, NULL, known, present, told };

  if (reporter == NULL)
    return FALSE;

  report = self.report = pstore_report_new (reporter, rules);
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
