/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What leaves the store by itself: what is too much, of whom, and what is too old; and that each is
 * counted in the ledger. */
#include <glib/gstdio.h>

#include "keep-fixture.h"
#include "tm-store-delivery.h"
#include "tm-store-ledger.h"

#define CLASS "org.example/test/one"
#define KIB 1024

static guint64
get_n_bytes (KeepFixture *fixture)
{
  TmStoreUsage usage;

  g_assert_true (tm_store_get_usage (fixture->store, &usage, NULL));
  return usage.n_bytes;
}

static void
insert_many (KeepFixture *fixture, guint n_records, gsize n_bytes, KeepRecord wanted)
{
  g_assert_true (tm_store_begin (fixture->store, NULL));
  for (guint i = 0; i < n_records; i++)
    {
      g_autofree char *payload = keep_payload (n_bytes);

      wanted.payload = payload;
      g_free (keep_insert (fixture, wanted));
    }
  g_assert_true (tm_store_commit (fixture->store, NULL));
}

static guint
count_records (KeepFixture *fixture, TmRecordFilter filter)
{
  guint64 next;
  g_autoptr (GPtrArray) page = tm_store_list (fixture->store, &filter, 0, G_MAXUINT, &next, NULL);

  return page->len;
}

/* 20 MiB by five users end as 16 MiB, on the disk, too; every record that went is counted. */
static void
test_bound (KeepFixture *fixture, gconstpointer data)
{
  const guint n_each = 4 * KIB;
  guint n_left;
  GStatBuf status;

  keep_fixture_open (fixture);
  for (guint uid = 0; uid < 5; uid++)
    insert_many (fixture, n_each, KIB - 100, (KeepRecord){ .uid = 1000 + uid });

  g_assert_cmpuint (get_n_bytes (fixture), <=, TM_STORE_DEFAULT_MAX_BYTES);
  g_assert_cmpuint (get_n_bytes (fixture), >, TM_STORE_DEFAULT_MAX_BYTES * 98 / 100);
  n_left = count_records (fixture, (TmRecordFilter){ 0 });
  g_assert_cmpuint (keep_get_loss (fixture, TM_LOSS_EVICTED, CLASS), ==, 5 * n_each - n_left);

  g_assert_true (tm_store_checkpoint (fixture->store, NULL));
  g_assert_cmpint (g_stat (fixture->path, &status), ==, 0);
  g_test_message ("%u records, %" G_GUINT64_FORMAT " counted, %" G_GINT64_FORMAT " on disk", n_left,
                  get_n_bytes (fixture), (gint64) status.st_size);
  /* What a record is reckoned at is what it takes: no more than a quarter off. */
  g_assert_cmpint (status.st_size, <, TM_STORE_DEFAULT_MAX_BYTES * 5 / 4);
}

/* A user alone gets a quarter, and loses their own records for more, not their neighbour's. */
static void
test_share_of_uid (KeepFixture *fixture, gconstpointer data)
{
  fixture->options.max_bytes = 400 * KIB;
  keep_fixture_open (fixture);

  g_free (keep_insert (fixture, (KeepRecord){ .uid = 1 }));
  insert_many (fixture, 200, KIB, (KeepRecord){ .uid = 2, .severity = 4 });

  g_assert_cmpuint (get_n_bytes (fixture), <=, 100 * KIB + KIB);
  g_assert_cmpuint (count_records (fixture, (TmRecordFilter){ .has_uid = TRUE, .uid = 1 }), ==, 1);
  g_assert_cmpuint (count_records (fixture, (TmRecordFilter){ .has_uid = TRUE, .uid = 2 }), <, 80);

  /* The account is the same when it is read from the disk. */
  keep_fixture_open (fixture);
  insert_many (fixture, 1, KIB, (KeepRecord){ .uid = 2, .severity = 4 });
  g_assert_cmpuint (get_n_bytes (fixture), <=, 100 * KIB + KIB);
}

