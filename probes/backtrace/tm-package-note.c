/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-package-note.h. */
#include "tm-package-note.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* A file's JSON is inside that of all. json-glib itself knows no limit. */
#define MAX_DEPTH 4

static gboolean
is_flat (const char *text, gsize n_bytes)
{
  gboolean is_string = FALSE;
  guint depth = 0;

  for (gsize i = 0; i < n_bytes; i++)
    if (is_string && text[i] == '\\')
      i++;
    else if (text[i] == '"')
      is_string = !is_string;
    else if (!is_string && strchr ("[{", text[i]) != NULL && ++depth > MAX_DEPTH)
      return FALSE;
    else if (!is_string && strchr ("]}", text[i]) != NULL && depth-- == 0)
      return FALSE;

  return TRUE;
}

/* (transfer full) (nullable) */
static JsonNode *
parse_object (const char *text, gsize n_bytes)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root;

  /* What builders write ends in a zero byte. */
  n_bytes = strnlen (text, n_bytes);
  if (n_bytes > TM_PACKAGE_NOTE_MAX_BYTES || !g_utf8_validate (text, (gssize) n_bytes, NULL) ||
      !is_flat (text, n_bytes) ||
      !json_parser_load_from_data (parser, text, (gssize) n_bytes, NULL))
    return NULL;

  root = json_parser_get_root (parser);
  return root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_parser_steal_root (parser) : NULL;
}

static gsize
count_signs (const char *text, const char *signs)
{
  gsize n = 0;

  while (g_ascii_isalnum (text[n]) || (text[n] != '\0' && strchr (signs, text[n]) != NULL))
    n++;
  return n;
}

gboolean
tm_package_is_valid (const char *package)
{
  gsize n_name = count_signs (package, "+-._");
  const char *version = package + n_name + 1;

  return strlen (package) <= TM_PACKAGE_MAX_BYTES && n_name > 0 && package[n_name] == ' ' &&
         version[0] != '\0' && count_signs (version, "+-._~^:") == strlen (version);
}

static const char *
get_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;

  return json_node_get_string (node);
}

static char *
get_package (JsonObject *object)
{
  const char *name = get_text (object, "name");
  const char *version = get_text (object, "version");
  g_autofree char *package = NULL;

  if (name == NULL || version == NULL)
    return NULL;

  package = g_strdup_printf ("%s %s", name, version);
  return tm_package_is_valid (package) ? g_steal_pointer (&package) : NULL;
}

char *
tm_package_note_parse (const char *text, gsize n_bytes)
{
  g_autoptr (JsonNode) root = parse_object (text, n_bytes);

  return root != NULL ? get_package (json_node_get_object (root)) : NULL;
}

static void
add_file (JsonObject *object, const char *path, JsonNode *node, gpointer packages)
{
  char *package = JSON_NODE_HOLDS_OBJECT (node) ? get_package (json_node_get_object (node)) : NULL;

  if (package != NULL)
    g_hash_table_insert (packages, g_strdup (path), package);
}

GHashTable *
tm_package_note_parse_all (const char *text, gsize n_bytes)
{
  GHashTable *packages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (JsonNode) root = parse_object (text, n_bytes);

  if (root != NULL)
    json_object_foreach_member (json_node_get_object (root), add_file, packages);
  return packages;
}
