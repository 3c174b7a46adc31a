/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state machine of delivery, over the real store and commit thread; time is moved, and the
 * courier does what the test says. */
#include "tm-delivery.h"

#include "keep-fixture.h"
#include "telemetry-error.h"
#include "tm-courier-dummy.h"

#define SECOND ((gint64) G_USEC_PER_SEC)
#define MINUTE (60 * SECOND)

typedef struct
{
  KeepFixture keep;
  TmCommitter *committer;
  TmCourierDummy *courier;
  TmConfig *config;
  TmSystem *system;
  TmDelivery *delivery;
  GPtrArray *attempts; /* (element-type utf8): results, in order */
  guint n_records;     /* that were answered for */
} Fixture;

/* Half of every range: what is random is then a number that can be written down. */
static double
half (void)
{
  return 0.5;
}

static TmConfig *
make_config (KeepFixture *keep, const char *text)
{
  g_autofree char *path = g_build_filename (keep->directory, "test.conf", NULL);
  const char *const paths[] = { path, NULL };

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return tm_config_load_files (paths);
}

static void
on_attempt (TmDelivery *delivery, const TmAttempt *attempt, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_ptr_array_add (fixture->attempts, g_strdup (tm_transfer_result_to_text (attempt->result)));
  fixture->n_records += attempt->n_records;
}

static void
make_delivery (Fixture *fixture)
{
  const TmDeliveryParts parts = {
    .clock = fixture->keep.clock,
    .committer = fixture->committer,
    .courier = TM_COURIER (fixture->courier),
    .config = fixture->config,
    .system = fixture->system,
    .random = half,
  };

  fixture->delivery = tm_delivery_new (&parts);
  g_signal_connect (fixture->delivery, "attempt-finished", G_CALLBACK (on_attempt), fixture);
}

/* data: more of the configuration. */
static void
set_up (Fixture *fixture, gconstpointer data)
{
  const char *none[TM_N_SYSTEM_FIELDS] = { NULL };
  g_autofree char *text = g_strconcat ("[settings]\nserver=https://example.org\n[delivery]\n"
                                       "interval=900\njitter=300\nbatch_max_records=8\n",
                                       data, NULL);

  keep_fixture_set_up (&fixture->keep, NULL);
  fixture->committer = tm_committer_new (&fixture->keep.options, fixture->keep.clock);
  fixture->courier = tm_courier_dummy_new ();
  fixture->config = make_config (&fixture->keep, text);
  fixture->system = tm_system_new (none, NULL);
  fixture->attempts = g_ptr_array_new_with_free_func (g_free);
  make_delivery (fixture);
}

static void
run_until_quiet (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  run_until_quiet ();
  g_assert_finalize_object (fixture->delivery);
  tm_committer_stop (fixture->committer);
  run_until_quiet ();
  g_assert_cmpuint (tm_clock_dummy_get_n_timers (fixture->keep.dummy), ==, 0);
  g_assert_finalize_object (fixture->courier);
  g_assert_finalize_object (fixture->committer);
  tm_config_unref (fixture->config);
  tm_system_unref (fixture->system);
  g_ptr_array_unref (fixture->attempts);
  keep_fixture_tear_down (&fixture->keep, data);
}

static void
on_submitted (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GPtrArray) drafts = tm_committer_submit_finish (TM_COMMITTER (object), result, NULL);

  g_assert_nonnull (drafts);
  *(gboolean *) user_data = TRUE;
}

/* Keeps n records and tells delivery of it. */
static void
keep_records (Fixture *fixture, guint n_records, guint severity)
{
  g_autoptr (GPtrArray) drafts = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_draft_free);
  gboolean done = FALSE;

  for (guint i = 0; i < n_records; i++)
    g_ptr_array_add (drafts, keep_draft_new (&fixture->keep, (KeepRecord){ .severity = severity }));
  tm_committer_submit_async (fixture->committer, g_steal_pointer (&drafts), NULL, on_submitted,
                             &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
  tm_delivery_notice (fixture->delivery, severity);
}

