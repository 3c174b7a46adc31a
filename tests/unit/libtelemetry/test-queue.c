/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TelemetryClient's queue: fire and forget, asynchronous calls, bounds, the life of the thread. */
#include "private-bus.h"
#include "telemetry-client.h"

static void
record_many (TelemetryClient *client, const char *classification, guint n)
{
  for (guint i = 0; i < n; i++)
    g_assert_true (telemetry_client_record (client, classification, 1, "x", NULL));
}

static guint64
count_of (TelemetryClient *client, TelemetryCounter counter)
{
  return telemetry_client_get_count (client, counter);
}

/* Many records travel in few calls of at most 100; all of them are answered and counted; afterwards
 * there is no thread. */
static void
test_coalesce (PrivateBus *bus, gconstpointer data)
{
  g_autoptr (TelemetryClient) client = telemetry_client_new ();
  g_autoptr (GError) error = NULL;

  record_many (client, "double/answer/now", 4000);
  telemetry_client_flush (client, PATIENCE_MSEC, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_of (client, TELEMETRY_COUNTER_ACCEPTED), ==, 4000);
  g_assert_cmpuint (private_bus_count_threads (), ==, bus->n_threads);

  PrivateBusReport report = private_bus_end_recorder (bus);
  g_assert_cmpuint (report.n_records, ==, 4000);
  g_assert_cmpuint (report.max_batch, ==, 100);
  g_assert_cmpuint (report.n_calls, <=, 400);
}

/* However slow the service, at most 64 calls wait for it at once; and so many do. */
static void
test_in_flight (PrivateBus *bus, gconstpointer data)
{
  g_autoptr (TelemetryClient) client =
      g_object_new (TELEMETRY_TYPE_CLIENT, "max-queued-records", 20000, NULL);
  g_autoptr (GError) error = NULL;

  record_many (client, "double/gather/64", 10000);
  telemetry_client_flush (client, PATIENCE_MSEC, &error);
  g_assert_no_error (error);
  PrivateBusReport report = private_bus_end_recorder (bus);
  g_assert_cmpuint (report.max_waiting, ==, 64);
  g_assert_cmpuint (report.n_records, ==, 10000);
}

