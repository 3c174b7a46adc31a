/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parts of a log, without copies of it. See tm-update-log.h. */
#include "tm-update-log.h"

#include <string.h>

/* No version of a build is longer; what is may be anything. */
#define BUILD_MAX_BYTES 64

static gboolean
next_line (const char **at, const char *end, TmUpdateSlice *out_line)
{
  const char *line_end;

  if (*at >= end)
    return FALSE;

  line_end = memchr (*at, '\n', end - *at);
  if (line_end == NULL)
    line_end = end;
  out_line->text = *at;
  out_line->n_bytes = line_end - *at;
  *at = line_end + 1;
  if (out_line->n_bytes > 0 && out_line->text[out_line->n_bytes - 1] == '\r')
    out_line->n_bytes--;
  return TRUE;
}

void
tm_update_log_for_each_line (const TmUpdateLog *self,
                             void (*read_line) (gpointer reader, const TmUpdateSlice *line),
                             gpointer reader)
{
  const char *at = self->text;
  const char *end = at + self->n_bytes;
  TmUpdateSlice line;

  while (next_line (&at, end, &line))
    read_line (reader, &line);
}

gboolean
tm_update_slice_skip (const TmUpdateSlice *self, const char *prefix, TmUpdateSlice *out_rest)
{
  gsize n_bytes = strlen (prefix);

  if (self->n_bytes < n_bytes || memcmp (self->text, prefix, n_bytes) != 0)
    return FALSE;

  *out_rest = (TmUpdateSlice){ self->text + n_bytes, self->n_bytes - n_bytes };
  return TRUE;
}

char *
tm_update_slice_to_build (const TmUpdateSlice *self)
{
  if (self->n_bytes == 0 || self->n_bytes > BUILD_MAX_BYTES)
    return NULL;

  for (gsize i = 0; i < self->n_bytes; i++)
    if (!g_ascii_isalnum (self->text[i]) && strchr (".+~:_-", self->text[i]) == NULL)
      return NULL;

  return g_strndup (self->text, self->n_bytes);
}

guint *
tm_update_action_find (const TmUpdateAction *actions,
                       TmUpdate *update,
                       const TmUpdateSlice *text,
                       TmUpdateSlice *out_rest)
{
  for (; actions->key != NULL; actions++)
    if (tm_update_slice_skip (text, actions->key, out_rest))
      return &G_STRUCT_MEMBER (guint, update, actions->count);

  return NULL;
}
