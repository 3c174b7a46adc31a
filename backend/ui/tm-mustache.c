/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The compiled template and its rendering; see tm-mustache.h for what it understands.
 *
 * The stack of contexts is an array of borrowed nodes: the data outlives the rendering. Every way
 * in which a template or its data could make it endless has a number: sections and partials inside
 * each other, steps, and the size of the output.
 */
#include "tm-mustache.h"

#include <string.h>

#include "tm-mustache-node.h"
#include "tm-mustache-value.h"

/* The formatter would take the name for a subtraction; the macro makes a string of it. */
/* clang-format off */
G_DEFINE_QUARK (tm-mustache-error-quark, tm_mustache_error)
/* clang-format on */

/* Each template that is being rendered can have all its sections open. */
#define MAX_CONTEXTS (TM_MUSTACHE_MAX_SECTIONS * (TM_MUSTACHE_MAX_PARTIALS + 1) + 1)

struct _TmMustache
{
  GArray *nodes;         /* of TmMustacheNode */
  GStringChunk *strings; /* what the nodes point into */
};

typedef struct
{
  JsonNode *contexts[MAX_CONTEXTS]; /* borrowed; the last one is the innermost */
  guint n_contexts;
  guint n_partials;
  TmMustacheLookup lookup;
  gpointer user_data;
  const char *indent;
  GString *out;
  gsize max_bytes; /* of @out, with what was in it before */
  guint n_steps;
} Render;

static void
free_parts (gpointer data)
{
  TmMustache *self = data;

  g_array_unref (self->nodes);
  g_string_chunk_free (self->strings);
}

TmMustache *
tm_mustache_ref (TmMustache *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
tm_mustache_unref (TmMustache *self)
{
  g_atomic_rc_box_release_full (self, free_parts);
}

TmMustache *
tm_mustache_new (const char *text, gsize n_bytes, GError **error)
{
  g_autoptr (TmMustache) self = g_atomic_rc_box_new0 (TmMustache);

  self->nodes = g_array_new (FALSE, FALSE, sizeof (TmMustacheNode));
  self->strings = g_string_chunk_new (4096);
  if (!tm_mustache_parse (text, n_bytes, self->nodes, self->strings, error))
    return NULL;

  return g_steal_pointer (&self);
}

static JsonNode *
get_member (JsonNode *node, const char *key)
{
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;

  return json_object_get_member (json_node_get_object (node), key);
}

/* The first key is looked for in all contexts, innermost first; the others only in what it found:
 * so a broken chain stays broken, even if some outer object has a member of that name. */
static JsonNode *
look_up (const Render *render, const TmMustacheNode *node)
{
  const char *key = node->text;
  JsonNode *found = NULL;

  if (*key == '\0')
    return render->contexts[render->n_contexts - 1];

  for (guint i = render->n_contexts; i > 0 && found == NULL; i--)
    found = get_member (render->contexts[i - 1], key);
  for (guint i = 1; i < node->n_keys && found != NULL; i++)
    {
      key += strlen (key) + 1;
      found = get_member (found, key);
    }

  return found;
}

static gboolean
fail_too_big (GError **error, const char *what, gsize limit)
{
  g_set_error (error, TM_MUSTACHE_ERROR, TM_MUSTACHE_ERROR_TOO_BIG,
               "the page has more than %" G_GSIZE_FORMAT " %s", limit, what);

  return FALSE;
}

static gboolean
render_nodes (Render *render, const TmMustache *self, guint from, guint end, GError **error);

static gboolean
render_inside (Render *render,
               const TmMustache *self,
               guint from,
               guint end,
               JsonNode *context,
               GError **error)
{
  g_assert (render->n_contexts < MAX_CONTEXTS);

  render->contexts[render->n_contexts++] = context;
  gboolean ok = render_nodes (render, self, from, end, error);
  render->n_contexts--;

  return ok;
}

static gboolean
render_section (Render *render, const TmMustache *self, guint index, GError **error)
{
  const TmMustacheNode *node = &g_array_index (self->nodes, TmMustacheNode, index);
  JsonNode *value = look_up (render, node);

  if (!tm_mustache_value_is_true (value))
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (value))
    return render_inside (render, self, index + 1, node->end, value, error);

  JsonArray *list = json_node_get_array (value);
  for (guint i = 0; i < json_array_get_length (list); i++)
    if (!render_inside (render, self, index + 1, node->end, json_array_get_element (list, i),
                        error))
      return FALSE;

  return TRUE;
}