/* A full queue refuses the newest and counts it; each bound on both of its sides. */
static void
test_full (PrivateBus *bus, gconstpointer data)
{
  g_autoptr (TelemetryClient) few =
      g_object_new (TELEMETRY_TYPE_CLIENT, "max-queued-records", 3, "timeout", 1000, NULL);
  g_autoptr (TelemetryClient) small = g_object_new (
      TELEMETRY_TYPE_CLIENT, "max-queued-bytes", G_GUINT64_CONSTANT (1000), "timeout", 1000, NULL);
  g_autofree char *fits = g_strnfill (500, 'x');
  g_autofree char *big = g_strnfill (1000, 'x');
  g_autoptr (GError) error = NULL;

  /* Whether the sender has taken the first ones already is a matter of luck: fill until it is full.
   */
  guint n_taken = 0;
  while (telemetry_client_record (few, "double/never/x", 1, "x", NULL))
    n_taken++;
  g_assert_cmpuint (n_taken, >=, 3);
  g_assert_cmpuint (n_taken, <=, 6);
  g_assert_cmpuint (count_of (few, TELEMETRY_COUNTER_FULL), ==, 1);

  g_assert_false (telemetry_client_record (small, "double/never/x", 1, big, NULL));
  g_assert_true (telemetry_client_record (small, "double/never/x", 1, fits, NULL));
  g_assert_cmpuint (count_of (small, TELEMETRY_COUNTER_FULL), ==, 1);

  /* Nobody answered: each one is lost, and counted so, once. */
  g_assert_false (telemetry_client_flush (few, 0, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_true (telemetry_client_flush (few, PATIENCE_MSEC, NULL));
  g_assert_cmpuint (count_of (few, TELEMETRY_COUNTER_LOST), ==, n_taken);
  g_assert_cmpuint (count_of (few, TELEMETRY_COUNTER_ACCEPTED), ==, 0);
}

/* Every end has its counter. */
static void
test_counters (PrivateBus *bus, gconstpointer data)
{
  static const struct
  {
    const char *classification;
    TelemetryCounter counter;
  } vectors[] = {
    { "double/answer/now", TELEMETRY_COUNTER_ACCEPTED },
    { "double/refuse/Disabled", TELEMETRY_COUNTER_OFF },
    { "double/refuse/Locked", TELEMETRY_COUNTER_OFF },
    { "double/refuse/InvalidFields", TELEMETRY_COUNTER_INVALID },
    { "bad", TELEMETRY_COUNTER_INVALID },
    { "double/refuse/RateLimited", TELEMETRY_COUNTER_LIMITED },
    { "double/refuse/QuotaExceeded", TELEMETRY_COUNTER_LIMITED },
    { "double/refuse/Storage", TELEMETRY_COUNTER_LOST },
    { "double/refuse/Unheard", TELEMETRY_COUNTER_LOST },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autoptr (TelemetryClient) client = telemetry_client_new ();
      g_test_message ("vector %" G_GSIZE_FORMAT, i);
      telemetry_client_record (client, vectors[i].classification, 1, "x", NULL);
      g_assert_true (telemetry_client_flush (client, PATIENCE_MSEC, NULL));
      for (TelemetryCounter j = 0; j <= TELEMETRY_COUNTER_LOST; j++)
        g_assert_cmpuint (count_of (client, j), ==, j == vectors[i].counter ? 1 : 0);
    }
}

/* One bad record in a call of many costs only itself. */
static void
test_neighbours (PrivateBus *bus, gconstpointer data)
{
  g_autoptr (TelemetryClient) client = telemetry_client_new ();

  record_many (client, "double/slow/50", 1); /* so that the others wait and go together */
  record_many (client, "double/answer/now", 30);
  record_many (client, "double/refuse/Locked", 1);
  record_many (client, "double/answer/now", 30);
  g_assert_true (telemetry_client_flush (client, PATIENCE_MSEC, NULL));
  g_assert_cmpuint (count_of (client, TELEMETRY_COUNTER_ACCEPTED), ==, 61);
  g_assert_cmpuint (count_of (client, TELEMETRY_COUNTER_OFF), ==, 1);
}

/* The service dies under a full load: nothing hangs, and each record is counted once. */
static void
test_service_dies (PrivateBus *bus, gconstpointer data)
{
  g_autoptr (TelemetryClient) client = telemetry_client_new ();

  record_many (client, "double/answer/now", 500);
  record_many (client, "double/die/x", 1);
  record_many (client, "double/answer/now", 500);
  g_assert_true (telemetry_client_flush (client, PATIENCE_MSEC, NULL));
  g_assert_cmpuint (count_of (client, TELEMETRY_COUNTER_ACCEPTED) +
                        count_of (client, TELEMETRY_COUNTER_OFF) +
                        count_of (client, TELEMETRY_COUNTER_LOST),
                    ==, 1001);
  g_assert_cmpuint (count_of (client, TELEMETRY_COUNTER_LOST), >=, 1);
}

/* A program that lets go of its client has sent what it recorded; large ones too. */
static void
test_last_reference (PrivateBus *bus, gconstpointer data)
{
  TelemetryClient *client = telemetry_client_new ();
  g_autofree char *large = g_strnfill (100 * 1000, 'x');

  record_many (client, "double/answer/now", 150);
  g_assert_true (telemetry_client_record (client, "double/answer/now", 1, large, NULL));
  g_object_unref (client);
  g_assert_cmpuint (private_bus_count_threads (), ==, bus->n_threads);
  PrivateBusReport report = private_bus_end_recorder (bus);
  g_assert_cmpuint (report.n_records, ==, 151);
  g_assert_cmpuint (report.last_bytes, ==, 100 * 1000);
}

/* But it does not wait for ever for a service that is silent: 2 seconds, whatever the timeout. */
static void
test_last_reference_silent (PrivateBus *bus, gconstpointer data)
{
  TelemetryClient *client = g_object_new (TELEMETRY_TYPE_CLIENT, "timeout", 60000, NULL);
  gint64 begin = g_get_monotonic_time ();

  record_many (client, "double/never/x", 150);
  g_object_unref (client);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 30 * G_TIME_SPAN_SECOND);
  g_assert_cmpuint (private_bus_count_threads (), ==, bus->n_threads);
}

static gpointer
record_from_thread (gpointer client)
{
  record_many (client, "double/answer/now", 500);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *id =
          telemetry_client_submit (client, "double/answer/now", 1, "x", NULL, NULL, NULL);
      g_assert_nonnull (id);
      telemetry_client_flush (client, PATIENCE_MSEC, NULL);
    }
  return NULL;
}

/* Many threads, one client. */
static void
test_threads (PrivateBus *bus, gconstpointer data)
{
  g_autoptr (TelemetryClient) client = telemetry_client_new ();
  GThread *threads[6];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("record", record_from_thread, client);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_true (telemetry_client_flush (client, PATIENCE_MSEC, NULL));
  g_assert_cmpuint (count_of (client, TELEMETRY_COUNTER_ACCEPTED), ==, 6 * 500);
  g_assert_cmpuint (private_bus_end_recorder (bus).n_records, ==, 6 * 520);
}

typedef struct
{
  GMainLoop *loop;
  guint n_left;
  guint n_ids;
  GError *error; /* the last one */
  GThread *thread;
} Waiter;

static void
on_submitted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Waiter *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = telemetry_client_submit_finish (TELEMETRY_CLIENT (source), result, &error);

  g_assert_true (self->thread == g_thread_self ());
  if (id != NULL)
    self->n_ids++;
  else
    {
      g_clear_error (&self->error);
      self->error = g_steal_pointer (&error);
    }
  if (--self->n_left == 0)
    g_main_loop_quit (self->loop);
}

static void
waiter_run (Waiter *self)
{
  self->loop = g_main_loop_new (NULL, FALSE);
  self->thread = g_thread_self ();
  g_main_loop_run (self->loop);
  g_main_loop_unref (self->loop);
}

