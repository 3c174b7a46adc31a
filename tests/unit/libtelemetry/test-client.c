/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TelemetryClient's calls that return what became of the record: blocking and asynchronous. */
#include "private-bus.h"
#include "telemetry-client.h"

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_FORKS 500

/* A sanitizer's allocator has locks of its own, which a child of a thread at work inherits. */
#ifdef __SANITIZE_ADDRESS__
#define CAN_FORK_AT_WORK FALSE
#else
#define CAN_FORK_AT_WORK TRUE
#endif

static TelemetryClient *
impatient_client (void)
{
  return g_object_new (TELEMETRY_TYPE_CLIENT, "timeout", 2000, NULL);
}

static void
assert_fails (TelemetryClient *client, const char *classification, GQuark domain, int code)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id =
      telemetry_client_submit (client, classification, 1, "x", NULL, NULL, &error);

  g_assert_null (id);
  g_assert_error (error, domain, code);
}

/* A record arrives, and its id comes back; the second one goes over the same connection. */
static void
test_submit (PrivateBus *bus, gconstpointer data)
{
  g_autoptr (TelemetryClient) client = telemetry_client_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = 1; i <= 3; i++)
    {
      g_autofree char *id =
          telemetry_client_submit (client, "double/answer/now", 1, "hi", NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (atoi (id), ==, i);
    }
  g_assert_cmpuint (private_bus_count_threads (), ==, bus->n_threads);
}

/* Options pass, also as a floating reference, and other types than a{sv} are refused. */
static void
test_options (PrivateBus *bus, gconstpointer data)
{
  g_autoptr (TelemetryClient) client = telemetry_client_new ();
  g_autoptr (GError) error = NULL;
  GVariant *options = g_variant_new_parsed ("{'dedup-key': <'k'>}");
  g_autofree char *id =
      telemetry_client_submit (client, "double/answer/now", 1, "hi", options, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (id);
  g_assert_null (telemetry_client_submit (client, "double/answer/now", 1, "hi",
                                          g_variant_new_string ("no"), NULL, &error));
  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS);
}

/* The largest payload that fits into a message goes in one; one byte more goes as a sealed memfd,
 * whole; one byte more than 1 MiB goes nowhere. */
static void
test_large_payload (PrivateBus *bus, gconstpointer data)
{
  static const struct
  {
    gsize n_bytes;
    guint64 fd_bytes;
    gboolean accepted;
  } vectors[] = {
    { 32 * 1024, 0, TRUE },
    { 32 * 1024 + 1, 32 * 1024 + 1, TRUE },
    { 1024 * 1024, 1024 * 1024, TRUE },
    { 1024 * 1024 + 1, 0, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autoptr (TelemetryClient) client = telemetry_client_new ();
      g_autoptr (GError) error = NULL;
      g_autofree char *payload = g_strnfill (vectors[i].n_bytes, 'x');
      g_autofree char *id =
          telemetry_client_submit (client, "double/answer/now", 1, payload, NULL, NULL, &error);

      g_test_message ("vector %" G_GSIZE_FORMAT, i);
      if (vectors[i].accepted)
        g_assert_no_error (error);
      else
        g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_TOO_LARGE);
      PrivateBusReport report = private_bus_end_recorder (bus);
      g_assert_cmpuint (report.last_bytes, ==, vectors[i].fd_bytes);
      private_bus_start_recorder (bus);
    }
}

/* Bad fields are refused here, before anything is sent. */
static void
test_invalid (PrivateBus *bus, gconstpointer data)
{
  g_autoptr (TelemetryClient) client = telemetry_client_new ();
  g_autoptr (GError) error = NULL;

  assert_fails (client, "two/parts", TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS);
  assert_fails (client, "with space/a/b", TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS);
  g_assert_null (telemetry_client_submit (client, "a/b/c", 5, "x", NULL, NULL, &error));
  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS);
  g_clear_error (&error);
  g_assert_null (telemetry_client_submit (client, "a/b/c", 1, "\xff", NULL, NULL, &error));
  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS);
  g_assert_cmpuint (private_bus_end_recorder (bus).n_calls, ==, 0);
}

