/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records of a machine whose clock was wrong get the best date there is. */
#include "record-builder.h"
#include "tm-redate.h"

#define DAY_USEC (86400 * G_GINT64_CONSTANT (1000000))
#define WRONG_USEC DAY_USEC /* 1970-01-02 */

static void
test_window (void)
{
  g_assert_true (tm_redate_is_in_window (TEST_NOW_USEC - TM_REDATE_PAST_USEC, TEST_NOW_USEC));
  g_assert_false (tm_redate_is_in_window (TEST_NOW_USEC - TM_REDATE_PAST_USEC - 1, TEST_NOW_USEC));
  g_assert_true (tm_redate_is_in_window (TEST_NOW_USEC + TM_REDATE_FUTURE_USEC, TEST_NOW_USEC));
  g_assert_false (
      tm_redate_is_in_window (TEST_NOW_USEC + TM_REDATE_FUTURE_USEC + 1, TEST_NOW_USEC));
}

/* The clock was put right during the boot: the clock since boot tells how long before. */
static void
test_boottime (void)
{
  g_autoptr (TmBatch) batch = test_batch_new ();
  TmRecord *wrong = test_batch_add (batch, WRONG_USEC, WRONG_USEC, 'a', 10);
  gint64 usec;

  test_batch_add (batch, TEST_NOW_USEC, TEST_NOW_USEC, 'b', 500);
  test_batch_add (batch, TEST_NOW_USEC, TEST_NOW_USEC - 1000, 'a', 70);
  g_assert_cmpint (tm_redate (batch, wrong, TEST_NOW_USEC, WRONG_USEC, &usec), ==,
                   TM_REDATE_BOOTTIME);
  g_assert_cmpint (usec, ==, TEST_NOW_USEC - 1000 - 60);
}

/* Without such a record, the sender's own clock when it sent. */
static void
test_sent_at (void)
{
  g_autoptr (TmBatch) batch = test_batch_new ();
  TmRecord *wrong = test_batch_add (batch, WRONG_USEC, WRONG_USEC, 'a', 10);
  gint64 usec;

  g_assert_cmpint (tm_redate (batch, wrong, TEST_NOW_USEC, WRONG_USEC + 5, &usec), ==,
                   TM_REDATE_SENT_AT);
  g_assert_cmpint (usec, ==, TEST_NOW_USEC - 5);
}

/* Neither, or nonsense, also nonsense that overflows: when it came. */
static void
test_received (void)
{
  g_autoptr (TmBatch) batch = test_batch_new ();
  TmRecord *bare = test_batch_add (batch, WRONG_USEC, WRONG_USEC, '\0', 0);
  TmRecord *wild = test_batch_add (batch, WRONG_USEC, WRONG_USEC, 'c', G_MAXINT64);
  gint64 usec;

  test_batch_add (batch, TEST_NOW_USEC, TEST_NOW_USEC, 'c', 0);
  g_assert_cmpint (tm_redate (batch, bare, TEST_NOW_USEC, 0, &usec), ==, TM_REDATE_RECEIVED);
  g_assert_cmpint (usec, ==, TEST_NOW_USEC);
  g_assert_cmpint (tm_redate (batch, wild, TEST_NOW_USEC, 1, &usec), ==, TM_REDATE_SENT_AT);
  g_assert_cmpint (tm_redate (batch, wild, TEST_NOW_USEC, TEST_NOW_USEC, &usec), ==,
                   TM_REDATE_RECEIVED);
  g_assert_cmpint (usec, ==, TEST_NOW_USEC);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/redate/window", test_window);
  g_test_add_func ("/redate/boottime", test_boottime);
  g_test_add_func ("/redate/sent-at", test_sent_at);
  g_test_add_func ("/redate/received", test_received);

  return g_test_run ();
}