/* Until the commit thread has answered and delivery is at rest or waits for the courier. */
static void
settle_down (Fixture *fixture)
{
  while (tm_delivery_get_state (fixture->delivery) == TM_DELIVERY_SENDING &&
         !tm_courier_dummy_is_carrying (fixture->courier))
    g_main_context_iteration (NULL, TRUE);
  run_until_quiet ();
}

static void
advance (Fixture *fixture, gint64 usec)
{
  tm_clock_dummy_advance (fixture->keep.dummy, usec);
  settle_down (fixture);
}

/* How many records the parcel has; the first n_answered of them are answered for. */
static guint
read_parcel (Fixture *fixture, guint n_answered, TmOutcome how, TmTransferOutcome *outcome)
{
  g_autoptr (TmBatch) batch = tm_batch_decode (tm_courier_dummy_get_body (fixture->courier), NULL);

  g_assert_nonnull (batch);
  for (guint i = 0; i < MIN (n_answered, batch->records->len); i++)
    {
      const char *id = tm_record_get_text (batch->records->pdata[i], TM_FIELD_RECORD_ID);

      g_ptr_array_add (outcome->results, tm_result_new (id, how, NULL));
    }

  return batch->records->len;
}

static guint
accept (Fixture *fixture)
{
  TmTransferOutcome *outcome = tm_transfer_outcome_new (TM_TRANSFER_SETTLED, NULL);
  guint n_records = read_parcel (fixture, G_MAXUINT, TM_OUTCOME_ACCEPTED, outcome);

  tm_courier_dummy_finish (fixture->courier, outcome);
  run_until_quiet ();
  settle_down (fixture);
  return n_records;
}

static void
answer (Fixture *fixture, TmTransferResult result, guint64 retry_after_seconds)
{
  TmTransferOutcome *outcome = tm_transfer_outcome_new (result, "as the test wants");

  outcome->retry_after_seconds = retry_after_seconds;
  tm_courier_dummy_finish (fixture->courier, outcome);
  run_until_quiet ();
  settle_down (fixture);
}

static void
assert_state (Fixture *fixture, TmDeliveryState state)
{
  g_assert_cmpint (tm_delivery_get_state (fixture->delivery), ==, state);
}

/* When the only timer is due, from now. */
static gint64
get_wait (Fixture *fixture)
{
  g_assert_cmpuint (tm_clock_dummy_get_n_timers (fixture->keep.dummy), ==, 1);
  return tm_clock_dummy_get_next_due (fixture->keep.dummy) -
         tm_clock_get_boottime_usec (fixture->keep.clock);
}

static const char *
get_last_attempt (Fixture *fixture)
{
  g_assert_cmpuint (fixture->attempts->len, >, 0);
  return fixture->attempts->pdata[fixture->attempts->len - 1];
}

/* On, and the first look found nothing. */
static void
start (Fixture *fixture)
{
  tm_delivery_start (fixture->delivery);
  g_assert_cmpint (get_wait (fixture), ==, MINUTE / 2);
  advance (fixture, MINUTE / 2);
  assert_state (fixture, TM_DELIVERY_IDLE);
}

static void
test_off (Fixture *fixture, gconstpointer data)
{
  g_autofree char *attempt_id = NULL;
  g_autoptr (GError) error = NULL;

  keep_records (fixture, 1, TM_SEVERITY_CRITICAL);
  assert_state (fixture, TM_DELIVERY_OFF);
  g_assert_false (tm_delivery_upload_now (fixture->delivery, &attempt_id, &error));
  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_DISABLED);
  g_assert_cmpuint (tm_courier_dummy_get_n_deliveries (fixture->courier), ==, 0);
}

/* Without jitter the first look is when the longest time is over. */
static void
test_start_without_jitter (Fixture *fixture, gconstpointer data)
{
  tm_delivery_start (fixture->delivery);
  g_assert_cmpint (get_wait (fixture), ==, MINUTE);
}

