/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a search accepts, what it refuses and how it says so, and the way back to a URL. */
#include <glib.h>
#include <string.h>

#include "telemetry-error.h"
#include "tm-filter-time.h"
#include "tm-record-filter.h"

/* 2026-11-22T12:30:00Z */
#define NOW_USEC (G_GINT64_CONSTANT (1795350600) * G_USEC_PER_SEC)
#define HOUR_USEC (3600 * (gint64) G_USEC_PER_SEC)
#define ID "01a2034e-1e6b-770e-8fdf-2ec9b0860797"
#define MACHINE "0123456789abcdef0123456789abcdef"

static TmRecordFilter *
parse (const char *query, GError **error)
{
  g_autoptr (TmHttpRequest) request = tm_http_request_new ("GET", "/records", query);

  return tm_record_filter_new_from_request (request, NOW_USEC, error);
}

/* What comes in goes out again, in one order, without what asks for nothing. */
static void
test_round_trip (void)
{
  static const struct
  {
    const char *query, *again;
  } vectors[] = {
    { "", "" },
    { "class=&severity=&build=&from=", "" },
    { "build=42&class=kernel/oops/*", "?class=kernel/oops/*&build=42" },
    { "class=crash%2Fa%2F%3F", "?class=crash/a/%3F" },
    { "severity=4&severity=3", "?severity=4,3" },
    { "severity=high,critical", "?severity=high,critical" },
    { "build=%3Cscript%3E&system=a%26b%3Dc", "?build=%3Cscript%3E&system=a%26b%3Dc" },
    { "system=%E2%80%AEx", "?system=%E2%80%AEx" },
    { "text=two+words", "?text=two%20words" },
    { "machine=" MACHINE, "?machine=" MACHINE },
    { "from=24h&to=2026-11-22", "?from=24h&to=2026-11-22" },
    { "limit=1000", "?limit=1000" },
    { "limit=10&cursor=" ID, "?limit=10" }, /* the first page again */
  };

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TmRecordFilter) filter = parse (vectors[i].query, &error);

      g_test_message ("%u: %s", i, vectors[i].query);
      g_assert_no_error (error);
      g_autofree char *again = tm_record_filter_format_query (filter, TM_FILTER_CURSOR, NULL);
      g_assert_cmpstr (again, ==, vectors[i].again);
    }
}

/* Every refusal names the parameter and what it accepts. */
static void
test_refusals (void)
{
  g_autofree char *huge = g_strnfill (1024 * 1024, 'x');
  g_autofree char *huge_class = g_strconcat ("class=", huge, NULL);
  g_autofree char *huge_build = g_strconcat ("build=", huge, NULL);
  g_autofree char *huge_name = g_strconcat (huge, "=1", NULL);
  const struct
  {
    const char *query, *name, *accepts;
  } vectors[] = {
    { "class=a%20b", "class:", "a classification" },
    { "class=%3Cscript%3E", "class:", "a classification" },
    { "class=a/b/c%00", "class:", "a classification" },
    { huge_class, "class:", "a classification" },
    { "severity=0", "severity:", "1 (low)" },
    { "severity=5", "severity:", "1 (low)" },
    { "severity=1,,2", "severity:", "1 (low)" },
    { "severity=High", "severity:", "1 (low)" },
    { huge_build, "build:", "at most 200 bytes" },
    { "build=a%0Ab", "build:", "at most 200 bytes" },
    { "build=%FF", "build:", "at most 200 bytes" },
    { "system=%C3", "system:", "at most 200 bytes" },
    { "machine=0123", "machine:", "32 hex digits" },
    { "machine=0123456789ABCDEF0123456789ABCDEF", "machine:", "32 hex digits" },
    { "from=yesterday", "from:", "24h" },
    { "from=2026-13-01", "from:", "24h" },
    { "from=1e3d", "from:", "24h" },
    { "from=-1d", "from:", "24h" },
    { "from=99999999999w", "from:", "24h" },
    { "to=0", "to:", "24h" },
    { "from=2026-11-22&to=2026-11-21", "from:", "an earlier time" },
    { "from=1h&to=2h", "from:", "an earlier time" },
    { "text=a%07b", "text:", "at most 200 bytes" },
    { "limit=0", "limit:", "1 to 1000" },
    { "limit=1001", "limit:", "1 to 1000" },
    { "limit=ten", "limit:", "1 to 1000" },
    { "limit=%2B5", "limit:", "1 to 1000" },
    { "cursor=1", "cursor:", "\"next\"" },
    { "cursor=01A2034E-1E6B-770E-8FDF-2EC9B0860797", "cursor:", "\"next\"" },
    { "build=1&build=2", "build: given more than once", "200 bytes" },
    { "clas=a", "clas: there is no such parameter", "class, severity" },
    { huge_name, "a name in the URL:", "class, severity" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TmRecordFilter) filter = parse (vectors[i].query, &error);

      g_test_message ("%u: %.60s", i, vectors[i].query);
      g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS);
      g_assert_null (filter);
      g_assert_true (g_str_has_prefix (error->message, vectors[i].name));
      g_assert_nonnull (strstr (error->message, vectors[i].accepts));
      g_assert_cmpuint (strlen (error->message), <, 400);
    }
}

