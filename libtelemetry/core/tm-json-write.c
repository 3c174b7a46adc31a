/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writes a tree as compact JSON. json-glib's own generator is not used because it writes 1e152 as
 * "1e+152.0", which is not JSON: what we send must pass our own gate at the other end.
 */
#include "tm-json.h"

#include <math.h>
#include <string.h>

static void write_node (GString *out, JsonNode *node);

static void
write_escape (GString *out, guchar c)
{
  static const char short_forms[] = "\"\"\\\\\bb\ff\nn\rr\tt";

  for (const char *form = short_forms; *form != '\0'; form += 2)
    if ((guchar) *form == c)
      {
        g_string_append_printf (out, "\\%c", form[1]);
        return;
      }

  g_string_append_printf (out, "\\u%04x", c);
}

static void
write_text (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (const char *at = text; *at != '\0'; at++)
    {
      guchar c = *at;

      if (c < 0x20 || c == 0x7f || c == '"' || c == '\\')
        write_escape (out, c);
      else
        g_string_append_c (out, c);
    }
  g_string_append_c (out, '"');
}

/* A double keeps a point or an exponent, so that it is read as a double again. */
static void
write_double (GString *out, double number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (!isfinite (number))
    {
      g_string_append (out, "null"); /* JSON has no word for it */
      return;
    }

  g_ascii_dtostr (text, sizeof text, number);
  g_string_append (out, text);
  if (strpbrk (text, ".e") == NULL)
    g_string_append (out, ".0");
}

static void
write_value (GString *out, JsonNode *node)
{
  switch (json_node_get_value_type (node))
    {
    case G_TYPE_STRING:
      write_text (out, json_node_get_string (node));
      return;
    case G_TYPE_INT64:
      g_string_append_printf (out, "%" G_GINT64_FORMAT, json_node_get_int (node));
      return;
    case G_TYPE_DOUBLE:
      write_double (out, json_node_get_double (node));
      return;
    case G_TYPE_BOOLEAN:
      g_string_append (out, json_node_get_boolean (node) ? "true" : "false");
      return;
    default:
      g_string_append (out, "null");
    }
}

static void
write_array (GString *out, JsonArray *array)
{
  guint n = json_array_get_length (array);

  g_string_append_c (out, '[');
  for (guint i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      write_node (out, json_array_get_element (array, i));
    }
  g_string_append_c (out, ']');
}

static void
write_object (GString *out, JsonObject *object)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;
  gboolean first = TRUE;

  g_string_append_c (out, '{');
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      if (!first)
        g_string_append_c (out, ',');
      first = FALSE;
      write_text (out, name);
      g_string_append_c (out, ':');
      write_node (out, member);
    }
  g_string_append_c (out, '}');
}

static void
write_node (GString *out, JsonNode *node)
{
  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT:
      write_object (out, json_node_get_object (node));
      return;
    case JSON_NODE_ARRAY:
      write_array (out, json_node_get_array (node));
      return;
    case JSON_NODE_VALUE:
      write_value (out, node);
      return;
    case JSON_NODE_NULL:
    default:
      g_string_append (out, "null");
    }
}

char *
tm_json_to_text (JsonNode *node, gsize *out_n_bytes)
{
  GString *out = g_string_new (NULL);

  write_node (out, node);
  if (out_n_bytes != NULL)
    *out_n_bytes = out->len;
  return g_string_free (out, FALSE);
}
