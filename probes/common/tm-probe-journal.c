/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-probe-journal.h. */
#include "tm-probe-journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-journal.h>

/* A place in a journal that had no entry: when that was. */
#define PLACE_TIME "realtime="
/* What came after this moment. */
#define PLACE_SINCE "since="

struct _TmProbeJournal
{
  sd_journal *journal;
  gint64 asked_usec; /* when it was last looked at for an entry; since 1970 */
  char *machine;     /* owned, nullable: whose entries are read, 32 hex digits */
};

static gboolean
set_error (GError **error, const char *what, int result)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (-result), "%s: %s", what,
               g_strerror (-result));
  return FALSE;
}

void
tm_probe_journal_free (TmProbeJournal *self)
{
  sd_journal_close (self->journal);
  g_free (self->machine);
  g_free (self);
}

/* result: of opening journal. */
static TmProbeJournal *
new_from (sd_journal *journal, int result, GError **error)
{
  TmProbeJournal *self;

  if (result < 0)
    {
      set_error (error, "cannot open the journal", result);
      return NULL;
    }

  self = g_new0 (TmProbeJournal, 1);
  self->journal = journal;
  /* Long values come whole. */
  sd_journal_set_data_threshold (journal, 0);
  return self;
}

static char *
read_machine (const char *root)
{
  g_autofree char *path = g_build_filename (root != NULL ? root : "/", "etc/machine-id", NULL);
  char *machine = NULL;

  return g_file_get_contents (path, &machine, NULL, NULL) ? g_strstrip (machine) : NULL;
}

TmProbeJournal *
tm_probe_journal_open (const char *root, GError **error)
{
  sd_journal *journal = NULL;
  TmProbeJournal *self;
  int result = root != NULL ? sd_journal_open_directory (&journal, root,
                                                         SD_JOURNAL_OS_ROOT | SD_JOURNAL_SYSTEM)
                            : sd_journal_open (&journal, SD_JOURNAL_SYSTEM);

  self = new_from (journal, result, error);
  if (self != NULL)
    self->machine = read_machine (root);
  return self;
}

TmProbeJournal *
tm_probe_journal_open_file (const char *file, GError **error)
{
  const char *files[] = { file, NULL };
  sd_journal *journal = NULL;
  int result = sd_journal_open_files (&journal, files, 0);

  return new_from (journal, result, error);
}

gboolean
tm_probe_journal_add_match (TmProbeJournal *self, const char *match, GError **error)
{
  g_autofree char *what = NULL;
  int result = sd_journal_add_match (self->journal, match, 0);

  if (result >= 0)
    return TRUE;

  what = g_strdup_printf ("cannot select the entries with “%s”", match);
  return set_error (error, what, result);
}

gboolean
tm_probe_journal_add_alternative (TmProbeJournal *self, GError **error)
{
  int result = sd_journal_add_disjunction (self->journal);

  return result >= 0 || set_error (error, "cannot select entries", result);
}

/* So that the entry it is at is the next one. Not by going back, which does nothing where it is the
 * first of all: the one behind it would be next. */
static int
stay (sd_journal *journal)
{
  char *cursor = NULL;
  int result = sd_journal_get_cursor (journal, &cursor);

  if (result >= 0)
    result = sd_journal_seek_cursor (journal, cursor);
  free (cursor);
  return result;
}

static int
seek_cursor (sd_journal *journal, const char *cursor)
{
  int result = sd_journal_seek_cursor (journal, cursor);

  if (result >= 0)
    result = sd_journal_next (journal);
  /* Where that entry is gone, this is the first one behind it: to be read. */
  if (result > 0 && sd_journal_test_cursor (journal, cursor) <= 0)
    result = stay (journal);
  return result;
}

/* To the entry in front. Where there is no entry at all, to the beginning: behind the tail even new
 * ones would not be found. */
static int
go_back (sd_journal *journal)
{
  int result = sd_journal_previous (journal);

  return result == 0 ? sd_journal_seek_head (journal) : result;
}

static int
seek_end (sd_journal *journal)
{
  int result = sd_journal_seek_tail (journal);

  return result >= 0 ? go_back (journal) : result;
}

/* By either clock. The one that people set may have been set back since, and then older entries are
 * said to be younger; entries of this boot have another that is never set. */
static gboolean
is_before (sd_journal *journal, gint64 since_usec)
{
  gint64 since_monotonic = g_get_monotonic_time () - (g_get_real_time () - since_usec);
  guint64 usec;
  sd_id128_t boot, this_boot;

  if (sd_journal_get_realtime_usec (journal, &usec) >= 0 && (gint64) usec < since_usec)
    return TRUE;

  return sd_id128_get_boot (&this_boot) >= 0 &&
         sd_journal_get_monotonic_usec (journal, &usec, &boot) >= 0 &&
         sd_id128_equal (boot, this_boot) && (gint64) usec < since_monotonic;
}

