/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proves that times survive text, agree with GDateTime, and that nothing but RFC 3339 is taken. */
#include <glib.h>

#include "tm-time.h"

static const struct
{
  const char *text;
  gint64 usec;
} pairs[] = {
  { "1970-01-01T00:00:00.000000Z", 0 },
  { "1970-01-01T00:00:00.000001Z", 1 },
  { "1969-12-31T23:59:59.999999Z", -1 },
  { "2000-02-29T12:30:45.500000Z", G_GINT64_CONSTANT (951827445500000) },
  { "2026-11-22T12:30:00.000001Z", G_GINT64_CONSTANT (1795350600000001) },
  { "9999-12-31T23:59:59.999999Z", G_GINT64_CONSTANT (253402300799999999) },
};

static void
test_pairs (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      char text[TM_TIME_TEXT_SIZE];
      gint64 usec;

      tm_time_format (pairs[i].usec, text);
      g_assert_cmpstr (text, ==, pairs[i].text);
      g_assert_true (tm_time_parse (pairs[i].text, &usec));
      g_assert_cmpint (usec, ==, pairs[i].usec);
    }
}

static void
test_agrees_with_gdatetime (void)
{
  for (gint64 day = 0; day < 200000; day += 7)
    {
      gint64 usec = (day * 86400 + day % 86400) * G_USEC_PER_SEC + day;
      g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (usec / G_USEC_PER_SEC);
      g_autofree char *seconds = g_date_time_format (date, "%Y-%m-%dT%H:%M:%S");
      char text[TM_TIME_TEXT_SIZE];

      tm_time_format (usec, text);
      g_assert_true (g_str_has_prefix (text, seconds));
    }
}

static void
test_other_forms (void)
{
  gint64 usec, same;

  g_assert_true (tm_time_parse ("2026-11-22T12:30:00Z", &usec));
  g_assert_true (tm_time_parse ("2026-11-22T14:00:00+01:30", &same));
  g_assert_cmpint (usec, ==, same);
  g_assert_true (tm_time_parse ("2026-11-22T12:30:00.5Z", &same));
  g_assert_cmpint (same - usec, ==, 500000);
}

static void
test_refused (void)
{
  static const char *const texts[] = {
    "",
    "2026",
    "2026-11-22",
    "2026-11-22 12:30:00Z",
    "2026-11-22T12:30:00",
    "2026-11-22T12:30:00z",
    "2026-11-22T12:30:00.Z",
    "2026-11-22T12:30:00.1234567Z",
    "2026-11-22T24:00:00Z",
    "2026-11-22T12:60:00Z",
    "2026-11-22T12:30:60Z",
    "2026-02-29T12:30:00Z",
    "2026-13-01T12:30:00Z",
    "0000-01-01T00:00:00Z",
    "2026-11-22T12:30:00+24:00",
    "2026-11-22T12:30:00+01:60",
    "2026-11-22T12:30:00Z ",
    "+026-11-22T12:30:00Z",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      gint64 usec;

      g_test_message ("%u: “%s”", i, texts[i]);
      g_assert_false (tm_time_parse (texts[i], &usec));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/time/pairs", test_pairs);
  g_test_add_func ("/core/time/agrees-with-gdatetime", test_agrees_with_gdatetime);
  g_test_add_func ("/core/time/other-forms", test_other_forms);
  g_test_add_func ("/core/time/refused", test_refused);
  return g_test_run ();
}
