/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Renders the vectors of the files given as arguments and compares. The files have the form of
 * Mustache's own specification: {"tests": [{"name", "data", "template", "partials", "expected"}]};
 * a vector with "error" instead of "expected" must fail with that in its message.
 */
#include <string.h>

#include "tm-mustache.h"

#define MAX_PAGE_BYTES (64 * 1024)

typedef struct
{
  JsonObject *vector;
  GHashTable *partials; /* of char *, TmMustache * */
} Vector;

static const TmMustache *
look_up (const char *name, gpointer user_data)
{
  Vector *self = user_data;

  return g_hash_table_lookup (self->partials, name);
}

static void
add_partial (JsonObject *partials G_GNUC_UNUSED,
             const char *name,
             JsonNode *text,
             gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  const char *bytes = json_node_get_string (text);
  TmMustache *partial = tm_mustache_new (bytes, strlen (bytes), &error);

  g_assert_no_error (error);
  g_hash_table_insert (user_data, g_strdup (name), partial);
}

static char *
render (Vector *self, GError **error)
{
  const char *text = json_object_get_string_member (self->vector, "template");
  g_autoptr (TmMustache) template = tm_mustache_new (text, strlen (text), error);
  g_autoptr (GString) out = g_string_new (NULL);

  if (template == NULL ||
      !tm_mustache_render (template, json_object_get_member (self->vector, "data"), look_up, self,
                           MAX_PAGE_BYTES, out, error))
    return NULL;

  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
test_vector (gconstpointer data)
{
  Vector self = { .vector = (JsonObject *) data };
  g_autoptr (GError) error = NULL;

  self.partials =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) tm_mustache_unref);
  if (json_object_has_member (self.vector, "partials"))
    json_object_foreach_member (json_object_get_object_member (self.vector, "partials"),
                                add_partial, self.partials);

  g_autofree char *page = render (&self, &error);
  if (json_object_has_member (self.vector, "error"))
    {
      g_assert_null (page);
      g_assert_nonnull (
          strstr (error->message, json_object_get_string_member (self.vector, "error")));
    }
  else
    {
      g_assert_no_error (error);
      g_assert_cmpstr (page, ==, json_object_get_string_member (self.vector, "expected"));
    }
  g_hash_table_unref (self.partials);
}

static void
add_vectors (JsonNode *root, const char *path)
{
  JsonArray *tests = json_object_get_array_member (json_node_get_object (root), "tests");
  g_autofree char *name = g_path_get_basename (path);

  for (guint i = 0; i < json_array_get_length (tests); i++)
    {
      JsonObject *vector = json_array_get_object_element (tests, i);
      g_autofree char *test_path = g_strdup_printf ("/ui/mustache/%s/%u %s", name, i,
                                                    json_object_get_string_member (vector, "name"));

      g_strdelimit (test_path + strlen ("/ui/mustache/") + strlen (name) + 1, "/", '|');
      g_test_add_data_func_full (test_path, json_object_ref (vector), test_vector,
                                 (GDestroyNotify) json_object_unref);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, >, 1);

  for (int i = 1; i < argc; i++)
    {
      g_autoptr (JsonParser) parser = json_parser_new_immutable ();
      g_autoptr (GError) error = NULL;

      json_parser_load_from_file (parser, argv[i], &error);
      g_assert_no_error (error);
      add_vectors (json_parser_get_root (parser), argv[i]);
    }

  return g_test_run ();
}
