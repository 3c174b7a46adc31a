/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See journal-check.h. */
#include "journal-check.h"

#include <glib/gi18n.h>

#include "journal-rules.h"

static gboolean
check_file (const char *file)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TmJournalRule) rule = journal_rules_read (file, &error);

  if (error != NULL)
    g_printerr ("%s\n", error->message);
  else if (rule == NULL)
    g_print (_ ("%s: empty; the rule of this name is off\n"), file);
  else
    g_print (_ ("%s: well\n"), file);
  return error == NULL;
}

int
journal_check_files (const char *const *files)
{
  int status = TM_PROBE_EXIT_OK;

  if (files == NULL || files[0] == NULL)
    {
      g_printerr (_ ("journalprobe: --check needs at least one file\n"));
      return TM_PROBE_EXIT_USAGE;
    }

  for (guint i = 0; files[i] != NULL; i++)
    if (!check_file (files[i]))
      status = TM_PROBE_EXIT_FAILED;

  return status;
}
