/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers, times, strangers' text, payloads and CSV as people get them. */
#include <glib.h>
#include <string.h>

#include "tm-csv.h"
#include "tm-payload-view.h"
#include "tm-text.h"

static void
assert_text (char *text, const char *expected)
{
  g_assert_cmpstr (text, ==, expected);
  g_free (text);
}

static void
test_numbers (void)
{
  assert_text (tm_text_number (0), "0");
  assert_text (tm_text_number (999), "999");
  assert_text (tm_text_number (1000), "1,000");
  assert_text (tm_text_number (-1000), "-1,000");
  assert_text (tm_text_number (-100), "-100");
  assert_text (tm_text_number (G_MAXINT64), "9,223,372,036,854,775,807");
  assert_text (tm_text_number (G_MININT64), "-9,223,372,036,854,775,808");
  assert_text (tm_text_count (1, "record"), "1 record");
  assert_text (tm_text_count (0, "record"), "0 records");
  assert_text (tm_text_bytes (1023), "1,023 bytes");
  assert_text (tm_text_bytes (1536), "1.5 KiB");
  assert_text (tm_text_bytes (1024 * 1024), "1.0 MiB");
}

static void
test_ages (void)
{
  const gint64 now_usec = G_GINT64_CONSTANT (1795350600) * G_USEC_PER_SEC;
  static const struct
  {
    gint64 seconds_ago;
    const char *text;
  } vectors[] = {
    { 0, "just now" },     { 1, "1 s ago" },       { 59, "59 s ago" },
    { 60, "1 min ago" },   { 3599, "59 min ago" }, { 3600, "1 h ago" },
    { 86399, "23 h ago" }, { 86400, "1 day ago" }, { 30 * 86400, "30 days ago" },
    { -5, "in 5 s" },      { -7200, "in 2 h" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    assert_text (tm_text_age (now_usec - vectors[i].seconds_ago * G_USEC_PER_SEC, now_usec),
                 vectors[i].text);
  assert_text (tm_text_time (now_usec + 999999), "2026-11-22 12:30:00 UTC");
}

/* What can't be seen, and what turns the line around, has a sign of its own. */
static void
test_visible (void)
{
  assert_text (tm_text_visible ("a\tb\nc"), "a\tb\nc");
  assert_text (tm_text_visible ("\x1b[31m\x07\r\x7f"), "␛[31m␇␍␡");
  assert_text (tm_text_visible ("abc\u202egnp.exe"), "abc[U+202E]gnp.exe");
  assert_text (tm_text_visible ("\u2066x\u2069\u200f\u200b\ufeff\u061c"),
               "[U+2066]x[U+2069][U+200F][U+200B][U+FEFF][U+061C]");
  assert_text (tm_text_visible ("\302\205\u2028"), "[U+0085][U+2028]");
  assert_text (tm_text_visible ("שלום 日本 😀"), "שלום 日本 😀");
}

static char *
get_layout (const char *payload)
{
  g_autoptr (JsonObject) view = tm_payload_view_new (payload, TM_PAYLOAD_VIEW_MAX_BYTES);
  g_autoptr (GString) text = g_string_new (NULL);

  if (!json_object_get_boolean_member (view, "is_json"))
    return g_strconcat ("text:", json_object_get_string_member (view, "text"), NULL);

  JsonArray *tokens = json_object_get_array_member (view, "tokens");
  for (guint i = 0; i < json_array_get_length (tokens); i++)
    {
      JsonObject *token = json_array_get_object_element (tokens, i);
      const char *kind = json_object_get_string_member (token, "kind");

      g_string_append_printf (text, *kind == 'p' ? "%s" : "%s<%s>",
                              json_object_get_string_member (token, "text"), kind);
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Layout adds white space and nothing else: digits and escapes stay as they came. */
static void
test_payload (void)
{
  assert_text (get_layout ("{\"a\":1,\"b\":[true,null]}"),
               "{\n  \"a\"<k>: 1<n>,\n  \"b\"<k>: [\n    true<w>,\n    null<w>\n  ]\n}");
  assert_text (get_layout (" { } "), "{}");
  assert_text (get_layout ("[[],{}]"), "[\n  [],\n  {}\n]");
  assert_text (get_layout ("12345678901234567890.10"), "12345678901234567890.10<n>");
  assert_text (get_layout ("\"a\\\"]\\\\\""), "\"a\\\"]\\\\\"<s>");
  assert_text (get_layout ("{\"k\" : \"\\u202e\"}"), "{\n  \"k\"<k>: \"\\u202e\"<s>\n}");
  assert_text (get_layout ("\"\u202e\""), "\"[U+202E]\"<s>");
  assert_text (get_layout (""), "text:");
  assert_text (get_layout ("plain <script>"), "text:plain <script>");
  assert_text (get_layout ("{\"a\":1"), "text:{\"a\":1");
}

/* A deep payload is text; a long one is cut between two characters, and said to be. */
static void
test_payload_bounds (void)
{
  g_autofree char *deep = g_strnfill (100000 / 2, '[');
  g_autofree char *layout = get_layout (deep);
  g_autoptr (GString) wide = g_string_new ("x");

  g_assert_true (g_str_has_prefix (layout, "text:[[["));
  while (wide->len < TM_PAYLOAD_VIEW_MAX_BYTES * 2)
    g_string_append (wide, "日");

  g_autoptr (JsonObject) view = tm_payload_view_new (wide->str, TM_PAYLOAD_VIEW_MAX_BYTES);
  const char *text = json_object_get_string_member (view, "text");
  g_assert_true (json_object_get_boolean_member (view, "is_cut"));
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_cmpuint (strlen (text), <=, TM_PAYLOAD_VIEW_MAX_BYTES);
  g_assert_cmpuint (strlen (text), >, TM_PAYLOAD_VIEW_MAX_BYTES - 4);
}

static void
test_csv (void)
{
  static const char *const columns[] = { "a", "b.c", "n", NULL };
  static const char rows[] = "[{\"a\":\"x\",\"b\":{\"c\":\"y\"},\"n\":-5},"
                             "{\"a\":\"=1+1\",\"b\":{},\"n\":null},"
                             "{\"a\":\"+1\",\"b\":{\"c\":\"-1\"},\"n\":0.5},"
                             "{\"a\":\"@x\",\"b\":{\"c\":\"\\t=1\"},\"n\":true},"
                             "{\"a\":\"  =1\",\"b\":{\"c\":\"\uff1d1\"}},"
                             "{\"a\":\"p,q\",\"b\":{\"c\":\"say \\\"hi\\\"\"}},"
                             "{\"a\":\"two\\nlines\",\"b\":7}]";
  g_autoptr (JsonNode) node = json_from_string (rows, NULL);
  g_autoptr (GString) out = g_string_new (NULL);

  tm_csv_append (out, columns, json_node_get_array (node));
  g_assert_cmpstr (out->str, ==,
                   "a,b.c,n\r\n"
                   "x,y,-5\r\n"
                   "'=1+1,,\r\n"
                   "'+1,'-1,0.5\r\n"
                   "'@x,'\t=1,true\r\n"
                   "'  =1,'\uff1d1,\r\n"
                   "\"p,q\",\"say \"\"hi\"\"\",\r\n"
                   "\"two\nlines\",,\r\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ui/text/numbers", test_numbers);
  g_test_add_func ("/ui/text/ages", test_ages);
  g_test_add_func ("/ui/text/visible", test_visible);
  g_test_add_func ("/ui/text/payload", test_payload);
  g_test_add_func ("/ui/text/payload-bounds", test_payload_bounds);
  g_test_add_func ("/ui/text/csv", test_csv);

  return g_test_run ();
}