/* The lowest severity goes first, the oldest of it first; the newest critical one stays. */
static void
test_order (KeepFixture *fixture, gconstpointer data)
{
  g_autofree char *low_old = NULL;
  g_autofree char *low_new = NULL;
  g_autofree char *critical = NULL;
  g_autofree char *payload = keep_payload (10 * KIB);

  fixture->options.max_bytes = 128 * KIB;
  keep_fixture_open (fixture);
  critical = keep_insert (fixture, (KeepRecord){ .severity = 4, .payload = payload, .uid = 1 });
  low_old = keep_insert (fixture, (KeepRecord){ .severity = 1, .payload = payload, .uid = 1 });
  low_new = keep_insert (fixture, (KeepRecord){ .severity = 1, .payload = payload, .uid = 1 });
  g_assert_cmpuint (count_records (fixture, (TmRecordFilter){ .record_id = low_old }), ==, 1);

  g_free (keep_insert (fixture, (KeepRecord){ .severity = 2, .payload = payload, .uid = 1 }));
  g_assert_cmpuint (count_records (fixture, (TmRecordFilter){ .record_id = low_old }), ==, 0);
  g_assert_cmpuint (count_records (fixture, (TmRecordFilter){ .record_id = low_new }), ==, 1);

  g_free (keep_insert (fixture, (KeepRecord){ .severity = 2, .payload = payload, .uid = 1 }));
  g_assert_cmpuint (count_records (fixture, (TmRecordFilter){ .record_id = low_new }), ==, 0);

  for (guint i = 0; i < 10; i++)
    g_free (keep_insert (fixture, (KeepRecord){ .severity = 3, .payload = payload, .uid = 1 }));
  g_assert_cmpuint (count_records (fixture, (TmRecordFilter){ .record_id = critical }), ==, 1);
  g_assert_cmpuint (count_records (fixture, (TmRecordFilter){ .min_severity = 3 }), ==, 3);
}

/* -1 is no bound. */
static void
test_no_bound (KeepFixture *fixture, gconstpointer data)
{
  fixture->options.max_bytes = -1;
  keep_fixture_open (fixture);
  insert_many (fixture, 100, 10 * KIB, (KeepRecord){ 0 });
  g_assert_cmpuint (count_records (fixture, (TmRecordFilter){ 0 }), ==, 100);
}

/* After 30 days, not before; what expired is counted. */
static void
test_expiry (KeepFixture *fixture, gconstpointer data)
{
  guint n_records;

  keep_fixture_open (fixture);
  g_free (keep_insert (fixture, (KeepRecord){ 0 }));
  tm_clock_dummy_advance (fixture->dummy, 15 * TM_USEC_PER_DAY);
  g_free (keep_insert (fixture, (KeepRecord){ 0 }));

  tm_clock_dummy_advance (fixture->dummy, 15 * TM_USEC_PER_DAY);
  g_assert_true (tm_store_expire (fixture->store, &n_records, NULL));
  g_assert_cmpuint (n_records, ==, 0);

  tm_clock_dummy_advance (fixture->dummy, 1);
  g_assert_true (tm_store_expire (fixture->store, &n_records, NULL));
  g_assert_cmpuint (n_records, ==, 1);
  g_assert_cmpuint (keep_get_loss (fixture, TM_LOSS_EXPIRED, CLASS), ==, 1);
  g_assert_cmpuint (count_records (fixture, (TmRecordFilter){ 0 }), ==, 1);
}

/* A machine without a battery starts in 1970, and its clock is set an hour later: nothing kept in
 * between is fifty years old, neither now nor after the next boot. */
static void
test_clock_set_right (KeepFixture *fixture, gconstpointer data)
{
  gint64 right_usec = tm_clock_get_realtime_usec (fixture->clock);
  guint n_records;

  tm_clock_dummy_set_realtime (fixture->dummy, 0);
  keep_fixture_open (fixture);
  g_free (keep_insert (fixture, (KeepRecord){ 0 }));
  tm_clock_dummy_set_realtime (fixture->dummy, right_usec);

  g_assert_true (tm_store_expire (fixture->store, &n_records, NULL));
  g_assert_cmpuint (n_records, ==, 0);

  fixture->options.boot_id = "ffffffffffffffffffffffffffffffff";
  keep_fixture_open (fixture);
  tm_clock_dummy_advance (fixture->dummy, 29 * TM_USEC_PER_DAY);
  g_assert_true (tm_store_expire (fixture->store, &n_records, NULL));
  g_assert_cmpuint (n_records, ==, 0);

  tm_clock_dummy_advance (fixture->dummy, TM_USEC_PER_DAY + G_USEC_PER_SEC);
  g_assert_true (tm_store_expire (fixture->store, &n_records, NULL));
  g_assert_cmpuint (n_records, ==, 1);
}

