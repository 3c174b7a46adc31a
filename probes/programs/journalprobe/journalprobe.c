/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Follows the journal and reports the entries that a rule describes; as shipped, that a unit of the
 * system has failed.
 */
#include <gio/gio.h>
#include <glib/gi18n.h>

#include "journal-check.h"
#include "journal-input.h"
#include "journal-rules.h"

typedef struct
{
  TmProbe *probe;
  gboolean is_check;
  char **arguments; /* (nullable) */
} Journalprobe;

/* One agreement may end and another begin while an entry is handed over. */
static gboolean
follow (TmProbe *probe, GPtrArray *rules, JournalReader *reader, GError **error)
{
  do
    if (!journal_input_follow (reader, probe, rules, error))
      return FALSE;
  while (!tm_probe_is_once (probe) && !journal_reader_has_failed (reader) &&
         tm_probe_may_observe (probe));

  return TRUE;
}

static gboolean
run (TmProbe *probe, GError **error)
{
  g_autoptr (GPtrArray) rules = journal_rules_load (probe);
  g_autoptr (JournalReader) reader = journal_reader_new (probe, rules, error);
  const char *input = tm_probe_get_input (probe);

  if (reader == NULL)
    return FALSE;
  if (rules->len == 0 && input == NULL)
    {
      if (!tm_probe_is_once (probe))
        tm_probe_wait_for_end (probe);
      return TRUE;
    }
  if (!(input != NULL ? journal_input_read_file (reader, input, error)
                      : follow (probe, rules, reader, error)))
    return FALSE;
  if (!journal_reader_has_failed (reader))
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", _ ("what was found is kept for later"));
  return FALSE;
}

/* FALSE: *out_status is the exit status. */
static gboolean
start (Journalprobe *self, const TmProbeInfo *info, int argc, char **argv, int *out_status)
{
  self->probe = tm_probe_new (info, argc, argv, out_status);
  if (self->probe == NULL)
    return FALSE;
  if (self->is_check && !tm_probe_check_input (self->probe, "--check", FALSE))
    {
      *out_status = TM_PROBE_EXIT_USAGE;
      return FALSE;
    }
  if (self->is_check)
    {
      *out_status = journal_check_files ((const char *const *) self->arguments);
      return FALSE;
    }
  if (self->arguments == NULL)
    return TRUE;

  g_printerr (_ ("journalprobe: “%s” is one argument too many\n"), self->arguments[0]);
  *out_status = TM_PROBE_EXIT_USAGE;
  return FALSE;
}

int
main (int argc, char **argv)
{
  Journalprobe self = { 0 };
  const GOptionEntry options[] = {
    { "check", 0, 0, G_OPTION_ARG_NONE, &self.is_check,
      N_ ("Only say whether the files that follow are rules"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self.arguments, NULL, "[FILE...]" },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  const TmProbeInfo info = {
    .name = "journalprobe",
    .category = "journal",
    .summary = N_ ("Report entries of the journal that rules describe."),
    .options = options,
  };
  g_autoptr (GError) error = NULL;
  int status = TM_PROBE_EXIT_OK;

  if (start (&self, &info, argc, argv, &status) && tm_probe_may_observe (self.probe) &&
      !run (self.probe, &error))
    {
      g_printerr (_ ("journalprobe: %s\n"), error->message);
      status = TM_PROBE_EXIT_FAILED;
    }

  g_clear_pointer (&self.probe, tm_probe_free);
  g_strfreev (self.arguments);
  return status;
}