/* What the service answers comes back as an error of ours, with its text. */
static void
test_refused (PrivateBus *bus, gconstpointer data)
{
  g_autoptr (TelemetryClient) client = telemetry_client_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (
      telemetry_client_submit (client, "double/refuse/RateLimited", 1, "x", NULL, NULL, &error));
  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_RATE_LIMITED);
  g_assert_true (g_str_has_suffix (error->message, "retry-after=7"));
  assert_fails (client, "double/refuse/Storage", TELEMETRY_ERROR, TELEMETRY_ERROR_STORAGE);
}

/* While telemetry is off nothing is asked of anybody: no socket, no thread, no call. */
static void
test_off (PrivateBus *bus, gconstpointer data)
{
  g_autoptr (TelemetryClient) client = telemetry_client_new ();
  guint n_sockets = private_bus_count_sockets ();

  private_bus_set_active (bus, FALSE);
  g_assert_false (telemetry_client_is_active (client));
  assert_fails (client, "double/answer/now", TELEMETRY_ERROR, TELEMETRY_ERROR_DISABLED);
  g_assert_false (telemetry_client_record (client, "double/answer/now", 1, "x", NULL));
  g_assert_true (telemetry_client_flush (client, 0, NULL));
  g_assert_cmpuint (telemetry_client_get_count (client, TELEMETRY_COUNTER_OFF), ==, 1);
  g_assert_cmpuint (private_bus_count_sockets (), ==, n_sockets);
  g_assert_cmpuint (private_bus_count_threads (), ==, bus->n_threads);
  g_assert_cmpuint (private_bus_end_recorder (bus).n_calls, ==, 0);

  /* The switch is looked at each time. */
  private_bus_set_active (bus, TRUE);
  g_assert_true (telemetry_client_is_active (client));
}

/* Nobody owns the name: telemetry is not installed, which is no fault of the program. */
static void
test_absent (PrivateBus *bus, gconstpointer data)
{
  g_autoptr (TelemetryClient) client = telemetry_client_new ();

  assert_fails (client, "double/answer/now", TELEMETRY_ERROR, TELEMETRY_ERROR_DISABLED);
  g_assert_true (telemetry_client_record (client, "double/answer/now", 1, "x", NULL));
  g_assert_true (telemetry_client_flush (client, PATIENCE_MSEC, NULL));
  g_assert_cmpuint (telemetry_client_get_count (client, TELEMETRY_COUNTER_OFF), ==, 1);
}