/* No later than the next round would be. */
static void
test_start_of_short_interval (Fixture *fixture, gconstpointer data)
{
  tm_delivery_start (fixture->delivery);
  g_assert_cmpint (get_wait (fixture), ==, 59 * SECOND);
}

/* 15 minutes and up to 5 more after the first record; no timer before it and none after. */
static void
test_interval (Fixture *fixture, gconstpointer data)
{
  start (fixture);
  g_assert_cmpuint (tm_clock_dummy_get_n_timers (fixture->keep.dummy), ==, 0);

  keep_records (fixture, 2, TM_SEVERITY_LOW);
  assert_state (fixture, TM_DELIVERY_WAITING);
  g_assert_cmpint (get_wait (fixture), ==, 17 * MINUTE + 30 * SECOND);
  advance (fixture, 10 * MINUTE);
  keep_records (fixture, 1, TM_SEVERITY_MEDIUM); /* does not put it off */
  g_assert_cmpint (get_wait (fixture), ==, 7 * MINUTE + 30 * SECOND);
  advance (fixture, 7 * MINUTE + 30 * SECOND);

  g_assert_true (tm_courier_dummy_is_carrying (fixture->courier));
  g_assert_false (tm_courier_dummy_get_urgent (fixture->courier));
  g_assert_cmpuint (accept (fixture), ==, 3);
  assert_state (fixture, TM_DELIVERY_IDLE);
  g_assert_cmpuint (tm_clock_dummy_get_n_timers (fixture->keep.dummy), ==, 0);
  g_assert_cmpuint (fixture->n_records, ==, 3);
}

static void
test_urgent (Fixture *fixture, gconstpointer data)
{
  start (fixture);
  keep_records (fixture, 1, TM_SEVERITY_LOW);
  keep_records (fixture, 1, TM_SEVERITY_HIGH);
  settle_down (fixture);
  g_assert_cmpuint (accept (fixture), ==, 2);
  assert_state (fixture, TM_DELIVERY_IDLE);
}

/* What was kept while the last batch was on its way is not forgotten. */
static void
test_kept_meanwhile (Fixture *fixture, gconstpointer data)
{
  start (fixture);
  keep_records (fixture, 1, TM_SEVERITY_HIGH);
  settle_down (fixture);
  keep_records (fixture, 1, TM_SEVERITY_LOW);
  g_assert_cmpuint (accept (fixture), ==, 1);
  g_assert_cmpuint (accept (fixture), ==, 1);
  assert_state (fixture, TM_DELIVERY_IDLE);
}

/* U(0, 60 s * 2^n), the same bytes, and urgency does not matter. */
static void
test_backoff (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) body = NULL;
  gint64 expected_usec = MINUTE / 2;

  start (fixture);
  keep_records (fixture, 1, TM_SEVERITY_HIGH);
  settle_down (fixture);
  body = g_bytes_ref (tm_courier_dummy_get_body (fixture->courier));

  for (guint attempt = 1; attempt <= 12; attempt++)
    {
      g_assert_cmpuint (tm_courier_dummy_get_attempt (fixture->courier), ==, attempt);
      g_assert_true (g_bytes_equal (body, tm_courier_dummy_get_body (fixture->courier)));
      answer (fixture, TM_TRANSFER_RETRY, 0);
      g_assert_cmpint (get_wait (fixture), ==, expected_usec);
      keep_records (fixture, 1, TM_SEVERITY_CRITICAL);
      g_assert_false (tm_courier_dummy_is_carrying (fixture->courier));
      advance (fixture, expected_usec);
      expected_usec = MIN (expected_usec * 2, 180 * MINUTE);
    }

  g_assert_cmpuint (accept (fixture), ==, 1);
  g_assert_cmpuint (accept (fixture), ==, 8);
  g_assert_cmpuint (accept (fixture), ==, 4);
}

