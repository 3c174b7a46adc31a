/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a payload says to people: taken where it says something, bounded whatever it says. */
#include <glib.h>
#include <string.h>

#include "tm-payload-view.h"
#include "tm-report-view.h"

static JsonObject *
view (const char *payload)
{
  gsize n_bytes;
  JsonObject *report = tm_report_view_new (payload, &n_bytes);

  g_assert_cmpuint (n_bytes, <, TM_PAYLOAD_VIEW_MAX_BYTES - 8 * 1024);
  g_assert_true (report != NULL || n_bytes == 0);

  return report;
}

/* "label=value; label=value" */
static char *
list_facts (JsonObject *report)
{
  JsonArray *facts = json_object_get_array_member (report, "facts");
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (facts); i++)
    {
      JsonObject *fact = json_array_get_object_element (facts, i);

      g_string_append_printf (list, "%s%s=%s", i > 0 ? "; " : "",
                              json_object_get_string_member (fact, "label"),
                              json_object_get_string_member (fact, "value"));
    }

  return g_strdup (list->str);
}

/* A title, the text with its lines, and the plain values in the order in which they were said. */
static void
test_report (void)
{
  g_autoptr (JsonObject) report =
      view ("{\"signature\":{\"title\":\"gears|SIGSEGV|turn\"},\"program\":\"/usr/bin/gears\","
            "\"signal_number\":11,\"complete\":true,\"frames\":[{\"function\":\"turn\"}],"
            "\"reason\":null,\"ratio\":0.5,\"text\":\"gears ended\\n#0 turn\\n\"}");
  g_autofree char *facts = list_facts (report);

  g_assert_cmpstr (json_object_get_string_member (report, "title"), ==, "gears|SIGSEGV|turn");
  g_assert_cmpstr (json_object_get_string_member (report, "lines"), ==, "gears ended\n#0 turn");
  g_assert_true (json_object_get_boolean_member (report, "has_lines"));
  g_assert_false (json_object_get_boolean_member (report, "is_shortened"));
  g_assert_cmpstr (facts, ==, "Program=/usr/bin/gears; Signal number=11; Complete=yes");
}

/* Any sender may say something: one of both is enough. */
static void
test_half (void)
{
  g_autoptr (JsonObject) text = view ("{\"text\":\"the disk is full\"}");
  g_autoptr (JsonObject) title = view ("{\"signature\":{\"title\":\"disk full\"},\"text\":5}");

  g_assert_cmpstr (json_object_get_string_member (text, "title"), ==, "What happened");
  g_assert_false (json_object_get_boolean_member (text, "has_facts"));
  g_assert_cmpstr (json_object_get_string_member (title, "title"), ==, "disk full");
  g_assert_false (json_object_get_boolean_member (title, "has_lines"));
}

/* What says nothing to people has no report: it is shown as it came. */
static void
test_none (void)
{
  static const char *const payloads[] = {
    "",
    "hello",
    "[]",
    "\"text\"",
    "{}",
    "{\"a\":1}",
    "{\"text\":null}",
    "{\"text\":[\"a\"]}",
    "{\"signature\":\"title\"}",
    "{\"signature\":{\"title\":\"\"}}",
    "{\"signature\":{\"title\":\"two\\nlines\"}}",
    "{\"text\":\"not closed\"",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (payloads); i++)
    {
      g_test_message ("%s", payloads[i]);
      g_assert_null (view (payloads[i]));
    }
}

/* Both sides of each limit. */
static void
test_limits (void)
{
  const struct
  {
    guint n_times;
    gboolean is_there;
  } values[] = { { TM_REPORT_VIEW_MAX_LINE_BYTES, TRUE },
                 { TM_REPORT_VIEW_MAX_LINE_BYTES + 1, FALSE } },
    texts[] = { { TM_REPORT_VIEW_MAX_TEXT_BYTES, TRUE },
                { TM_REPORT_VIEW_MAX_TEXT_BYTES + 1, FALSE } };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *value = g_strnfill (values[i].n_times, 'a');
      g_autofree char *payload = g_strdup_printf ("{\"text\":\"x\",\"value\":\"%s\"}", value);
      g_autoptr (JsonObject) report = view (payload);

      g_assert_cmpint (json_object_get_boolean_member (report, "has_facts"), ==,
                       values[i].is_there);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *text = g_strnfill (texts[i].n_times, 'a');
      g_autofree char *payload = g_strdup_printf ("{\"text\":\"%s\"}", text);
      g_autoptr (JsonObject) report = view (payload);

      g_assert_cmpint (json_object_get_boolean_member (report, "is_shortened"), !=,
                       texts[i].is_there);
      g_assert_cmpuint (strlen (json_object_get_string_member (report, "lines")), ==,
                        TM_REPORT_VIEW_MAX_TEXT_BYTES);
    }
}

/* The most that a page can be made to show: everything at its limit, of characters that swell. */
static void
test_swelling (void)
{
  g_autofree char *quotes = g_strnfill (TM_REPORT_VIEW_MAX_TEXT_BYTES, '<');
  g_autofree char *value = g_strnfill (TM_REPORT_VIEW_MAX_LINE_BYTES / strlen ("&quot;"), '&');
  g_autoptr (GString) payload = g_string_new ("{\"signature\":{\"title\":\"");

  g_string_append_printf (payload, "%s\"},\"text\":\"%s\"", value, quotes);
  for (guint i = 0; i < 2 * TM_REPORT_VIEW_MAX_FACTS; i++)
    g_string_append_printf (payload, ",\"<<<<<<<%u\":\"%s\"", i + 10, value);
  g_string_append_c (payload, '}');

  g_autoptr (JsonObject) report = view (payload->str);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (report, "facts")), ==,
                    TM_REPORT_VIEW_MAX_FACTS);
}

/* A parser is not asked to read a megabyte while others wait for their pages. */
static void
test_large (void)
{
  g_autofree char *room = g_strnfill (TM_REPORT_VIEW_MAX_PAYLOAD_BYTES, ' ');
  g_autofree char *payload = g_strdup_printf ("{\"text\":\"x\"}%s", room);

  g_assert_null (view (payload));
  payload[TM_REPORT_VIEW_MAX_PAYLOAD_BYTES] = '\0';
  g_autoptr (JsonObject) report = view (payload);
  g_assert_nonnull (report);
}

/* Strangers wrote it: what turns a line around is made visible. */
static void
test_hostile (void)
{
  g_autoptr (JsonObject) report =
      view ("{\"signature\":{\"title\":\"\\u202etxt\"},\"\\u202ename\":\"\\u001b[31m\"}");
  g_autofree char *facts = list_facts (report);

  g_assert_cmpstr (json_object_get_string_member (report, "title"), ==, "[U+202E]txt");
  g_assert_cmpstr (facts, ==, "[U+202E]name=␛[31m");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report-view/report", test_report);
  g_test_add_func ("/report-view/half", test_half);
  g_test_add_func ("/report-view/none", test_none);
  g_test_add_func ("/report-view/limits", test_limits);
  g_test_add_func ("/report-view/swelling", test_swelling);
  g_test_add_func ("/report-view/large", test_large);
  g_test_add_func ("/report-view/hostile", test_hostile);

  return g_test_run ();
}
