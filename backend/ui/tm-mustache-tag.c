/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The scanner of templates; see tm-mustache-tag.h. */
#include "tm-mustache-tag.h"

#include <string.h>

/* With the = or } that belongs to the sigil, and NUL. */
#define CLOSE_SIZE (TM_MUSTACHE_MAX_DELIMITER + 2)

gboolean
tm_mustache_source_fail (const TmMustacheSource *self,
                         gsize at,
                         const char *message,
                         GError **error)
{
  guint line = 1;

  for (gsize i = 0; i < at && i < self->n_bytes; i++)
    line += self->text[i] == '\n';
  g_set_error (error, TM_MUSTACHE_ERROR, TM_MUSTACHE_ERROR_SYNTAX, "line %u: %s", line, message);

  return FALSE;
}

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

static void
find_line (const TmMustacheSource *self, TmMustacheTag *tag)
{
  gsize start = tag->start, end = tag->end;

  while (start > 0 && is_blank (self->text[start - 1]))
    start--;
  while (end < self->n_bytes && is_blank (self->text[end]))
    end++;
  if (start > 0 && self->text[start - 1] != '\n')
    return;
  if (end + 1 < self->n_bytes && self->text[end] == '\r' && self->text[end + 1] == '\n')
    end++;
  if (end < self->n_bytes && self->text[end] != '\n')
    return;

  tag->standalone = TRUE;
  tag->line_start = start;
  tag->line_end = MIN (end + 1, self->n_bytes);
}

static void
strip (TmMustacheTag *tag)
{
  for (; tag->n_body > 0 && g_ascii_isspace (tag->body[0]); tag->n_body--)
    tag->body++;
  while (tag->n_body > 0 && g_ascii_isspace (tag->body[tag->n_body - 1]))
    tag->n_body--;
}

static gboolean
is_sigil (char c)
{
  return c != '\0' && strchr ("#^/>!=&{", c) != NULL;
}

gboolean
tm_mustache_source_next (const TmMustacheSource *self,
                         gsize from,
                         TmMustacheTag *out_tag,
                         GError **error)
{
  const char *end_of_text = self->text + self->n_bytes;
  const char *open =
      memmem (self->text + from, self->n_bytes - from, self->open, strlen (self->open));
  char close[CLOSE_SIZE], sigil = '\0';

  if (open == NULL)
    return FALSE;

  const char *body = open + strlen (self->open);
  if (body < end_of_text && is_sigil (*body))
    sigil = *body++;
  g_snprintf (close, sizeof close, "%s%s", sigil == '=' ? "=" : (sigil == '{' ? "}" : ""),
              self->close);

  const char *end = memmem (body, (gsize) (end_of_text - body), close, strlen (close));
  if (end == NULL)
    return tm_mustache_source_fail (self, (gsize) (open - self->text), "this tag is not closed",
                                    error);

  *out_tag = (TmMustacheTag){ .sigil = sigil,
                              .start = (gsize) (open - self->text),
                              .end = (gsize) (end - self->text) + strlen (close),
                              .body = body,
                              .n_body = (gsize) (end - body) };
  strip (out_tag);
  if (sigil != '\0' && sigil != '&' && sigil != '{')
    find_line (self, out_tag);

  return TRUE;
}

static gsize
word_length (const char *text, const char *end)
{
  gsize n = 0;

  while (text + n < end && !g_ascii_isspace (text[n]) && text[n] != '=' && text[n] != '\0')
    n++;

  return n;
}

gboolean
tm_mustache_source_set_delimiters (TmMustacheSource *self, const TmMustacheTag *tag, GError **error)
{
  const char *open = tag->body, *end = tag->body + tag->n_body;
  gsize n_open = word_length (open, end);
  const char *close = open + n_open;

  while (close < end && g_ascii_isspace (*close))
    close++;
  gsize n_close = word_length (close, end);

  if (n_open == 0 || n_close == 0 || close + n_close != end || close == open + n_open ||
      MAX (n_open, n_close) > TM_MUSTACHE_MAX_DELIMITER)
    return tm_mustache_source_fail (self, tag->start,
                                    "delimiters are two words of 1 to 8 bytes without =", error);

  memcpy (self->open, open, n_open);
  self->open[n_open] = '\0';
  memcpy (self->close, close, n_close);
  self->close[n_close] = '\0';

  return TRUE;
}