/* The next process goes on where this one was, with the same bytes and the same wait. */
static void
test_restart (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) body = NULL;

  start (fixture);
  keep_records (fixture, 3, TM_SEVERITY_HIGH);
  settle_down (fixture);
  body = g_bytes_ref (tm_courier_dummy_get_body (fixture->courier));
  answer (fixture, TM_TRANSFER_RETRY, 3600);
  g_assert_cmpint (get_wait (fixture), ==, 63 * MINUTE);

  g_assert_finalize_object (fixture->delivery);
  make_delivery (fixture);
  tm_delivery_start (fixture->delivery);
  advance (fixture, MINUTE / 2);
  assert_state (fixture, TM_DELIVERY_WAITING);
  g_assert_cmpint (get_wait (fixture), ==, 63 * MINUTE - MINUTE / 2);
  g_assert_true (tm_delivery_get_pace (fixture->delivery)->server_waits);
  advance (fixture, 63 * MINUTE);
  g_assert_true (g_bytes_equal (body, tm_courier_dummy_get_body (fixture->courier)));
  g_assert_cmpuint (tm_courier_dummy_get_attempt (fixture->courier), ==, 2);
  g_assert_cmpuint (accept (fixture), ==, 3);
}

/* Somebody who asks for it skips our own jitter, and never what the server asked for. */
static void
test_upload_now (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autoptr (GError) error = NULL;

  start (fixture);
  keep_records (fixture, 1, TM_SEVERITY_LOW);
  g_assert_true (tm_delivery_upload_now (fixture->delivery, &first, NULL));
  g_assert_false (tm_delivery_upload_now (fixture->delivery, &second, &error));
  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_BUSY);
  settle_down (fixture);
  answer (fixture, TM_TRANSFER_RETRY, 0);

  g_assert_true (tm_delivery_upload_now (fixture->delivery, &second, NULL));
  settle_down (fixture);
  answer (fixture, TM_TRANSFER_RETRY, 600);
  g_clear_pointer (&second, g_free);
  g_assert_true (tm_delivery_upload_now (fixture->delivery, &second, NULL));
  settle_down (fixture);
  g_assert_false (tm_courier_dummy_is_carrying (fixture->courier));
  g_assert_cmpint (get_wait (fixture), ==, 10 * MINUTE);
  advance (fixture, 10 * MINUTE);
  g_assert_cmpuint (accept (fixture), ==, 1);
}

static void
test_hold (Fixture *fixture, gconstpointer data)
{
  start (fixture);
  keep_records (fixture, 1, TM_SEVERITY_HIGH);
  settle_down (fixture);
  answer (fixture, TM_TRANSFER_HOLD, 0);
  g_assert_true (tm_delivery_get_pace (fixture->delivery)->held);
  g_assert_cmpint (get_wait (fixture), ==, (24 * 60 + 72) * MINUTE);
  advance (fixture, get_wait (fixture));
  g_assert_cmpuint (accept (fixture), ==, 1);
  g_assert_false (tm_delivery_get_pace (fixture->delivery)->held);
}

/* 8, 4, 2, 1, refused; the others follow one by one, and the next round tries two again. */
static void
test_split (Fixture *fixture, gconstpointer data)
{
  static const guint sizes[] = { 8, 4, 2, 1 };

  start (fixture);
  keep_records (fixture, 8, TM_SEVERITY_HIGH);
  settle_down (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (TmTransferOutcome) nowhere = tm_transfer_outcome_new (TM_TRANSFER_RETRY, NULL);

      g_assert_cmpuint (read_parcel (fixture, 0, TM_OUTCOME_ACCEPTED, nowhere), ==, sizes[i]);
      answer (fixture, TM_TRANSFER_SPLIT, 0);
    }
  for (guint i = 0; i < 7; i++)
    g_assert_cmpuint (accept (fixture), ==, 1);
  assert_state (fixture, TM_DELIVERY_IDLE);
  g_assert_cmpuint (fixture->n_records, ==, 8);
}

