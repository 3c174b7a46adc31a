/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proves that ids are well-formed, carry their time, and increase whatever the clock does. */
#include <glib.h>
#include <string.h>

#include "tm-uuid.h"

#define NOW_USEC G_GINT64_CONSTANT (1795350600123456)

static void
test_form (void)
{
  TmUuidGenerator generator = { 0 };
  char text[TM_UUID_TEXT_SIZE], again[TM_UUID_TEXT_SIZE];
  guint8 bytes[16];

  tm_uuid7_generate (&generator, NOW_USEC, text);
  g_assert_true (tm_uuid_parse (text, bytes));
  g_assert_true (tm_uuid_is_version7 (bytes));
  g_assert_cmpint (tm_uuid7_get_time_msec (bytes), ==, NOW_USEC / 1000);
  tm_uuid_format (bytes, again);
  g_assert_cmpstr (text, ==, again);
}

static void
assert_increasing (TmUuidGenerator *generator, const gint64 *times, guint n_times)
{
  char last[TM_UUID_TEXT_SIZE] = "", text[TM_UUID_TEXT_SIZE];

  for (guint i = 0; i < n_times; i++)
    {
      guint8 bytes[16];

      tm_uuid7_generate (generator, times[i], text);
      g_assert_cmpint (strcmp (last, text), <, 0);
      g_assert_true (tm_uuid_parse (text, bytes));
      g_assert_true (tm_uuid_is_version7 (bytes));
      memcpy (last, text, sizeof last);
    }
}

static void
test_increases_within_a_millisecond (void)
{
  TmUuidGenerator generator = { 0 };
  g_autofree gint64 *times = g_new (gint64, 20000);

  for (guint i = 0; i < 20000; i++)
    times[i] = NOW_USEC;
  assert_increasing (&generator, times, 20000);
}

static void
test_increases_when_the_clock_steps_back (void)
{
  static const gint64 times[] = { NOW_USEC, NOW_USEC - G_USEC_PER_SEC, 0, -1, NOW_USEC + 1000 };
  TmUuidGenerator generator = { 0 };

  assert_increasing (&generator, times, G_N_ELEMENTS (times));
}

static void
test_refused (void)
{
  static const char *const texts[] = {
    "",
    "0193-",
    "01935c6e7b1a7c3d8e4f0123456789ab",
    "01935C6E-7b1a-7c3d-8e4f-0123456789ab",
    "01935c6e-7b1a-7c3d-8e4f-0123456789a",
    "01935c6e-7b1a-7c3d-8e4f-0123456789abc",
    "01935c6e+7b1a-7c3d-8e4f-0123456789ab",
    "01935c6e-7b1a-7c3d-8e4f-0123456789ag",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      guint8 bytes[16];

      g_test_message ("%u: “%s”", i, texts[i]);
      g_assert_false (tm_uuid_parse (texts[i], bytes));
    }
}

static void
test_random_hex (void)
{
  char a[33], b[33];

  tm_random_hex32 (a);
  tm_random_hex32 (b);
  g_assert_cmpuint (strspn (a, "0123456789abcdef"), ==, 32);
  g_assert_cmpstr (a, !=, b);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/uuid/form", test_form);
  g_test_add_func ("/core/uuid/increases-within-a-millisecond",
                   test_increases_within_a_millisecond);
  g_test_add_func ("/core/uuid/increases-when-the-clock-steps-back",
                   test_increases_when_the_clock_steps_back);
  g_test_add_func ("/core/uuid/refused", test_refused);
  g_test_add_func ("/core/uuid/random-hex", test_random_hex);
  return g_test_run ();
}
