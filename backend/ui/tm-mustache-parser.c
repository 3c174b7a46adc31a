/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Template text to nodes, in one pass.
 *
 * The only hard rule is white space. A tag that is alone on its line, other than an interpolation,
 * takes the whole line with it, so that a template can be laid out for reading; a partial that is
 * alone passes the white space before it on to each line of what it includes. Therefore text is
 * handed on line by line, with a LINE node in front of each line that is left.
 */
#include "tm-mustache-node.h"

#include <string.h>

#include "tm-mustache-tag.h"

typedef struct
{
  TmMustacheSource source;
  gsize at;               /* everything before it is in @nodes */
  gboolean at_line_start; /* there is no node yet for the line that @at is in */
  GArray *nodes;          /* of TmMustacheNode */
  GStringChunk *strings;
  guint sections[TM_MUSTACHE_MAX_SECTIONS]; /* those that are open, as indices in @nodes */
  guint n_sections;
} Parser;

static TmMustacheNode *
add_node (Parser *self, TmMustacheNodeKind kind)
{
  TmMustacheNode node = { .kind = kind, .text = "" };

  g_array_append_val (self->nodes, node);

  return &g_array_index (self->nodes, TmMustacheNode, self->nodes->len - 1);
}

static void
begin_line (Parser *self)
{
  if (!self->at_line_start)
    return;

  add_node (self, TM_MUSTACHE_NODE_LINE);
  self->at_line_start = FALSE;
}

static void
add_text (Parser *self, gsize end)
{
  while (self->at < end)
    {
      const char *from = self->source.text + self->at;
      const char *newline = memchr (from, '\n', end - self->at);
      gsize n = newline != NULL ? (gsize) (newline - from) + 1 : end - self->at;

      begin_line (self);
      TmMustacheNode *node = add_node (self, TM_MUSTACHE_NODE_TEXT);
      node->text = g_string_chunk_insert_len (self->strings, from, (gssize) n);
      node->n_bytes = n;
      self->at += n;
      self->at_line_start = newline != NULL;
    }
}

static gboolean
check_name (const Parser *self, const TmMustacheTag *tag, GError **error)
{
  if (tag->n_body == 0)
    return tm_mustache_source_fail (&self->source, tag->start, "this tag has no name", error);
  for (gsize i = 0; i < tag->n_body; i++)
    if (g_ascii_isspace (tag->body[i]) || tag->body[i] == '\0')
      return tm_mustache_source_fail (&self->source, tag->start, "a name has no white space inside",
                                      error);

  return TRUE;
}

/* "a.b" becomes the keys "a" and "b"; "." becomes one empty key. */
static gboolean
set_keys (Parser *self, const TmMustacheTag *tag, TmMustacheNode *node, GError **error)
{
  g_autofree char *keys = g_strndup (tag->body, tag->n_body);

  node->n_keys = 1;
  if (strcmp (keys, ".") == 0)
    return TRUE;

  for (gsize i = 0; i < tag->n_body; i++)
    {
      if (keys[i] != '.')
        continue;
      if (i == 0 || i + 1 == tag->n_body || keys[i + 1] == '.')
        return tm_mustache_source_fail (&self->source, tag->start,
                                        "a dotted name has no empty part", error);
      keys[i] = '\0';
      node->n_keys++;
    }
  node->text = g_string_chunk_insert_len (self->strings, keys, (gssize) tag->n_body);
  node->n_bytes = tag->n_body;

  return TRUE;
}

static gboolean
add_named (Parser *self, TmMustacheNodeKind kind, const TmMustacheTag *tag, GError **error)
{
  return set_keys (self, tag, add_node (self, kind), error);
}

static gboolean
open_section (Parser *self, TmMustacheNodeKind kind, const TmMustacheTag *tag, GError **error)
{
  if (self->n_sections == TM_MUSTACHE_MAX_SECTIONS)
    {
      g_set_error (error, TM_MUSTACHE_ERROR, TM_MUSTACHE_ERROR_TOO_BIG,
                   "more than %d sections inside each other", TM_MUSTACHE_MAX_SECTIONS);
      return FALSE;
    }

  self->sections[self->n_sections++] = self->nodes->len;

  return add_named (self, kind, tag, error);
}

static gboolean
close_section (Parser *self, const TmMustacheTag *tag, GError **error)
{
  TmMustacheNode name = { .text = "" };

  if (!set_keys (self, tag, &name, error))
    return FALSE;
  if (self->n_sections == 0)
    return tm_mustache_source_fail (&self->source, tag->start,
                                    "no section is open that could end here", error);

  TmMustacheNode *section =
      &g_array_index (self->nodes, TmMustacheNode, self->sections[--self->n_sections]);
  if (section->n_bytes != name.n_bytes || memcmp (section->text, name.text, name.n_bytes) != 0)
    return tm_mustache_source_fail (&self->source, tag->start,
                                    "another section must be closed first", error);
  section->end = self->nodes->len;

  return TRUE;
}

static gboolean
add_partial (Parser *self, const TmMustacheTag *tag)
{
  TmMustacheNode *node = add_node (self, TM_MUSTACHE_NODE_PARTIAL);

  node->text = g_string_chunk_insert_len (self->strings, tag->body, (gssize) tag->n_body);
  node->n_bytes = tag->n_body;
  if (tag->standalone)
    node->indent = g_string_chunk_insert_len (self->strings, self->source.text + tag->line_start,
                                              (gssize) (tag->start - tag->line_start));

  return TRUE;
}

static gboolean
add_tag (Parser *self, const TmMustacheTag *tag, GError **error)
{
  if (tag->sigil == '!')
    return TRUE;
  if (tag->sigil == '=')
    return tm_mustache_source_set_delimiters (&self->source, tag, error);
  if (!check_name (self, tag, error))
    return FALSE;

  switch (tag->sigil)
    {
    case '#':
      return open_section (self, TM_MUSTACHE_NODE_SECTION, tag, error);
    case '^':
      return open_section (self, TM_MUSTACHE_NODE_INVERTED, tag, error);
    case '/':
      return close_section (self, tag, error);
    case '>':
      return add_partial (self, tag);
    case '&':
    case '{':
      return add_named (self, TM_MUSTACHE_NODE_RAW, tag, error);
    default:
      return add_named (self, TM_MUSTACHE_NODE_ESCAPED, tag, error);
    }
}

static gboolean
step_over (Parser *self, const TmMustacheTag *tag, GError **error)
{
  add_text (self, tag->standalone ? tag->line_start : tag->start);
  if (!tag->standalone)
    begin_line (self);
  if (!add_tag (self, tag, error))
    return FALSE;

  self->at = tag->standalone ? tag->line_end : tag->end;
  if (tag->standalone)
    self->at_line_start = TRUE;

  return TRUE;
}

gboolean
tm_mustache_parse (
    const char *text, gsize n_bytes, GArray *nodes, GStringChunk *strings, GError **error)
{
  g_autoptr (GError) failure = NULL;
  Parser self = {
    .source = { .text = text, .n_bytes = n_bytes, .open = "{{", .close = "}}" },
    .at_line_start = TRUE,
    .nodes = nodes,
    .strings = strings,
  };
  TmMustacheTag tag;

  while (tm_mustache_source_next (&self.source, self.at, &tag, &failure))
    if (!step_over (&self, &tag, error))
      return FALSE;
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }

  add_text (&self, n_bytes);
  if (self.n_sections > 0)
    return tm_mustache_source_fail (&self.source, n_bytes, "a section is not closed at the end",
                                    error);

  return TRUE;
}
