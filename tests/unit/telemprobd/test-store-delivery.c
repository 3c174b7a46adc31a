/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Batches out of the store: what is taken, that the body survives byte for byte, and that a record
 * leaves the pending state only on its own outcome. */
#include <string.h>

#include "keep-fixture.h"
#include "telemetry-error.h"
#include "tm-store-delivery.h"
#include "tm-store-ledger.h"

#define BATCH_ID "11111111-2222-4333-8444-555555555555"
#define OTHER_BATCH_ID "99999999-2222-4333-8444-555555555555"
#define MIB (1024 * 1024)

static TmTake *
take (KeepFixture *fixture, guint min_severity, guint max_records, gsize max_bytes)
{
  g_autoptr (GError) error = NULL;
  TmTake *result =
      tm_store_take_pending (fixture->store, min_severity, max_records, max_bytes, &error);

  g_assert_no_error (error);
  return result;
}

static TmTransmission *
begin (KeepFixture *fixture, guint max_records)
{
  g_autoptr (TmTake) taken = take (fixture, 1, max_records, MIB);
  g_autoptr (GBytes) body = g_bytes_new_static ("{\"body\":\0\"bytes\"}", 17);
  TmTransmission *transmission = tm_transmission_new (BATCH_ID, taken, body);

  g_assert_true (tm_store_begin_transmission (fixture->store, transmission, NULL));
  return transmission;
}

static TmRecordState
get_state (KeepFixture *fixture, const char *record_id, char **out_reason)
{
  TmRecordFilter filter = { .record_id = record_id };
  guint64 next;
  g_autoptr (GPtrArray) page = tm_store_list (fixture->store, &filter, 0, 1, &next, NULL);

  if (page->len == 0)
    return 0;
  if (out_reason != NULL)
    *out_reason = g_strdup (((TmKeptRecord *) page->pdata[0])->reason);
  return ((TmKeptRecord *) page->pdata[0])->state;
}

/* Nothing pending: no batch, and no error either. */
static void
test_nothing (KeepFixture *fixture, gconstpointer data)
{
  keep_fixture_open (fixture);
  g_assert_null (take (fixture, 1, 100, MIB));
  g_assert_null (tm_store_get_transmission (fixture->store, NULL));
}

/* Highest severity first, then oldest; at most so many records and bytes, but at least one. */
static void
test_take (KeepFixture *fixture, gconstpointer data)
{
  g_autofree char *big = keep_payload (10000);
  g_autofree char *low = NULL;
  g_autofree char *high = NULL;
  g_autofree char *high_later = NULL;

  keep_fixture_open (fixture);
  low = keep_insert (fixture, (KeepRecord){ .severity = 1 });
  high = keep_insert (fixture, (KeepRecord){ .severity = 4, .payload = big });
  high_later = keep_insert (fixture, (KeepRecord){ .severity = 4 });

  {
    g_autoptr (TmTake) all = take (fixture, 1, 100, MIB);
    const char *expected[] = { high, high_later, low };

    g_assert_cmpuint (all->records->len, ==, 3);
    for (guint i = 0; i < 3; i++)
      g_assert_cmpstr (tm_record_get_text (all->records->pdata[i], TM_FIELD_RECORD_ID), ==,
                       expected[i]);
    g_assert_false (all->more);
    g_assert_false (all->urgent);
    g_assert_cmpstr (all->machine_id, ==, KEEP_MACHINE_ID);
  }
  {
    g_autoptr (TmTake) two = take (fixture, 1, 2, MIB);

    g_assert_cmpuint (two->records->len, ==, 2);
    g_assert_true (two->more);
    g_assert_true (two->urgent);
  }
  {
    g_autoptr (TmTake) one = take (fixture, 1, 100, 5000);

    g_assert_cmpuint (one->records->len, ==, 1);
    g_assert_true (one->more);
  }
  {
    g_autoptr (TmTake) urgent = take (fixture, 3, 100, MIB);

    g_assert_cmpuint (urgent->records->len, ==, 2);
    g_assert_true (urgent->urgent);
  }
}

/* One batch has one machine id: the older epoch goes first, and says that more follows. */
static void
test_epochs (KeepFixture *fixture, gconstpointer data)
{
  g_autoptr (TmTake) first = NULL;

  keep_fixture_open (fixture);
  g_free (keep_insert (fixture, (KeepRecord){ 0 }));
  g_free (
      keep_insert (fixture, (KeepRecord){ .machine_id = KEEP_OTHER_MACHINE_ID, .severity = 4 }));
  first = take (fixture, 1, 100, MIB);
  g_assert_cmpstr (first->machine_id, ==, KEEP_MACHINE_ID);
  g_assert_cmpuint (first->records->len, ==, 1);
  g_assert_true (first->more);
}