static int
seek_since (sd_journal *journal, gint64 since_usec)
{
  int result = sd_journal_seek_realtime_usec (journal, (guint64) MAX (since_usec, 0));

  if (result >= 0)
    result = sd_journal_next (journal);
  /* Nothing came since: not the end of the journal, which may have moved on meanwhile. */
  if (result == 0)
    return go_back (journal);
  while (result > 0 && is_before (journal, since_usec))
    result = sd_journal_next (journal);
  return result > 0 ? stay (journal) : result;
}

char *
tm_probe_journal_make_place (gint64 since_usec)
{
  return since_usec > 0 ? g_strdup_printf (PLACE_SINCE "%" G_GINT64_FORMAT, since_usec) : NULL;
}

gboolean
tm_probe_journal_seek (TmProbeJournal *self, const char *place, GError **error)
{
  int result;

  /* An entry that comes while we look is behind. */
  self->asked_usec = g_get_real_time ();
  if (place == NULL)
    result = seek_end (self->journal);
  else if (g_str_has_prefix (place, PLACE_SINCE))
    result = seek_since (self->journal, g_ascii_strtoll (place + strlen (PLACE_SINCE), NULL, 10));
  else if (g_str_has_prefix (place, PLACE_TIME))
    result = sd_journal_seek_realtime_usec (
        self->journal, g_ascii_strtoull (place + strlen (PLACE_TIME), NULL, 10));
  else
    result = seek_cursor (self->journal, place);
  /* What is no cursor will never be one: to fail would be to fail for ever. */
  if (result == -EINVAL)
    result = seek_end (self->journal);

  return result >= 0 || set_error (error, "cannot go to where reading begins", result);
}

char *
tm_probe_journal_get_place (TmProbeJournal *self)
{
  char *cursor = NULL;
  char *place;

  if (sd_journal_get_cursor (self->journal, &cursor) < 0)
    return g_strdup_printf (PLACE_TIME "%" G_GINT64_FORMAT, self->asked_usec);

  place = g_strdup (cursor);
  free (cursor);
  return place;
}

gboolean
tm_probe_journal_get_data (TmProbeJournal *self,
                           const char *field,
                           const char **out_value,
                           gsize *out_n_bytes)
{
  gsize n_name = strlen (field) + 1;
  const void *data;
  gsize n_data;

  if (sd_journal_get_data (self->journal, field, &data, &n_data) < 0 || n_data < n_name)
    return FALSE;

  *out_value = (const char *) data + n_name;
  *out_n_bytes = n_data - n_name;
  return TRUE;
}

/* Where logs of a fleet are gathered, other machines' journals lie beside this one's. */
static gboolean
is_foreign (TmProbeJournal *self)
{
  const char *machine;
  gsize n_bytes;

  return self->machine != NULL &&
         tm_probe_journal_get_data (self, "_MACHINE_ID", &machine, &n_bytes) &&
         (n_bytes != strlen (self->machine) || memcmp (machine, self->machine, n_bytes) != 0);
}

gboolean
tm_probe_journal_next (TmProbeJournal *self, GError **error)
{
  int result;

  self->asked_usec = g_get_real_time ();
  do
    result = sd_journal_next (self->journal);
  while (result > 0 && is_foreign (self));

  if (result < 0)
    set_error (error, "cannot read the journal", result);
  return result > 0;
}

char *
tm_probe_journal_get_text (TmProbeJournal *self, const char *field)
{
  const char *value;
  gsize n_bytes;

  if (!tm_probe_journal_get_data (self, field, &value, &n_bytes) ||
      n_bytes > TM_PROBE_JOURNAL_MAX_TEXT || memchr (value, '\0', n_bytes) != NULL)
    return NULL;

  return g_strndup (value, n_bytes);
}

gboolean
tm_probe_journal_has_field (TmProbeJournal *self, const char *field)
{
  const char *value;
  gsize n_bytes;

  return tm_probe_journal_get_data (self, field, &value, &n_bytes);
}

gint64
tm_probe_journal_get_time (TmProbeJournal *self)
{
  guint64 usec;

  return sd_journal_get_realtime_usec (self->journal, &usec) >= 0 ? (gint64) usec : 0;
}

int
tm_probe_journal_get_fd (TmProbeJournal *self)
{
  return sd_journal_get_fd (self->journal);
}

short
tm_probe_journal_get_events (TmProbeJournal *self)
{
  return (short) sd_journal_get_events (self->journal);
}

void
tm_probe_journal_after_wait (TmProbeJournal *self)
{
  sd_journal_process (self->journal);
}