/* A 200 for none of our records is not asked for again without a pause. */
static void
test_empty_answer (Fixture *fixture, gconstpointer data)
{
  TmTransferOutcome *outcome = tm_transfer_outcome_new (TM_TRANSFER_SETTLED, NULL);

  start (fixture);
  keep_records (fixture, 1, TM_SEVERITY_HIGH);
  settle_down (fixture);
  g_ptr_array_add (outcome->results, tm_result_new ("another", TM_OUTCOME_ACCEPTED, NULL));
  tm_courier_dummy_finish (fixture->courier, outcome);
  run_until_quiet ();
  settle_down (fixture);
  assert_state (fixture, TM_DELIVERY_WAITING);
  g_assert_cmpstr (get_last_attempt (fixture), ==, "retry");
  g_assert_cmpint (get_wait (fixture), ==, MINUTE / 2);
}

/* Nothing is counted as an attempt while there is no network. */
static void
test_offline (Fixture *fixture, gconstpointer data)
{
  g_autofree char *attempt_id = NULL;
  g_autoptr (GError) error = NULL;

  start (fixture);
  keep_records (fixture, 1, TM_SEVERITY_HIGH);
  settle_down (fixture);
  answer (fixture, TM_TRANSFER_OFFLINE, 0);
  assert_state (fixture, TM_DELIVERY_OFFLINE);
  g_assert_true (tm_courier_dummy_is_waiting (fixture->courier));
  g_assert_cmpuint (tm_clock_dummy_get_n_timers (fixture->keep.dummy), ==, 0);
  g_assert_false (tm_delivery_upload_now (fixture->delivery, &attempt_id, &error));
  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_OFFLINE);

  tm_courier_dummy_go_online (fixture->courier);
  run_until_quiet ();
  settle_down (fixture);
  g_assert_cmpuint (tm_courier_dummy_get_attempt (fixture->courier), ==, 1);
  g_assert_cmpuint (accept (fixture), ==, 1);
}

/* On a metered network only what is urgent goes; the rest is tried again with the next round. */
static void
test_metered (Fixture *fixture, gconstpointer data)
{
  g_autofree char *attempt_id = NULL;

  start (fixture);
  keep_records (fixture, 2, TM_SEVERITY_LOW);
  keep_records (fixture, 3, TM_SEVERITY_HIGH);
  settle_down (fixture);
  g_assert_false (tm_courier_dummy_get_urgent (fixture->courier));
  answer (fixture, TM_TRANSFER_METERED, 0);
  g_assert_true (tm_courier_dummy_get_urgent (fixture->courier));
  g_assert_cmpuint (accept (fixture), ==, 3);
  assert_state (fixture, TM_DELIVERY_WAITING);
  g_assert_true (tm_delivery_get_pace (fixture->delivery)->urgent_only);
  g_assert_cmpstr (get_last_attempt (fixture), ==, "metered");

  keep_records (fixture, 1, TM_SEVERITY_CRITICAL);
  settle_down (fixture);
  g_assert_cmpuint (accept (fixture), ==, 1);
  g_assert_true (tm_delivery_upload_now (fixture->delivery, &attempt_id, NULL));
  settle_down (fixture);
  g_assert_cmpuint (accept (fixture), ==, 2);
  assert_state (fixture, TM_DELIVERY_IDLE);
}

static void
on_suspended (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GError **error = user_data;

  if (tm_delivery_suspend_finish (TM_DELIVERY (object), result, error))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_EXISTS, "it is off");
}

static GError *
suspend (Fixture *fixture)
{
  GError *end = NULL;

  tm_delivery_suspend_async (fixture->delivery, on_suspended, &end);
  while (end == NULL)
    g_main_context_iteration (NULL, TRUE);
  return end;
}