/* Losses are a batch by themselves, and are delivered with it. */
static void
test_losses (KeepFixture *fixture, gconstpointer data)
{
  g_autoptr (TmTransmission) transmission = NULL;
  g_autoptr (GPtrArray) results = g_ptr_array_new ();

  keep_fixture_open (fixture);
  g_assert_true (
      tm_store_count_loss (fixture->store, KEEP_MACHINE_ID, "evicted", "a/b/c", 4, NULL));
  g_assert_null (take (fixture, 3, 100, MIB));

  transmission = begin (fixture, 100);
  g_assert_cmpuint (transmission->record_ids->len, ==, 0);
  g_assert_cmpuint (transmission->losses->len, ==, 1);
  g_assert_true (tm_store_settle (fixture->store, BATCH_ID, results, "https://x", NULL));
  g_assert_null (take (fixture, 1, 100, MIB));
}

/* After a restart: the same bytes, the same records, attempt, time and hold. */
static void
test_survives_restart (KeepFixture *fixture, gconstpointer data)
{
  g_autoptr (TmTransmission) before = NULL;
  g_autoptr (TmTransmission) after = NULL;

  keep_fixture_open (fixture);
  for (guint i = 0; i < 3; i++)
    g_free (keep_insert (fixture, (KeepRecord){ .severity = 3 }));
  before = begin (fixture, 100);
  g_assert_true (tm_store_update_transmission (fixture->store, BATCH_ID, 4, 123456789, 123456000,
                                               "http-403", NULL));

  keep_fixture_open (fixture);
  after = tm_store_get_transmission (fixture->store, NULL);
  g_assert_cmpstr (after->batch_id, ==, BATCH_ID);
  g_assert_cmpstr (after->machine_id, ==, KEEP_MACHINE_ID);
  g_assert_true (g_bytes_equal (after->body, before->body));
  g_assert_cmpuint (after->attempt, ==, 4);
  g_assert_cmpint (after->next_attempt_usec, ==, 123456789);
  g_assert_cmpint (after->not_before_usec, ==, 123456000);
  g_assert_cmpstr (after->hold, ==, "http-403");
  g_assert_true (after->urgent);
  g_assert_cmpuint (after->record_ids->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpstr (after->record_ids->pdata[i], ==, before->record_ids->pdata[i]);

  g_assert_null (take (fixture, 1, 100, MIB));
}

/* Each record by its own outcome; the one without an outcome waits again. */
static void
test_settle (KeepFixture *fixture, gconstpointer data)
{
  g_autoptr (TmTransmission) transmission = NULL;
  g_autoptr (TmTake) again = NULL;
  g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_result_free);
  g_autofree char *reason = NULL;
  char *id[4];

  keep_fixture_open (fixture);
  for (guint i = 0; i < 4; i++)
    id[i] = keep_insert (fixture, (KeepRecord){ 0 });
  transmission = begin (fixture, 100);
  g_ptr_array_add (results, tm_result_new (id[0], TM_OUTCOME_ACCEPTED, NULL));
  g_ptr_array_add (results, tm_result_new (id[1], TM_OUTCOME_DUPLICATE, NULL));
  g_ptr_array_add (results, tm_result_new (id[2], TM_OUTCOME_REJECTED, "too old"));
  g_ptr_array_add (results, tm_result_new ("unknown", TM_OUTCOME_ACCEPTED, NULL));
  g_assert_true (tm_store_settle (fixture->store, BATCH_ID, results, "https://x", NULL));

  g_assert_cmpint (get_state (fixture, id[0], NULL), ==, 0);
  g_assert_cmpint (get_state (fixture, id[1], NULL), ==, 0);
  g_assert_cmpint (get_state (fixture, id[2], &reason), ==, TM_RECORD_STATE_REJECTED);
  g_assert_cmpstr (reason, ==, "too old");
  g_assert_cmpint (get_state (fixture, id[3], NULL), ==, TM_RECORD_STATE_PENDING);
  g_assert_cmpuint (keep_get_loss (fixture, TM_LOSS_REJECTED, "org.example/test/one"), ==, 1);
  g_assert_null (tm_store_get_transmission (fixture->store, NULL));

  again = take (fixture, 1, 100, MIB);
  g_assert_cmpuint (again->records->len, ==, 1);
  for (guint i = 0; i < 4; i++)
    g_free (id[i]);
}

/* With retention a sent record stays and says so. */
static void
test_retention (KeepFixture *fixture, gconstpointer data)
{
  g_autoptr (TmTransmission) transmission = NULL;
  g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_result_free);
  g_autofree char *id = NULL;

  fixture->options.retention = TRUE;
  keep_fixture_open (fixture);
  id = keep_insert (fixture, (KeepRecord){ 0 });
  transmission = begin (fixture, 100);
  g_ptr_array_add (results, tm_result_new (id, TM_OUTCOME_ACCEPTED, NULL));
  g_assert_true (tm_store_settle (fixture->store, BATCH_ID, results, "https://x", NULL));
  g_assert_cmpint (get_state (fixture, id, NULL), ==, TM_RECORD_STATE_SENT);
  g_assert_null (take (fixture, 1, 100, MIB));
}

