/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What swupd says while it updates the system:
 *
 *   Update started
 *   Preparing to update from 41100 to 41110 (in format staging)
 *       changed bundles   : 12
 *       new bundles       : 1
 *       deleted bundles   : 0
 *   Update took 21.3 seconds, 12 MB transferred
 *   Update successful - System updated from version 41100 to version 41110
 *
 * Bundles are counted as packages are elsewhere. Where the format of its content changes it updates
 * twice in one run. An update that found nothing to do was none, nor was one that only downloads:
 * that one says how long it took, and not how it ended. What fails before an update starts, as a
 * lock does, says so in its own words. The content of third parties is not the system.
 */
#include "tm-update-log.h"

#include <string.h>

typedef enum
{
  END_NONE,
  END_SUCCESS,
  END_FAILURE,
  END_NOTHING_TO_DO,
} End;

typedef struct
{
  const TmUpdateLog *log;
  TmUpdate *update; /* (nullable): that one which is open */
  End end;
  TmUpdateError early; /* said while none was open */
  gboolean is_third_party;
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
  g_autofree char *text = g_strndup (rest->text, rest->n_bytes);

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

static gboolean
is_update (End end, const TmUpdate *update)
{
  switch (end)
    {
    case END_SUCCESS:
    case END_FAILURE:
      return TRUE;
    case END_NOTHING_TO_DO:
      return FALSE;
    default:
      return update->error != TM_UPDATE_ERROR_NONE || update->seconds < 0;
    }
}

/* That one which is open, if any, is told. */
static void
finish (Reader *self)
{
  static const TmUpdateError without_reason[] = {
    [END_NONE] = TM_UPDATE_ERROR_INTERRUPTED,
    [END_SUCCESS] = TM_UPDATE_ERROR_NONE,
    [END_FAILURE] = TM_UPDATE_ERROR_OTHER,
  };
  TmUpdate *update = self->update;

  if (update == NULL)
    return;

  self->update = NULL;
  if (self->is_third_party || !is_update (self->end, update))
    tm_update_free (update);
  else
    {
      if (update->error == TM_UPDATE_ERROR_NONE)
        update->error = without_reason[self->end];
      self->log->take (update, self->log->user_data);
    }
  self->is_third_party = FALSE;
}

static void
begin (Reader *self)
{
  self->update = tm_update_new ("swupd");
  self->end = END_NONE;
  self->early = TM_UPDATE_ERROR_NONE;
}

/* It has failed before it said that it starts. */
static void
fail_early (Reader *self)
{
  TmUpdateError error = self->early;

  begin (self);
  self->update->error = error;
  self->end = END_FAILURE;
  finish (self);
}

static void
read_error (Reader *self, const TmUpdateSlice *message)
{
  TmUpdateError error = tm_update_error_from_text (message->text, message->n_bytes);

  if (self->update == NULL)
    self->early = tm_update_error_join (self->early, error);
  else if (self->end == END_NONE)
    self->update->error = tm_update_error_join (self->update->error, error);
}

static void
read_end (Reader *self, const TmUpdateSlice *line)
{
  TmUpdateSlice rest;

  if (tm_update_slice_skip (line, "Update successful", &rest))
    {
      self->end = END_SUCCESS;
      self->update->error = TM_UPDATE_ERROR_NONE;
      read_builds (self->update, &rest);
    }
  if (tm_update_slice_skip (line, "Update complete", &rest) ||
      tm_update_slice_skip (line, "Version on server (", &rest) ||
      tm_update_slice_skip (line, "Requested version (", &rest))
    self->end = END_NOTHING_TO_DO;
  if (tm_update_slice_skip (line, "Update failed", &rest))
    self->end = END_FAILURE;
  if (tm_update_slice_skip (line, "Update took ", &rest))
    self->update->seconds = (gint64) MIN (read_number (&rest), G_MAXINT32);
}

static void
read_update (Reader *self, const TmUpdateSlice *line)
{
  TmUpdateSlice rest;
  guint *count;

  tm_update_mix (self->update, line->text, line->n_bytes);
  if (tm_update_slice_skip (line, "Preparing to update", &rest))
    read_builds (self->update, &rest);
  count = tm_update_action_find (statistics, self->update, line, &rest);
  if (count != NULL)
    *count = (guint) MIN (read_number (&rest), G_MAXINT32);
  read_end (self, line);
}

static void
read_line (gpointer reader, const TmUpdateSlice *line)
{
  Reader *self = reader;
  TmUpdateSlice trimmed = *line;
  TmUpdateSlice rest;

  while (trimmed.n_bytes > 0 && g_ascii_isspace (trimmed.text[0]))
    trimmed = (TmUpdateSlice){ trimmed.text + 1, trimmed.n_bytes - 1 };
  if (tm_update_slice_skip (&trimmed, "Updates from a 3rd-party repository", &rest))
    {
      finish (self);
      self->is_third_party = TRUE;
    }
  if (tm_update_slice_skip (&trimmed, "Update started", &rest))
    {
      if (self->update != NULL)
        finish (self);
      begin (self);
    }
  if (tm_update_slice_skip (&trimmed, "Error: ", &rest))
    read_error (self, &rest);

  if (self->update != NULL)
    read_update (self, &trimmed);
  else if (tm_update_slice_skip (&trimmed, "Error: Failed swupd initialization", &rest) ||
           tm_update_slice_skip (&trimmed, "Update failed", &rest))
    fail_early (self);
}

void
tm_update_log_read_swupd (const TmUpdateLog *self)
{
  Reader reader = { .log = self };

  tm_update_log_for_each_line (self, read_line, &reader);
  finish (&reader);
}
