/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See journal-input.h. */
#include "journal-input.h"

#include <glib/gi18n.h>
#include <string.h>

#include "journal-rules.h"
#include "tm-journal-export.h"
#include "tm-probe-journal.h"

/* The first bytes of a file of the journal. */
#define SIGNATURE "LPKSHHRH"

typedef struct
{
  JournalReader *reader;
  TmProbe *probe; /* (nullable): nobody's consent is asked */
} Input;

static char *
get_text (gpointer source, const char *field)
{
  TmProbeJournal *journal = source;

  if (strcmp (field, "__REALTIME_TIMESTAMP") == 0)
    return g_strdup_printf ("%" G_GINT64_FORMAT, tm_probe_journal_get_time (journal));

  return tm_probe_journal_get_text (journal, field);
}

static gboolean
go_on (gpointer user_data)
{
  Input *self = user_data;

  return self->probe == NULL || tm_probe_may_continue (self->probe);
}

static gboolean
on_entry (TmProbeJournal *journal, gpointer user_data)
{
  const TmJournalEntry entry = { .get_text = get_text, .source = journal };

  return journal_reader_take (((Input *) user_data)->reader, &entry);
}

static gboolean
on_pause (TmProbeJournal *journal, gpointer user_data)
{
  g_autofree char *place = tm_probe_journal_get_place (journal);

  return journal_reader_pause (((Input *) user_data)->reader, place);
}

/* Of a file no place is kept. */
static gboolean
on_end (TmProbeJournal *journal, gpointer user_data)
{
  return TRUE;
}

gboolean
journal_input_follow (JournalReader *reader, TmProbe *probe, GPtrArray *rules, GError **error)
{
  g_autofree char *place = journal_reader_begin (reader);
  g_autoptr (TmProbeJournal) journal = tm_probe_journal_open (tm_probe_get_root (probe), error);
  Input self = { .reader = reader, .probe = probe };
  const TmProbeJournalFollower follower = {
    .follow = !tm_probe_is_once (probe),
    .wake_fd = tm_probe_get_consent_fd (probe),
    .go_on = go_on,
    .on_entry = on_entry,
    .on_pause = on_pause,
    .user_data = &self,
  };

  if (place == NULL)
    place = tm_probe_journal_make_place (tm_probe_get_since (probe));

  return journal != NULL && journal_rules_select (rules, journal, error) &&
         tm_probe_journal_seek (journal, place, error) &&
         tm_probe_journal_follow (journal, &follower, error);
}

static gboolean
read_journal (JournalReader *reader, const char *file, GError **error)
{
  g_autoptr (TmProbeJournal) journal = tm_probe_journal_open_file (file, error);
  Input self = { .reader = reader };
  const TmProbeJournalFollower follower = {
    .wake_fd = -1,
    .go_on = go_on,
    .on_entry = on_entry,
    .on_pause = on_end,
    .user_data = &self,
  };

  return journal != NULL && tm_probe_journal_follow (journal, &follower, error);
}

/* Of one that is cut off, what is there counts. */
static gboolean
read_export (JournalReader *reader, const char *file, GBytes *bytes, GError **error)
{
  gsize n_bytes;
  const char *text = g_bytes_get_data (bytes, &n_bytes);
  g_autoptr (TmJournalExport) export = tm_journal_export_new (text, n_bytes);
  TmJournalEntry entry;

  while (tm_journal_export_next (export, &entry))
    if (!journal_reader_take (reader, &entry))
      return TRUE;
  if (!tm_journal_export_is_cut (export))
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               _ ("“%s” is neither a file of the journal nor what “journalctl -o export” writes, "
                  "or is cut off"),
               file);
  return FALSE;
}

gboolean
journal_input_read_file (JournalReader *reader, const char *file, GError **error)
{
  g_autoptr (GBytes) bytes = tm_probe_map_file (file, error);
  const char *text;
  gsize n_bytes;

  if (bytes == NULL)
    return FALSE;

  text = g_bytes_get_data (bytes, &n_bytes);
  if (n_bytes >= strlen (SIGNATURE) && memcmp (text, SIGNATURE, strlen (SIGNATURE)) == 0)
    return read_journal (reader, file, error);

  return read_export (reader, file, bytes, error);
}