/* One at a time; an id that is not on its way is NotFound; abandoned records wait again. */
static void
test_one_at_a_time (KeepFixture *fixture, gconstpointer data)
{
  g_autoptr (TmTransmission) transmission = NULL;
  g_autoptr (TmTake) again = NULL;
  g_autoptr (GPtrArray) results = g_ptr_array_new ();
  g_autoptr (GError) busy = NULL;
  g_autoptr (GError) unknown = NULL;
  g_autoptr (GError) updated = NULL;

  keep_fixture_open (fixture);
  g_free (keep_insert (fixture, (KeepRecord){ 0 }));
  transmission = begin (fixture, 100);
  g_assert_false (tm_store_begin_transmission (fixture->store, transmission, &busy));
  g_assert_error (busy, TELEMETRY_ERROR, TELEMETRY_ERROR_BUSY);
  g_assert_false (tm_store_settle (fixture->store, OTHER_BATCH_ID, results, NULL, &unknown));
  g_assert_error (unknown, TELEMETRY_ERROR, TELEMETRY_ERROR_NOT_FOUND);
  g_assert_false (
      tm_store_update_transmission (fixture->store, OTHER_BATCH_ID, 1, 0, 0, NULL, &updated));
  g_assert_error (updated, TELEMETRY_ERROR, TELEMETRY_ERROR_NOT_FOUND);

  g_assert_true (tm_store_abandon_transmission (fixture->store, BATCH_ID, NULL));
  again = take (fixture, 1, 100, MIB);
  g_assert_cmpuint (again->records->len, ==, 1);
}

/* A record that was deleted between take and begin: nothing is changed. */
static void
test_gone_meanwhile (KeepFixture *fixture, gconstpointer data)
{
  g_autoptr (TmTake) taken = NULL;
  g_autoptr (TmTake) again = NULL;
  g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);
  g_autoptr (TmTransmission) transmission = NULL;
  g_autoptr (GError) error = NULL;

  keep_fixture_open (fixture);
  g_free (keep_insert (fixture, (KeepRecord){ 0 }));
  taken = take (fixture, 1, 100, MIB);
  transmission = tm_transmission_new (BATCH_ID, taken, body);
  g_ptr_array_add (transmission->record_ids, g_strdup ("gone"));
  g_assert_false (tm_store_begin_transmission (fixture->store, transmission, &error));
  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_NOT_FOUND);

  g_assert_null (tm_store_get_transmission (fixture->store, NULL));
  again = take (fixture, 1, 100, MIB);
  g_assert_cmpuint (again->records->len, ==, 1);
}

/* Records on their way are neither evicted nor expired. */
static void
test_on_its_way_stays (KeepFixture *fixture, gconstpointer data)
{
  g_autofree char *payload = keep_payload (20000);
  g_autoptr (TmTransmission) transmission = NULL;
  g_autofree char *id = NULL;
  guint n_records;

  fixture->options.max_bytes = 100 * 1024;
  keep_fixture_open (fixture);
  id = keep_insert (fixture, (KeepRecord){ .payload = payload });
  transmission = begin (fixture, 1);
  for (guint i = 0; i < 20; i++)
    g_free (keep_insert (fixture, (KeepRecord){ .payload = payload, .uid = i, .severity = 4 }));
  tm_clock_dummy_advance (fixture->dummy, 40 * TM_USEC_PER_DAY);
  g_assert_true (tm_store_expire (fixture->store, &n_records, NULL));
  g_assert_cmpint (get_state (fixture, id, NULL), ==, TM_RECORD_STATE_PENDING);

  g_assert_true (tm_store_abandon_transmission (fixture->store, BATCH_ID, NULL));
  g_assert_true (tm_store_expire (fixture->store, &n_records, NULL));
  g_assert_cmpint (get_state (fixture, id, NULL), ==, 0);
}

#define ADD(path, func)                                                                            \
  g_test_add (path, KeepFixture, NULL, keep_fixture_set_up, func, keep_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/store/delivery/nothing", test_nothing);
  ADD ("/store/delivery/take", test_take);
  ADD ("/store/delivery/epochs", test_epochs);
  ADD ("/store/delivery/losses", test_losses);
  ADD ("/store/delivery/survives-restart", test_survives_restart);
  ADD ("/store/delivery/settle", test_settle);
  ADD ("/store/delivery/retention", test_retention);
  ADD ("/store/delivery/one-at-a-time", test_one_at_a_time);
  ADD ("/store/delivery/gone-meanwhile", test_gone_meanwhile);
  ADD ("/store/delivery/on-its-way-stays", test_on_its_way_stays);

  return g_test_run ();
}