/* From every state: the courier is told, no timer is left, and it can be started again. */
static void
test_suspend (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GError) end = NULL;

      g_test_message ("state %u", i);
      start (fixture);
      if (i > 0)
        keep_records (fixture, 1, i > 1 ? TM_SEVERITY_HIGH : TM_SEVERITY_LOW);
      if (i > 2)
        settle_down (fixture);
      if (i > 3)
        answer (fixture, TM_TRANSFER_OFFLINE, 0);

      end = suspend (fixture);
      g_assert_error (end, G_IO_ERROR, G_IO_ERROR_EXISTS);
      assert_state (fixture, TM_DELIVERY_OFF);
      g_assert_cmpuint (tm_clock_dummy_get_n_timers (fixture->keep.dummy), ==, 0);
      g_assert_cmpuint (tm_courier_dummy_get_n_cancels (fixture->courier), ==, 2 * i + 1);
      g_assert_false (tm_courier_dummy_is_carrying (fixture->courier));

      tm_delivery_start (fixture->delivery);
      advance (fixture, MINUTE / 2);
      while (tm_courier_dummy_is_carrying (fixture->courier))
        accept (fixture);
      g_clear_error (&end);
      end = suspend (fixture);
      g_assert_error (end, G_IO_ERROR, G_IO_ERROR_EXISTS);
    }
}

/* Nobody answers: the caller hears of it, nothing more is begun, and the late end changes nothing.
 */
static void
test_suspend_fails (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) end = NULL;

  start (fixture);
  keep_records (fixture, 1, TM_SEVERITY_HIGH);
  settle_down (fixture);
  tm_courier_dummy_break (fixture->courier);
  end = suspend (fixture);
  g_assert_error (end, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  answer (fixture, TM_TRANSFER_RETRY, 0);
  assert_state (fixture, TM_DELIVERY_OFF);
  g_assert_cmpuint (tm_clock_dummy_get_n_timers (fixture->keep.dummy), ==, 0);
}

static void
test_delivery_disabled (Fixture *fixture, gconstpointer data)
{
  g_autofree char *attempt_id = NULL;

  tm_delivery_start (fixture->delivery);
  keep_records (fixture, 1, TM_SEVERITY_CRITICAL);
  assert_state (fixture, TM_DELIVERY_IDLE);
  g_assert_cmpuint (tm_clock_dummy_get_n_timers (fixture->keep.dummy), ==, 0);
  g_assert_true (tm_delivery_upload_now (fixture->delivery, &attempt_id, NULL));
  g_assert_cmpuint (fixture->attempts->len, ==, 0);
  tm_clock_dummy_advance (fixture->keep.dummy, 0);
  g_assert_cmpstr (get_last_attempt (fixture), ==, "unconfigured");
  g_assert_cmpuint (tm_courier_dummy_get_n_deliveries (fixture->courier), ==, 0);
}

int
main (int argc, char **argv)
{
#define ADD(path, config, test) g_test_add (path, Fixture, config, set_up, test, tear_down)
  g_test_init (&argc, &argv, NULL);
  ADD ("/delivery/off", "", test_off);
  ADD ("/delivery/start-without-jitter", "jitter=0\n", test_start_without_jitter);
  ADD ("/delivery/start-of-short-interval", "interval=59\njitter=0\n",
       test_start_of_short_interval);
  ADD ("/delivery/interval", "", test_interval);
  ADD ("/delivery/urgent", "", test_urgent);
  ADD ("/delivery/kept-meanwhile", "", test_kept_meanwhile);
  ADD ("/delivery/backoff", "", test_backoff);
  ADD ("/delivery/restart", "", test_restart);
  ADD ("/delivery/upload-now", "", test_upload_now);
  ADD ("/delivery/hold", "", test_hold);
  ADD ("/delivery/split", "", test_split);
  ADD ("/delivery/empty-answer", "", test_empty_answer);
  ADD ("/delivery/offline", "", test_offline);
  ADD ("/delivery/metered", "", test_metered);
  ADD ("/delivery/suspend", "", test_suspend);
  ADD ("/delivery/suspend-fails", "", test_suspend_fails);
  ADD ("/delivery/disabled", "[settings]\nrecord_server_delivery_enabled=false\n",
       test_delivery_disabled);
  return g_test_run ();
}