/* There is no bus. */
static void
test_no_bus (PrivateBus *bus, gconstpointer data)
{
  g_autoptr (TelemetryClient) client = telemetry_client_new ();

  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/bus", TRUE);
  assert_fails (client, "double/answer/now", G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_true (telemetry_client_record (client, "double/answer/now", 1, "x", NULL));
  g_assert_true (telemetry_client_flush (client, PATIENCE_MSEC, NULL));
  g_assert_cmpuint (telemetry_client_get_count (client, TELEMETRY_COUNTER_LOST), ==, 1);
}

/* A service that does not answer costs the timeout and no more; the next call is not confused by an
 * answer that comes late, right before its own. */
static void
test_timeout (PrivateBus *bus, gconstpointer data)
{
  g_autoptr (TelemetryClient) client = impatient_client ();
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();

  assert_fails (client, "double/gather/2", G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 20 * G_TIME_SPAN_SECOND);
  g_autofree char *id =
      telemetry_client_submit (client, "double/answer/now", 1, "x", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (id, ==, "2");
}

/* The service dies in the middle of a call, then comes back: an error, then everything is well. */
static void
test_service_dies (PrivateBus *bus, gconstpointer data)
{
  g_autoptr (TelemetryClient) client = telemetry_client_new ();
  g_autoptr (GError) error = NULL;

  assert_fails (client, "double/die/x", G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY);
  private_bus_end_recorder (bus);
  private_bus_start_recorder (bus);
  g_autofree char *id =
      telemetry_client_submit (client, "double/answer/now", 1, "x", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (id, ==, "1");
}

/* The bus goes while a connection is idle: no signal ends the program, and the next call goes to
 * the new one. */
static void
test_bus_restarts (PrivateBus *bus, gconstpointer data)
{
  g_autoptr (TelemetryClient) client = telemetry_client_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *first =
      telemetry_client_submit (client, "double/answer/now", 1, "x", NULL, NULL, &error);
  g_assert_no_error (error);

  private_bus_end_recorder (bus);
  g_test_dbus_stop (bus->bus);
  /* Until it has really gone, it says that nobody owns the name. */
  do
    {
      g_clear_error (&error);
      g_assert_null (
          telemetry_client_submit (client, "double/answer/now", 1, "x", NULL, NULL, &error));
    }
  while (error->domain == TELEMETRY_ERROR);
  g_assert_true (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
                 g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED) ||
                 g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED));
  g_clear_error (&error);
  g_clear_object (&bus->bus);
  bus->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (bus->bus);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", g_test_dbus_get_bus_address (bus->bus), TRUE);
  private_bus_start_recorder (bus);

  g_autofree char *second =
      telemetry_client_submit (client, "double/answer/now", 1, "x", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (second, ==, "1");
}

static gpointer
cancel_soon (gpointer cancellable)
{
  g_usleep (50 * 1000);
  g_cancellable_cancel (cancellable);
  return NULL;
}

/* A blocking call can be cancelled from another thread. */
static void
test_cancel_blocking (PrivateBus *bus, gconstpointer data)
{
  g_autoptr (TelemetryClient) client = telemetry_client_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);

  g_assert_null (
      telemetry_client_submit (client, "double/never/x", 1, "x", NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
}

/* A batch: each record its own result; more than a variant of the right type is not taken. */
static void
test_batch (PrivateBus *bus, gconstpointer data)
{
  g_autoptr (TelemetryClient) client = telemetry_client_new ();
  g_autoptr (GError) error = NULL;
  GVariant *records = g_variant_new_parsed (
      "[('double/answer/now', uint32 1, 'a', @a{sv} {}), ('double/refuse/Locked', 1, 'b', {})]");
  g_autoptr (GVariant) results =
      telemetry_client_submit_batch (client, records, NULL, NULL, &error);

  g_assert_no_error (error);
  g_autofree char *text = g_variant_print (results, FALSE);
  g_assert_cmpstr (text, ==, "[('1', ''), ('', 'org.telemetrics.Telemetry1.Error.Locked')]");
  g_assert_null (
      telemetry_client_submit_batch (client, g_variant_new_parsed ("['no']"), NULL, NULL, &error));
  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS);
}

/* A child made by fork() reports on a connection of its own, and the parent goes on with its. */
static void
test_fork (PrivateBus *bus, gconstpointer data)
{
  g_autoptr (TelemetryClient) client = telemetry_client_new ();
  g_autoptr (GError) error = NULL;
  int status;

  g_assert_true (telemetry_client_record (client, "double/slow/500", 1, "x", NULL));
  g_usleep (100 * 1000); /* the library's own thread waits for the answer */
  pid_t pid = fork ();
  if (pid == 0)
    {
      g_autofree char *id =
          telemetry_client_submit (client, "double/answer/now", 1, "x", NULL, NULL, NULL);
      telemetry_client_record (client, "double/answer/now", 1, "x", NULL);
      gboolean flushed = telemetry_client_flush (client, PATIENCE_MSEC, NULL);
      _exit (id != NULL && flushed ? 0 : 1);
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_cmpint (status, ==, 0);

  g_assert_true (telemetry_client_flush (client, PATIENCE_MSEC, &error));
  g_assert_cmpuint (telemetry_client_get_count (client, TELEMETRY_COUNTER_ACCEPTED), ==, 1);
  g_assert_cmpuint (private_bus_end_recorder (bus).n_records, ==, 3);
}

/* Whatever the library's own thread is at in the moment of the fork, it leaves nothing locked in
 * the child that the child needs. */
static void
test_fork_at_work (PrivateBus *bus, gconstpointer data)
{
  for (guint i = 0; i < N_FORKS; i++)
    {
      g_autoptr (TelemetryClient) client = telemetry_client_new ();
      int status;

      telemetry_client_record (client, "double/answer/now", 1, "x", NULL);
      for (gint64 until = g_get_monotonic_time () + i % 200; g_get_monotonic_time () < until;)
        continue;
      pid_t pid = fork ();
      if (pid == 0)
        {
          alarm (PATIENCE_MSEC / 1000);
          telemetry_client_record (client, "double/answer/now", 1, "x", NULL);
          _exit (telemetry_client_flush (client, PATIENCE_MSEC, NULL) ? 0 : 1);
        }
      g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
      g_assert_cmpint (status, ==, 0);
    }
}

/* Takes all descriptors but so many. (transfer full) (element-type int) */
static GArray *
take_descriptors (guint n_left)
{
  GArray *taken = g_array_new (FALSE, FALSE, sizeof (int));

  for (int fd; (fd = open ("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;)
    g_array_append_val (taken, fd);
  for (; n_left > 0; n_left--, g_array_set_size (taken, taken->len - 1))
    close (g_array_index (taken, int, taken->len - 1));
  return taken;
}

/* A program that has used up its descriptors, or nearly, gets an error or an id; it is not ended,
 * as GLib does with whoever asks it for a wake-up then. */
static void
test_no_descriptors (PrivateBus *bus, gconstpointer data)
{
  struct rlimit before;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  for (guint n_left = 0; n_left < 4; n_left++)
    {
      g_autoptr (TelemetryClient) client = telemetry_client_new ();
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError) error = NULL;
      const struct rlimit few = { .rlim_cur = 64, .rlim_max = before.rlim_max };

      g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &few), ==, 0);
      g_autoptr (GArray) taken = take_descriptors (n_left);
      g_autofree char *id =
          telemetry_client_submit (client, "double/answer/now", 1, "x", NULL, cancellable, &error);
      for (guint i = 0; i < taken->len; i++)
        close (g_array_index (taken, int, i));
      g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);

      g_test_message ("%u left: %s", n_left, error != NULL ? error->message : id);
      if (n_left < 2)
        g_assert_null (id);
      if (n_left == 3)
        g_assert_no_error (error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define TEST(name, set_up, function)                                                               \
  g_test_add ("/client/" name, PrivateBus, NULL, set_up, function, private_bus_tear_down)
  TEST ("submit", private_bus_set_up, test_submit);
  TEST ("options", private_bus_set_up, test_options);
  TEST ("large-payload", private_bus_set_up, test_large_payload);
  TEST ("invalid", private_bus_set_up, test_invalid);
  TEST ("refused", private_bus_set_up, test_refused);
  TEST ("off", private_bus_set_up, test_off);
  TEST ("absent", private_bus_set_up_empty, test_absent);
  TEST ("no-bus", private_bus_set_up_empty, test_no_bus);
  TEST ("timeout", private_bus_set_up, test_timeout);
  TEST ("service-dies", private_bus_set_up, test_service_dies);
  TEST ("bus-restarts", private_bus_set_up, test_bus_restarts);
  TEST ("cancel-blocking", private_bus_set_up, test_cancel_blocking);
  TEST ("batch", private_bus_set_up, test_batch);
  TEST ("fork", private_bus_set_up, test_fork);
  if (CAN_FORK_AT_WORK)
    TEST ("fork-at-work", private_bus_set_up, test_fork_at_work);
  TEST ("no-descriptors", private_bus_set_up, test_no_descriptors);
#undef TEST

  return g_test_run ();
}