static gboolean
render_partial (Render *render, const TmMustacheNode *node, GError **error)
{
  const TmMustache *partial =
      render->lookup != NULL ? render->lookup (node->text, render->user_data) : NULL;
  const char *outer = render->indent;

  if (partial == NULL)
    return TRUE;
  if (render->n_partials == TM_MUSTACHE_MAX_PARTIALS)
    return fail_too_big (error, "partials inside each other", TM_MUSTACHE_MAX_PARTIALS);

  /* Indentation is part of the text that is included: a partial within a line has none, whatever
   * the line that it stands in. */
  g_autofree char *indent = g_strconcat (node->indent != NULL ? outer : "", node->indent, NULL);
  render->indent = indent;
  render->n_partials++;
  gboolean ok = render_nodes (render, partial, 0, partial->nodes->len, error);
  render->n_partials--;
  render->indent = outer;

  return ok;
}

static gboolean
render_node (Render *render, const TmMustache *self, guint index, GError **error)
{
  const TmMustacheNode *node = &g_array_index (self->nodes, TmMustacheNode, index);

  switch (node->kind)
    {
    case TM_MUSTACHE_NODE_TEXT:
      g_string_append_len (render->out, node->text, (gssize) node->n_bytes);
      return TRUE;
    case TM_MUSTACHE_NODE_LINE:
      g_string_append (render->out, render->indent);
      return TRUE;
    case TM_MUSTACHE_NODE_ESCAPED:
    case TM_MUSTACHE_NODE_RAW:
      tm_mustache_value_append (look_up (render, node), node->kind == TM_MUSTACHE_NODE_ESCAPED,
                                render->out);
      return TRUE;
    case TM_MUSTACHE_NODE_SECTION:
      return render_section (render, self, index, error);
    case TM_MUSTACHE_NODE_INVERTED:
      return tm_mustache_value_is_true (look_up (render, node)) ||
             render_nodes (render, self, index + 1, node->end, error);
    case TM_MUSTACHE_NODE_PARTIAL:
      return render_partial (render, node, error);
    default:
      g_assert_not_reached ();
    }
}

static gboolean
render_nodes (Render *render, const TmMustache *self, guint from, guint end, GError **error)
{
  for (guint i = from; i < end;)
    {
      const TmMustacheNode *node = &g_array_index (self->nodes, TmMustacheNode, i);

      if (!render_node (render, self, i, error))
        return FALSE;
      if (++render->n_steps > TM_MUSTACHE_MAX_STEPS)
        return fail_too_big (error, "steps", TM_MUSTACHE_MAX_STEPS);
      if (render->out->len > render->max_bytes)
        return fail_too_big (error, "bytes", render->max_bytes);
      i = MAX (node->end, i + 1);
    }

  return TRUE;
}

gboolean
tm_mustache_render (const TmMustache *self,
                    JsonNode *data,
                    TmMustacheLookup lookup,
                    gpointer user_data,
                    gsize max_bytes,
                    GString *out,
                    GError **error)
{
  Render render = { .contexts = { data },
                    .n_contexts = 1,
                    .lookup = lookup,
                    .user_data = user_data,
                    .indent = "",
                    .out = out,
                    .max_bytes = max_bytes };

  return render_nodes (&render, self, 0, self->nodes->len, error);
}
