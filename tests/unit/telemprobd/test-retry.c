/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The numbers of delivery, at both ends of chance. */
#include "tm-retry.h"

#define MINUTE ((gint64) 60 * G_USEC_PER_SEC)
#define HOUR (60 * MINUTE)
#define ALMOST_ONE 0.999999999

static void
test_backoff (void)
{
  static const struct
  {
    guint n_failures;
    gint64 most_usec;
  } cases[] = {
    { 1, MINUTE },       { 2, 2 * MINUTE },  { 3, 4 * MINUTE },       { 4, 8 * MINUTE },
    { 5, 16 * MINUTE },  { 6, 32 * MINUTE }, { 7, 64 * MINUTE },      { 8, 128 * MINUTE },
    { 9, 256 * MINUTE }, { 10, 6 * HOUR },   { 11, 6 * HOUR },        { 1000, 6 * HOUR },
    { 0, MINUTE },       { 65, 6 * HOUR },   { G_MAXUINT, 6 * HOUR },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("case %zu", i);
      /* From zero: that is what spreads a fleet over the whole range. */
      g_assert_cmpint (tm_retry_delay_usec (cases[i].n_failures, 0, 0), ==, 0);
      g_assert_cmpint (tm_retry_delay_usec (cases[i].n_failures, 0, 0.5), ==,
                       cases[i].most_usec / 2);
      gint64 most_usec = tm_retry_delay_usec (cases[i].n_failures, 0, ALMOST_ONE);
      g_assert_cmpint (most_usec, <=, cases[i].most_usec);
      g_assert_cmpint (most_usec, >=, cases[i].most_usec - G_USEC_PER_SEC);
    }
}

/* Never earlier than the server asked for, and not for a whole fleet in the same second. */
static void
test_retry_after (void)
{
  g_assert_cmpint (tm_retry_delay_usec (1, 3600, 0), ==, HOUR);
  g_assert_cmpint (tm_retry_delay_usec (1, 3600, 0.5), ==, HOUR + 3 * MINUTE);
  g_assert_cmpint (tm_retry_delay_usec (1, 3600, ALMOST_ONE), <=, HOUR + 6 * MINUTE);
  /* Our own backoff may be longer. */
  g_assert_cmpint (tm_retry_delay_usec (20, 60, 0.5), ==, 3 * HOUR);
  g_assert_cmpint (tm_retry_delay_usec (20, 60, 0), ==, MINUTE);
}

static void
test_hold (void)
{
  g_assert_cmpint (tm_hold_delay_usec (0, 0), ==, 24 * HOUR);
  g_assert_cmpint (tm_hold_delay_usec (60, 0), ==, 24 * HOUR);
  g_assert_cmpint (tm_hold_delay_usec (48 * 3600, 0), ==, 48 * HOUR);
  g_assert_cmpint (tm_hold_delay_usec (0, ALMOST_ONE), <=, 24 * HOUR + 144 * MINUTE);
}

static void
test_round (void)
{
  g_assert_cmpint (tm_round_delay_usec (900, 300, 0), ==, 15 * MINUTE);
  g_assert_cmpint (tm_round_delay_usec (900, 300, 0.5), ==, 17 * MINUTE + 30 * G_USEC_PER_SEC);
  g_assert_cmpint (tm_round_delay_usec (900, 0, ALMOST_ONE), ==, 15 * MINUTE);
  g_assert_cmpint (tm_round_delay_usec (0, 60, 0), ==, 0);
}

/* A stored time is believed as far as it can be true. */
static void
test_remaining (void)
{
  const gint64 now_usec = G_GINT64_CONSTANT (1800000000000000);

  g_assert_cmpint (tm_retry_remaining_usec (0, now_usec), ==, 0);
  g_assert_cmpint (tm_retry_remaining_usec (now_usec, now_usec), ==, 0);
  g_assert_cmpint (tm_retry_remaining_usec (now_usec - 1, now_usec), ==, 0);
  g_assert_cmpint (tm_retry_remaining_usec (now_usec + HOUR, now_usec), ==, HOUR);
  g_assert_cmpint (tm_retry_remaining_usec (now_usec + 8 * 24 * HOUR, now_usec), ==, 8 * 24 * HOUR);
  g_assert_cmpint (tm_retry_remaining_usec (now_usec + 9 * 24 * HOUR, now_usec), ==, MINUTE);
  /* A machine that believes it is 1970. */
  g_assert_cmpint (tm_retry_remaining_usec (now_usec, 0), ==, MINUTE);
}

static void
test_halve (void)
{
  g_assert_cmpuint (tm_retry_halve (1000), ==, 500);
  g_assert_cmpuint (tm_retry_halve (3), ==, 1);
  g_assert_cmpuint (tm_retry_halve (2), ==, 1);
  g_assert_cmpuint (tm_retry_halve (1), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/retry/backoff", test_backoff);
  g_test_add_func ("/retry/retry-after", test_retry_after);
  g_test_add_func ("/retry/hold", test_hold);
  g_test_add_func ("/retry/round", test_round);
  g_test_add_func ("/retry/remaining", test_remaining);
  g_test_add_func ("/retry/halve", test_halve);
  return g_test_run ();
}