static void
test_times (void)
{
  static const struct
  {
    const char *text;
    gboolean is_end;
    gint64 usec;
  } vectors[] = {
    { "90m", FALSE, NOW_USEC - 90 * 60 * (gint64) G_USEC_PER_SEC },
    { "24h", FALSE, NOW_USEC - 24 * HOUR_USEC },
    { "7d", FALSE, NOW_USEC - 7 * 24 * HOUR_USEC },
    { "4w", FALSE, NOW_USEC - 28 * 24 * HOUR_USEC },
    { "0h", FALSE, NOW_USEC },
    { "2026-11-22", FALSE, NOW_USEC - 12 * HOUR_USEC - HOUR_USEC / 2 },
    { "2026-11-22", TRUE, NOW_USEC + 11 * HOUR_USEC + HOUR_USEC / 2 }, /* the whole day */
    { "2026-11-22T12:30", TRUE, NOW_USEC },
    { "2026-11-22T12:30:00Z", TRUE, NOW_USEC },
    { "2026-11-22T13:30:00+01:00", TRUE, NOW_USEC },
    { "2026-11-22T12:30:00.000001Z", FALSE, NOW_USEC + 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      gint64 usec = 0;

      g_test_message ("%u: %s", i, vectors[i].text);
      g_assert_true (tm_filter_time_parse (vectors[i].text, NOW_USEC, vectors[i].is_end, &usec));
      g_assert_cmpint (usec, ==, vectors[i].usec);
    }
}

static void
test_values (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TmRecordFilter) filter =
      parse ("severity=4,low&limit=7&from=2026-11-22T12:30&cursor=" ID, &error);
  g_autoptr (TmRecordFilter) all = parse ("limit=3", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (filter->severities, ==, 1u << 4 | 1u << 1);
  g_assert_cmpuint (filter->limit, ==, 7);
  g_assert_cmpint (filter->from_usec, ==, NOW_USEC);
  g_assert_cmpstr (filter->cursor, ==, ID);
  g_assert_true (tm_record_filter_is_active (filter));
  g_assert_false (tm_record_filter_is_active (all));
  g_assert_cmpuint (all->severities, ==, 0);
}

/* A link that changes one thing keeps the others and leaves the page. */
static void
test_links (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TmRecordFilter) filter = parse ("class=a/b/c&build=7&cursor=" ID, &error);
  g_autofree char *other = tm_record_filter_format_query (filter, TM_FILTER_BUILD, "8 &");
  g_autofree char *without = tm_record_filter_format_query (filter, TM_FILTER_CLASS, NULL);
  g_autofree char *next = tm_record_filter_format_query (filter, TM_FILTER_CURSOR, ID);

  g_assert_no_error (error);
  g_assert_cmpstr (other, ==, "?class=a/b/c&build=8%20%26");
  g_assert_cmpstr (without, ==, "?build=7");
  g_assert_cmpstr (next, ==, "?class=a/b/c&build=7&cursor=" ID);
}

/* Only * and ? have a meaning; what SQL gives one is text. */
static void
test_like (void)
{
  static const char *const vectors[][2] = {
    { "kernel/*/x", "kernel/%/x" },
    { "a?", "a_" },
    { "null_deref", "null\\_deref" },
    { "50%", "50\\%" },
    { "a\\", "a\\\\" },
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autofree char *like = tm_record_filter_like (vectors[i][0]);

      g_assert_cmpstr (like, ==, vectors[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ui/filter/round-trip", test_round_trip);
  g_test_add_func ("/ui/filter/refusals", test_refusals);
  g_test_add_func ("/ui/filter/times", test_times);
  g_test_add_func ("/ui/filter/values", test_values);
  g_test_add_func ("/ui/filter/links", test_links);
  g_test_add_func ("/ui/filter/like", test_like);

  return g_test_run ();
}
