/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-csv.h. */
#include "tm-csv.h"

#include <string.h>

/* Spreadsheets begin a formula with these, some after white space that they drop, and some with
 * the full-width forms. */
static gboolean
is_formula (const char *text)
{
  static const char *const starts[] = {
    "=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"
  };

  text += strspn (text, " ");
  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    if (g_str_has_prefix (text, starts[i]))
      return TRUE;

  return FALSE;
}

static void
append_text (GString *out, const char *text)
{
  gboolean is_quoted = strpbrk (text, ",\"\r\n") != NULL;

  if (is_quoted)
    g_string_append_c (out, '"');
  if (is_formula (text))
    g_string_append_c (out, '\'');
  for (; *text != '\0'; text++)
    {
      if (*text == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *text);
    }
  if (is_quoted)
    g_string_append_c (out, '"');
}

static void
append_cell (GString *out, JsonNode *node)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return;

  if (json_node_get_value_type (node) == G_TYPE_STRING)
    {
      append_text (out, json_node_get_string (node));
      return;
    }

  /* Numbers and words of JSON's own: nothing to quote. */
  g_autofree char *text = json_to_string (node, FALSE);
  g_string_append (out, text);
}

static JsonNode *
get_cell (JsonObject *row, const char *column)
{
  const char *dot = strchr (column, '.');

  if (dot == NULL)
    return json_object_get_member (row, column);

  g_autofree char *first = g_strndup (column, (gsize) (dot - column));
  JsonNode *inner = json_object_get_member (row, first);
  if (inner == NULL || !JSON_NODE_HOLDS_OBJECT (inner))
    return NULL;

  return json_object_get_member (json_node_get_object (inner), dot + 1);
}

void
tm_csv_append (GString *out, const char *const *columns, JsonArray *rows)
{
  for (guint i = 0; columns[i] != NULL; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? "," : "", columns[i]);
  g_string_append (out, "\r\n");

  for (guint row = 0; row < json_array_get_length (rows); row++)
    {
      for (guint i = 0; columns[i] != NULL; i++)
        {
          if (i > 0)
            g_string_append_c (out, ',');
          append_cell (out, get_cell (json_array_get_object_element (rows, row), columns[i]));
        }
      g_string_append (out, "\r\n");
    }
}
