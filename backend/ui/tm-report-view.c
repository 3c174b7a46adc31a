/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-report-view.h. */
#include "tm-report-view.h"

#include <string.h>

#include "tm-json.h"
#include "tm-text.h"
#include "tm-view.h"

/* What stands around a label and its value on the page. */
#define FACT_BYTES strlen ("<div><dt><bdi></bdi></dt><dd><bdi></bdi></dd></div>")

/* (nullable) */
static const char *
get_string (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;

  return json_node_get_string (node);
}

static gboolean
is_line (const char *text, gsize max_bytes)
{
  return text != NULL && *text != '\0' && strchr (text, '\n') == NULL &&
         tm_text_cost (text) <= max_bytes;
}

/* (nullable) */
static const char *
get_title (JsonObject *payload)
{
  JsonNode *node = json_object_get_member (payload, "signature");
  const char *title = node != NULL && JSON_NODE_HOLDS_OBJECT (node)
                          ? get_string (json_node_get_object (node), "title")
                          : NULL;

  return is_line (title, TM_REPORT_VIEW_MAX_LINE_BYTES) ? title : NULL;
}

/* "signal_number" -> "Signal number" */
static char *
make_label (const char *name)
{
  g_autofree char *label = tm_text_visible (name);

  label[0] = g_ascii_toupper (label[0]);

  return g_strdelimit (g_steal_pointer (&label), "_-", ' ');
}

/* (nullable): what is not one plain value, or is none */
static char *
make_value (JsonNode *node)
{
  const char *text;

  if (!JSON_NODE_HOLDS_VALUE (node))
    return NULL;

  switch (json_node_get_value_type (node))
    {
    case G_TYPE_STRING:
      text = json_node_get_string (node);
      return is_line (text, TM_REPORT_VIEW_MAX_LINE_BYTES) ? tm_text_visible (text) : NULL;
    case G_TYPE_INT64:
      return tm_text_number (json_node_get_int (node));
    case G_TYPE_BOOLEAN:
      return g_strdup (json_node_get_boolean (node) ? "yes" : "no");
    default:
      return NULL;
    }
}

static void
add_fact (JsonArray *facts, const char *name, JsonNode *node, gsize *inout_n_bytes)
{
  g_autofree char *value = NULL;
  JsonObject *fact;

  if (g_str_equal (name, "text") || !is_line (name, TM_REPORT_VIEW_MAX_NAME_BYTES))
    return;
  value = make_value (node);
  if (value == NULL)
    return;

  *inout_n_bytes += tm_text_cost (name) + tm_text_cost (value) + FACT_BYTES;
  fact = json_object_new ();
  tm_view_set (fact, "label", make_label (name));
  tm_view_set (fact, "value", g_steal_pointer (&value));
  json_array_add_object_element (facts, fact);
}

static JsonArray *
make_facts (JsonObject *payload, gsize *inout_n_bytes)
{
  JsonArray *facts = json_array_new ();
  JsonObjectIter members;
  const char *name;
  JsonNode *node;

  json_object_iter_init_ordered (&members, payload);
  while (json_array_get_length (facts) < TM_REPORT_VIEW_MAX_FACTS &&
         json_object_iter_next_ordered (&members, &name, &node))
    add_fact (facts, name, node, inout_n_bytes);

  return facts;
}

static void
set_lines (JsonObject *view, const char *text, gsize *inout_n_bytes)
{
  g_autofree char *start = tm_text_start (text, TM_REPORT_VIEW_MAX_TEXT_BYTES);
  gsize n_bytes = strlen (start);

  json_object_set_boolean_member (view, "is_shortened", text[n_bytes] != '\0');
  g_strchomp (start);
  json_object_set_boolean_member (view, "has_lines", *start != '\0');
  tm_view_set (view, "lines", tm_text_visible (start));
  *inout_n_bytes += tm_text_cost (start);
}

static JsonObject *
make_view (JsonObject *payload, const char *title, const char *text, gsize *out_n_bytes)
{
  JsonObject *view = json_object_new ();
  JsonArray *facts;

  *out_n_bytes = 2 * tm_text_cost (title); /* also in the title of the page */
  facts = make_facts (payload, out_n_bytes);
  tm_view_set (view, "title", tm_text_visible (title));
  set_lines (view, text, out_n_bytes);
  json_object_set_boolean_member (view, "has_facts", json_array_get_length (facts) > 0);
  json_object_set_array_member (view, "facts", facts);

  return view;
}

JsonObject *
tm_report_view_new (const char *payload, gsize *out_n_bytes)
{
  g_autoptr (JsonNode) node = tm_json_parse (
      payload, strlen (payload), TM_REPORT_VIEW_MAX_PAYLOAD_BYTES, TM_JSON_MAX_DEPTH, NULL);
  const char *title, *text;

  *out_n_bytes = 0;
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;

  title = get_title (json_node_get_object (node));
  text = get_string (json_node_get_object (node), "text");
  if (title == NULL && text == NULL)
    return NULL;

  return make_view (json_node_get_object (node), title != NULL ? title : "What happened",
                    text != NULL ? text : "", out_n_bytes);
}