/* Asynchronous calls answer in the caller's thread, each with its id, and share calls too. */
static void
test_async (PrivateBus *bus, gconstpointer data)
{
  TelemetryClient *client = telemetry_client_new ();
  Waiter waiter = { .n_left = 300 };

  for (guint i = 0; i < 300; i++)
    telemetry_client_submit_async (client, "double/answer/now", 1, "x", NULL, NULL, on_submitted,
                                   &waiter);
  /* The calls hold the client until they are answered; the last reference may go in any thread. */
  g_object_unref (client);
  waiter_run (&waiter);
  g_assert_no_error (waiter.error);
  g_assert_cmpuint (waiter.n_ids, ==, 300);
  g_assert_cmpuint (private_bus_end_recorder (bus).n_calls, <, 300);
}

/* An asynchronous call that fails says why, each in its own way. */
static void
test_async_fails (PrivateBus *bus, gconstpointer data)
{
  g_autoptr (TelemetryClient) client =
      g_object_new (TELEMETRY_TYPE_CLIENT, "max-queued-records", 1, NULL);
  Waiter refused = { .n_left = 1 }, full = { .n_left = 5 };

  telemetry_client_submit_async (client, "double/refuse/Locked", 1, "x", NULL, NULL, on_submitted,
                                 &refused);
  waiter_run (&refused);
  g_assert_error (refused.error, TELEMETRY_ERROR, TELEMETRY_ERROR_LOCKED);
  g_clear_error (&refused.error);

  for (guint i = 0; i < 5; i++)
    telemetry_client_submit_async (client, "double/slow/50", 1, "x", NULL, NULL, on_submitted,
                                   &full);
  waiter_run (&full);
  g_assert_error (full.error, TELEMETRY_ERROR, TELEMETRY_ERROR_BUSY);
  g_clear_error (&full.error);
  g_assert_cmpuint (full.n_ids, >=, 1);
}

static gboolean
cancel (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

/* Cancelling answers at once, although the service never does. */
static void
test_async_cancel (PrivateBus *bus, gconstpointer data)
{
  g_autoptr (TelemetryClient) client = g_object_new (TELEMETRY_TYPE_CLIENT, "timeout", 500, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Waiter waiter = { .n_left = 1 };

  telemetry_client_submit_async (client, "double/never/x", 1, "x", NULL, cancellable, on_submitted,
                                 &waiter);
  g_timeout_add (20, cancel, cancellable);
  waiter_run (&waiter);
  g_assert_error (waiter.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&waiter.error);
  g_assert_true (telemetry_client_flush (client, PATIENCE_MSEC, NULL));
}

static void
on_batch_submitted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Waiter *self = user_data;
  g_autoptr (GVariant) results =
      telemetry_client_submit_batch_finish (TELEMETRY_CLIENT (source), result, &self->error);

  self->n_ids = results == NULL ? 0 : g_variant_n_children (results);
  g_main_loop_quit (self->loop);
}

/* A batch of the caller's own goes as one call, however many records wait around it. */
static void
test_async_batch (PrivateBus *bus, gconstpointer data)
{
  g_autoptr (TelemetryClient) client = telemetry_client_new ();
  Waiter waiter = { .n_left = 1 };
  GVariantBuilder records;

  g_variant_builder_init (&records, G_VARIANT_TYPE ("a(susa{sv})"));
  for (guint i = 0; i < 250; i++)
    g_variant_builder_add (&records, "(susa{sv})", "double/answer/now", 1, "x", NULL);
  record_many (client, "double/answer/now", 10);
  telemetry_client_submit_batch_async (client, g_variant_builder_end (&records), NULL, NULL,
                                       on_batch_submitted, &waiter);
  record_many (client, "double/answer/now", 10);
  waiter_run (&waiter);
  g_assert_no_error (waiter.error);
  g_assert_cmpuint (waiter.n_ids, ==, 250);
  g_assert_true (telemetry_client_flush (client, PATIENCE_MSEC, NULL));
  g_assert_cmpuint (count_of (client, TELEMETRY_COUNTER_ACCEPTED), ==, 270);
  g_assert_cmpuint (private_bus_end_recorder (bus).max_batch, ==, 250);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define TEST(name, function)                                                                       \
  g_test_add ("/queue/" name, PrivateBus, NULL, private_bus_set_up, function, private_bus_tear_down)
  TEST ("coalesce", test_coalesce);
  TEST ("in-flight", test_in_flight);
  TEST ("full", test_full);
  TEST ("counters", test_counters);
  TEST ("neighbours", test_neighbours);
  TEST ("service-dies", test_service_dies);
  TEST ("last-reference", test_last_reference);
  TEST ("last-reference-silent", test_last_reference_silent);
  TEST ("threads", test_threads);
  TEST ("async", test_async);
  TEST ("async-fails", test_async_fails);
  TEST ("async-cancel", test_async_cancel);
  TEST ("async-batch", test_async_batch);
#undef TEST

  return g_test_run ();
}