/* A clock that steps back within a boot keeps nothing longer. */
static void
test_clock_steps_back (KeepFixture *fixture, gconstpointer data)
{
  guint n_records;

  keep_fixture_open (fixture);
  g_free (keep_insert (fixture, (KeepRecord){ 0 }));
  tm_clock_dummy_set_realtime (fixture->dummy,
                               tm_clock_get_realtime_usec (fixture->clock) - 365 * TM_USEC_PER_DAY);
  tm_clock_dummy_advance (fixture->dummy, 30 * TM_USEC_PER_DAY + 1);
  g_assert_true (tm_store_expire (fixture->store, &n_records, NULL));
  g_assert_cmpuint (n_records, ==, 1);
}

/* Counters of an epoch only grow, and each is delivered as long as the server has less. */
static void
test_ledger (KeepFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) first = NULL;
  g_autoptr (GPtrArray) second = NULL;
  g_autoptr (GPtrArray) third = NULL;
  TmStore *store = keep_fixture_open (fixture);

  g_assert_true (tm_store_count_loss (store, KEEP_MACHINE_ID, "evicted", CLASS, 2, NULL));
  g_assert_true (tm_store_count_loss (store, KEEP_MACHINE_ID, "expired", CLASS, 1, NULL));
  g_assert_true (tm_store_count_loss (store, KEEP_OTHER_MACHINE_ID, "evicted", CLASS, 9, NULL));
  first = tm_store_list_losses (store, KEEP_MACHINE_ID, TRUE, NULL);
  g_assert_cmpuint (first->len, ==, 2);
  g_assert_cmpuint (((TmLoss *) first->pdata[0])->count, ==, 2);

  /* While the first one is on its way, another is lost: the whole new value follows. */
  g_assert_true (tm_store_count_loss (store, KEEP_MACHINE_ID, "evicted", CLASS, 3, NULL));
  g_assert_true (tm_store_mark_losses_delivered (store, KEEP_MACHINE_ID, first, NULL));
  second = tm_store_list_losses (store, KEEP_MACHINE_ID, TRUE, NULL);
  g_assert_cmpuint (second->len, ==, 1);
  g_assert_cmpuint (((TmLoss *) second->pdata[0])->count, ==, 5);

  g_assert_true (tm_store_mark_losses_delivered (store, KEEP_MACHINE_ID, second, NULL));
  keep_fixture_open (fixture);
  third = tm_store_list_losses (fixture->store, KEEP_MACHINE_ID, TRUE, NULL);
  g_assert_cmpuint (third->len, ==, 0);
  g_assert_cmpuint (keep_get_loss (fixture, "evicted", CLASS), ==, 5);
}

/* Strangers choose classifications; the counters have an end, and nothing is lost behind it. */
static void
test_ledger_is_bounded (KeepFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) losses = NULL;
  guint64 sum = 0;
  TmStore *store = keep_fixture_open (fixture);

  g_assert_true (tm_store_begin (store, NULL));
  for (guint i = 0; i < 3000; i++)
    {
      g_autofree char *classification = g_strdup_printf ("a/b/%u", i);

      g_assert_true (
          tm_store_count_loss (store, KEEP_MACHINE_ID, "evicted", classification, 1, NULL));
    }
  g_assert_true (tm_store_commit (store, NULL));

  losses = tm_store_list_losses (store, KEEP_MACHINE_ID, FALSE, NULL);
  for (guint i = 0; i < losses->len; i++)
    sum += ((TmLoss *) losses->pdata[i])->count;
  g_assert_cmpuint (losses->len, <=, TM_BATCH_MAX_LEDGER);
  g_assert_cmpuint (sum, ==, 3000);
}

#define ADD(path, func)                                                                            \
  g_test_add (path, KeepFixture, NULL, keep_fixture_set_up, func, keep_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/store/bounds/bound", test_bound);
  ADD ("/store/bounds/share-of-uid", test_share_of_uid);
  ADD ("/store/bounds/order", test_order);
  ADD ("/store/bounds/no-bound", test_no_bound);
  ADD ("/store/bounds/expiry", test_expiry);
  ADD ("/store/bounds/clock-set-right", test_clock_set_right);
  ADD ("/store/bounds/clock-steps-back", test_clock_steps_back);
  ADD ("/store/bounds/ledger", test_ledger);
  ADD ("/store/bounds/ledger-is-bounded", test_ledger_is_bounded);

  return g_test_run ();
}
