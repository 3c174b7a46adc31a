/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proves that nothing but JSON passes the check, that no depth harms, and that splitting an array
 * keeps a broken element from its neighbours. */
#include <glib.h>
#include <string.h>

#include "telemetry-error.h"
#include "tm-json-split.h"
#include "tm-json.h"
#include "vector.h"

#define MAX_BYTES (1024 * 1024)

static gboolean
check (const char *text, GError **error)
{
  return tm_json_check (text, strlen (text), MAX_BYTES, TM_JSON_MAX_DEPTH, error);
}

static void
test_accepted (void)
{
  static const char *const texts[] = {
    "{}",
    " [] ",
    "null",
    "\"\"",
    "-0.5e+10",
    "0",
    "[1,2,[3,{\"a\":[{},[]]}],\"\\u00e4\\ud83d\\ude00\\n\"]",
    "\t{\"a\" : {\"b\":null} , \"c\":[true,false]}\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = NULL;

      node = tm_json_parse (texts[i], strlen (texts[i]), MAX_BYTES, TM_JSON_MAX_DEPTH, &error);
      g_assert_no_error (error);
    }
}

static void
test_refused (void)
{
  static const char *const texts[] = {
    "",         " ",         "{",           "[",           "]",           "[1,]",
    "[,1]",     "{\"a\"}",   "{\"a\":}",    "{\"a\":1,}",  "{a:1}",       "{'a':1}",
    "[1}",      "{\"a\":1]", "01",          "+1",          "1.",          ".5",
    "1e",       "--1",       "nul",         "True",        "\"",          "\"\\\"",
    "\"\\x\"",  "\"\\u12\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"",
    "\"a\nb\"", "[] []",     "{} x",        "// c\n{}",    "var a = {}",  "\"\xff\"",
    "\"\\",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      say_vector (i, texts[i]);
      g_assert_false (check (texts[i], &error));
      g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS);
      g_assert_nonnull (strstr (error->message, "byte"));
    }
}

static char *
nested (gsize depth, gboolean closed)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < depth; i++)
    g_string_append_c (text, '[');
  for (gsize i = 0; closed && i < depth; i++)
    g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

static void
test_depth (void)
{
  g_autofree char *most = nested (TM_JSON_MAX_DEPTH, TRUE);
  g_autofree char *over = nested (TM_JSON_MAX_DEPTH + 1, TRUE);
  g_autofree char *bomb = nested (1000000, FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_true (check (most, NULL));
  g_assert_false (check (over, &error));
  g_assert_nonnull (strstr (error->message, "32 levels"));
  g_assert_false (check (bomb, NULL));
}

static void
test_size (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tm_json_check ("[1]", 3, 3, 8, NULL));
  g_assert_false (tm_json_check ("[1]", 3, 2, 8, &error));
  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_TOO_LARGE);
}

static void
assert_split (const char *text, const char *rest, const char *const *elements)
{
  g_autoptr (GString) out_rest = NULL;
  g_autoptr (GArray) spans = NULL;
  g_autoptr (GError) error = NULL;

  tm_json_split (text, strlen (text), "r", 100, &out_rest, &spans, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (out_rest->str, ==, rest);
  for (guint i = 0; i < spans->len; i++)
    {
      TmJsonSpan span = g_array_index (spans, TmJsonSpan, i);
      g_autofree char *element = g_strndup (text + span.start, span.end - span.start);

      g_assert_cmpstr (g_strstrip (element), ==, elements[i]);
    }
  g_assert_null (elements[spans->len]);
}

static void
test_split (void)
{
  static const char *const none[] = { NULL };
  static const char *const mixed[] = { "{\"a\":\"]},\\\"\"}", "1", "\"x,y\"", "[[],{}]", NULL };
  static const char *const broken[] = { "nonsense \\u0000", "2", NULL };

  assert_split ("{\"r\":[]}", "{\"r\":[]}", none);
  assert_split ("{\"x\":{\"r\":[7]},\"r\" : [ ] ,\"y\":2}",
                "{\"x\":{\"r\":[7]},\"r\" : [] ,\"y\":2}", none);
  assert_split ("{\"a\":1,\"r\":[{\"a\":\"]},\\\"\"}, 1 ,\"x,y\",[[],{}]],\"b\":\"}\"}",
                "{\"a\":1,\"r\":[],\"b\":\"}\"}", mixed);
  assert_split ("{\"r\":[nonsense \\u0000,2]}", "{\"r\":[]}", broken);
}

static void
test_split_refused (void)
{
  static const char *const texts[] = {
    "",
    "[]",
    "{}",
    "{\"r\":1}",
    "{\"r\":{}}",
    "{\"r\":[}",
    "{\"r\":[1",
    "{\"r\":[1}}",
    "{\"r\":[,]}",
    "{\"r\":[1],\"r\":[2]}",
    "{\"x\":[\"r\"]}",
    "{r:[1]}",
    "{\"r\"[1]}",
    "{\"r",
    "{\"r\":[\"\\",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GString) rest = NULL;
      g_autoptr (GArray) spans = NULL;
      g_autoptr (GError) error = NULL;

      say_vector (i, texts[i]);
      g_assert_false (tm_json_split (texts[i], strlen (texts[i]), "r", 100, &rest, &spans, &error));
      g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS);
    }
}

static void
test_split_is_bounded (void)
{
  g_autoptr (GString) rest = NULL;
  g_autoptr (GArray) spans = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (tm_json_split ("{\"r\":[1,2,3]}", 13, "r", 2, &rest, &spans, &error));
  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_TOO_LARGE);
}

static void
test_members (void)
{
  const char *json = "{\"t\":\"x\",\"n\":7,\"m\":-1,\"f\":1.5,\"z\":null}";
  g_autoptr (JsonNode) node = tm_json_parse (json, strlen (json), MAX_BYTES, 4, NULL);
  JsonObject *object = json_node_get_object (node);
  const char *text;
  gboolean present;
  guint64 number;

  g_assert_true (tm_json_get_text (object, "t", &text, NULL));
  g_assert_cmpstr (text, ==, "x");
  g_assert_true (tm_json_get_text (object, "z", &text, NULL) && text == NULL);
  g_assert_false (tm_json_get_text (object, "n", &text, NULL));
  g_assert_true (tm_json_get_number (object, "n", 7, &present, &number, NULL) && present);
  g_assert_cmpuint (number, ==, 7);
  g_assert_true (tm_json_get_number (object, "absent", 7, &present, &number, NULL) && !present);
  g_assert_false (tm_json_get_number (object, "n", 6, &present, &number, NULL));
  g_assert_false (tm_json_get_number (object, "m", 6, &present, &number, NULL));
  g_assert_false (tm_json_get_number (object, "f", 6, &present, &number, NULL));
  g_assert_false (tm_json_get_number (object, "t", 6, &present, &number, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/json/accepted", test_accepted);
  g_test_add_func ("/core/json/refused", test_refused);
  g_test_add_func ("/core/json/depth", test_depth);
  g_test_add_func ("/core/json/size", test_size);
  g_test_add_func ("/core/json/members", test_members);
  g_test_add_func ("/core/json/split", test_split);
  g_test_add_func ("/core/json/split-refused", test_split_refused);
  g_test_add_func ("/core/json/split-is-bounded", test_split_is_bounded);
  return g_test_run ();
}
