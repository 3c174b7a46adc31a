/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values as text, and the one place where text becomes HTML; see tm-mustache-value.h. */
#include "tm-mustache-value.h"

#include <string.h>

#include "tm-mustache.h"

static const char *
get_entity (char c)
{
  switch (c)
    {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return NULL;
    }
}

void
tm_mustache_append_escaped (GString *out, const char *text)
{
  for (;;)
    {
      gsize n_plain = strcspn (text, "&<>\"'");

      g_string_append_len (out, text, (gssize) n_plain);
      text += n_plain;
      if (*text == '\0')
        return;
      g_string_append (out, get_entity (*text++));
    }
}

gboolean
tm_mustache_value_is_true (JsonNode *node)
{
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return FALSE;
  if (JSON_NODE_HOLDS_ARRAY (node))
    return json_array_get_length (json_node_get_array (node)) > 0;
  if (JSON_NODE_HOLDS_OBJECT (node))
    return TRUE;

  switch (json_node_get_value_type (node))
    {
    case G_TYPE_BOOLEAN:
      return json_node_get_boolean (node);
    case G_TYPE_STRING:
      return *json_node_get_string (node) != '\0';
    case G_TYPE_INT64:
      return json_node_get_int (node) != 0;
    default:
      return json_node_get_double (node) < 0 || json_node_get_double (node) > 0;
    }
}

/* The shortest text that is still this number: 1.21, not 1.2099999999999999645. */
static void
append_double (double number, GString *out)
{
  static const char *const formats[] = { "%.15g", "%.16g", "%.17g" };
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      double again = g_ascii_strtod (g_ascii_formatd (text, sizeof text, formats[i], number), NULL);

      if (!(again < number) && !(again > number))
        break;
    }
  g_string_append (out, text);
}

void
tm_mustache_value_append (JsonNode *node, gboolean escaped, GString *out)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return;

  switch (json_node_get_value_type (node))
    {
    case G_TYPE_STRING:
      if (escaped)
        tm_mustache_append_escaped (out, json_node_get_string (node));
      else
        g_string_append (out, json_node_get_string (node));
      return;
    case G_TYPE_BOOLEAN:
      g_string_append (out, json_node_get_boolean (node) ? "true" : "false");
      return;
    case G_TYPE_INT64:
      g_string_append_printf (out, "%" G_GINT64_FORMAT, json_node_get_int (node));
      return;
    default:
      append_double (json_node_get_double (node), out);
    }
}
