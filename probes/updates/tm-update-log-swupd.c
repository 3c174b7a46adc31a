/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What swupd says while it updates the system:
 *
 *   Update started
 *   Preparing to update from 41100 to 41110 (in format staging)
 *       changed bundles   : 12
 *       new bundles       : 1
 *       deleted bundles   : 0
 *   Update successful - System updated from version 41100 to version 41110
 *   Update took 21.3 seconds, 12 MB transferred
 *
 * Bundles are counted as packages are elsewhere. An update that found nothing to do was none.
 */
#include "tm-update-log.h"

#include <string.h>

typedef struct
{
  const TmUpdateLog *log;
  TmUpdate *update; /* (nullable) */
  gboolean has_ended;
  gboolean has_nothing_to_do;
} Reader;

static const TmUpdateAction statistics[] = {
  { "changed bundles", G_STRUCT_OFFSET (TmUpdate, n_upgraded) },
  { "new bundles", G_STRUCT_OFFSET (TmUpdate, n_installed) },
  { "deleted bundles", G_STRUCT_OFFSET (TmUpdate, n_removed) },
  { NULL, 0 },
};

static guint64
read_number (const TmUpdateSlice *rest)
{
  g_autofree char *text = g_strndup (rest->text, MIN (rest->n_bytes, 32));

  return g_ascii_strtoull (text + strspn (text, " :"), NULL, 10);
}

static TmUpdateSlice
cut_word (const char *text, const char *end)
{
  const char *at = text;

  while (at < end && *at != ' ' && *at != '\t')
    at++;
  return (TmUpdateSlice){ text, at - text };
}

/* "... from [version] A to [version] B ..." */
static void
read_builds (TmUpdate *update, const TmUpdateSlice *line)
{
  const char *end = line->text + line->n_bytes;
  const char *from = memmem (line->text, line->n_bytes, "from ", 5);
  const char *to = from == NULL ? NULL : memmem (from, end - from, " to ", 4);
  TmUpdateSlice word, rest;

  if (to == NULL)
    return;

  rest = (TmUpdateSlice){ from + 5, end - from - 5 };
  tm_update_slice_skip (&rest, "version ", &rest);
  word = cut_word (rest.text, end);
  g_free (update->from);
  update->from = tm_update_slice_to_build (&word);
  rest = (TmUpdateSlice){ to + 4, end - to - 4 };
  tm_update_slice_skip (&rest, "version ", &rest);
  word = cut_word (rest.text, end);
  g_free (update->to);
  update->to = tm_update_slice_to_build (&word);
}

static void
begin (Reader *self)
{
  g_clear_pointer (&self->update, tm_update_free);
  self->update = tm_update_new ("swupd");
  self->has_ended = FALSE;
  self->has_nothing_to_do = FALSE;
}

static void
read_end (Reader *self, const TmUpdateSlice *line)
{
  TmUpdateSlice rest;

  if (tm_update_slice_skip (line, "Update successful", &rest))
    {
      self->has_ended = TRUE;
      self->update->error = TM_UPDATE_ERROR_NONE;
      read_builds (self->update, &rest);
    }
  if (tm_update_slice_skip (line, "Update complete", &rest))
    self->has_ended = self->has_nothing_to_do = TRUE;
  if (tm_update_slice_skip (line, "Update failed", &rest))
    {
      self->has_ended = TRUE;
      if (self->update->error == TM_UPDATE_ERROR_NONE)
        self->update->error = TM_UPDATE_ERROR_OTHER;
    }
  if (tm_update_slice_skip (line, "Update took ", &rest))
    self->update->seconds = (gint64) MIN (read_number (&rest), G_MAXINT32);
}

static void
read_line (gpointer reader, const TmUpdateSlice *line)
{
  Reader *self = reader;
  TmUpdateSlice trimmed = *line;
  TmUpdateSlice rest;
  guint *count;

  while (trimmed.n_bytes > 0 && g_ascii_isspace (trimmed.text[0]))
    trimmed = (TmUpdateSlice){ trimmed.text + 1, trimmed.n_bytes - 1 };
  if (tm_update_slice_skip (&trimmed, "Update started", &rest))
    begin (self);
  if (self->update == NULL)
    return;

  tm_update_mix (self->update, line->text, line->n_bytes);
  if (tm_update_slice_skip (&trimmed, "Preparing to update", &rest))
    read_builds (self->update, &rest);
  if (tm_update_slice_skip (&trimmed, "Error: ", &rest) &&
      self->update->error == TM_UPDATE_ERROR_NONE)
    self->update->error = tm_update_error_from_text (rest.text, rest.n_bytes);
  count = tm_update_action_find (statistics, self->update, &trimmed, &rest);
  if (count != NULL)
    *count = (guint) MIN (read_number (&rest), G_MAXINT32);
  read_end (self, &trimmed);
}

void
tm_update_log_read_swupd (const TmUpdateLog *self)
{
  Reader reader = { .log = self };

  tm_update_log_for_each_line (self, read_line, &reader);

  if (reader.update == NULL || (reader.has_nothing_to_do && reader.update->error == 0))
    {
      g_clear_pointer (&reader.update, tm_update_free);
      return;
    }

  if (!reader.has_ended && reader.update->error == TM_UPDATE_ERROR_NONE)
    reader.update->error = TM_UPDATE_ERROR_INTERRUPTED;
  self->take (reader.update, self->user_data);
}
