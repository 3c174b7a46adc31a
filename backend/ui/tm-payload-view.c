/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lays JSON out by its text, not by a parsed tree: a tree would lose what a parser can't hold, such
 * as the digits of a large number. tm_json_check() has been over the text, so the grammar is right
 * and depth is bounded.
 */
#include "tm-payload-view.h"

#include <string.h>

#include "tm-json.h"
#include "tm-text.h"
#include "tm-view.h"

#define INDENT "  "

typedef struct
{
  const char *at;
  guint depth;
  JsonArray *tokens;
  GString *between; /* what belongs to no value, until the next value comes */
  gsize n_bytes;    /* of the page so far, about */
  gsize max_bytes;  /* of it */
} Layout;

static void
add_token (Layout *self, const char *kind, const char *text, gsize n_bytes)
{
  g_autofree char *copy = g_strndup (text, n_bytes);
  g_autofree char *visible = tm_text_visible (copy);
  JsonObject *token = json_object_new ();

  json_object_set_string_member (token, "kind", kind);
  json_object_set_boolean_member (token, "plain", *kind == 'p');
  json_object_set_string_member (token, "text", visible);
  json_array_add_object_element (self->tokens, token);
  self->n_bytes += tm_text_cost (copy) + strlen ("<span class=\"k\"></span>");
}

static void
flush_between (Layout *self)
{
  if (self->between->len > 0)
    add_token (self, "p", self->between->str, self->between->len);
  g_string_truncate (self->between, 0);
}

static void
skip_space (Layout *self)
{
  self->at += strspn (self->at, " \t\r\n");
}

static void
break_line (Layout *self)
{
  g_string_append_c (self->between, '\n');
  for (guint i = 0; i < self->depth; i++)
    g_string_append (self->between, INDENT);
}

static gsize
string_length (const char *text)
{
  gsize n = 1;

  while (text[n] != '"')
    n += text[n] == '\\' ? 2 : 1;

  return n + 1;
}

static void
lay_out_string (Layout *self)
{
  gsize n_bytes = string_length (self->at);
  const char *start = self->at;

  self->at += n_bytes;
  skip_space (self);
  flush_between (self);
  add_token (self, *self->at == ':' ? "k" : "s", start, n_bytes);
}

static void
lay_out_word (Layout *self)
{
  gsize n_bytes = strcspn (self->at, " \t\r\n,]}");

  flush_between (self);
  add_token (self, g_ascii_isalpha (*self->at) ? "w" : "n", self->at, n_bytes);
  self->at += n_bytes;
}

static void
open_list (Layout *self)
{
  char open = *self->at++;

  g_string_append_c (self->between, open);
  skip_space (self);
  if (*self->at == open + 2) /* {} and [], two apart in ASCII, stay together */
    {
      g_string_append_c (self->between, *self->at++);
      return;
    }
  self->depth++;
  break_line (self);
}

static void
lay_out_mark (Layout *self)
{
  switch (*self->at)
    {
    case '{':
    case '[':
      open_list (self);
      return;
    case '}':
    case ']':
      self->depth--;
      break_line (self);
      break;
    default:
      break;
    }

  g_string_append_c (self->between, *self->at);
  if (*self->at == ',')
    break_line (self);
  else if (*self->at == ':')
    g_string_append_c (self->between, ' ');
  self->at++;
}

/* (nullable): what would be too long */
static JsonArray *
lay_out (const char *text, gsize max_bytes)
{
  g_autoptr (GString) between = g_string_new (NULL);
  g_autoptr (JsonArray) tokens = json_array_new ();
  Layout self = { .at = text, .tokens = tokens, .between = between, .max_bytes = max_bytes };

  for (skip_space (&self); self.n_bytes <= self.max_bytes && *self.at != '\0'; skip_space (&self))
    if (*self.at == '"')
      lay_out_string (&self);
    else if (strchr ("{}[],:", *self.at) != NULL)
      lay_out_mark (&self);
    else
      lay_out_word (&self);
  flush_between (&self);

  return self.n_bytes <= self.max_bytes ? g_steal_pointer (&tokens) : NULL;
}

JsonObject *
tm_payload_view_new (const char *payload, gsize max_bytes)
{
  JsonObject *view = json_object_new ();
  g_autofree char *start = tm_text_start (payload, max_bytes);
  gsize n_bytes = strlen (start);
  gboolean is_cut = payload[n_bytes] != '\0';
  gboolean is_json = !is_cut && tm_json_check (payload, n_bytes, n_bytes, TM_JSON_MAX_DEPTH, NULL);
  JsonArray *tokens = is_json ? lay_out (payload, max_bytes) : NULL;

  json_object_set_boolean_member (view, "is_json", tokens != NULL);
  json_object_set_boolean_member (view, "is_cut", is_cut);
  json_object_set_boolean_member (view, "is_empty", *payload == '\0');
  if (tokens != NULL)
    json_object_set_array_member (view, "tokens", tokens);
  else
    tm_view_set (view, "text", tm_text_visible (start));

  return view;
}
