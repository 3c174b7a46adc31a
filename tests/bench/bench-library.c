/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libtelemetry costs a program, against the service that the bus starts.
 *
 *   bench-library throughput N          N records of 1 KiB, fire and forget, until all are durable
 *   bench-library latency N ECHO FILE   N blocking submits, each next to its floor
 *   bench-library echo                  the other end of the floor: prints its name on the bus
 *
 * The floor of a blocking submit is what nobody can do without: one round trip over the same bus
 * with the same message, to a service that does nothing, and one fdatasync() of 1 KiB that is
 * appended to FILE. Floor and submit take turns, so that both see the same machine.
 *
 * The result is one JSON object on standard output; times are microseconds.
 */
#include <fcntl.h>
#include <libtelemetry/telemetry-client.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAYLOAD_BYTES 1024
#define ECHO_PATH "/org/telemetrics/bench/echo"
#define ECHO_INTERFACE "org.telemetrics.bench.Echo"
#define CLASSIFICATION "org.example/bench/record"

static const char echo_xml[] =
    "<node><interface name='" ECHO_INTERFACE "'><method name='Submit'>"
    "<arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='s' direction='in'/>"
    "<arg type='a{sv}' direction='in'/><arg type='s' direction='out'/></method></interface></node>";

static void
on_echo (GDBusConnection *bus,
         const char *sender,
         const char *path,
         const char *interface,
         const char *method,
         GVariant *parameters,
         GDBusMethodInvocation *invocation,
         gpointer user_data)
{
  g_dbus_method_invocation_return_value (
      invocation, g_variant_new ("(s)", "01900000-0000-7000-8000-000000000000"));
}

static void
run_echo (GDBusConnection *bus)
{
  const GDBusInterfaceVTable vtable = { .method_call = on_echo };
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (echo_xml, NULL);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  g_dbus_connection_register_object (bus, ECHO_PATH, node->interfaces[0], &vtable, NULL, NULL,
                                     NULL);
  g_print ("%s\n", g_dbus_connection_get_unique_name (bus));
  g_main_loop_run (loop);
}

static void
fail (const char *what, const GError *error)
{
  g_printerr ("bench-library: %s: %s\n", what, error != NULL ? error->message : "");
  exit (1);
}

static gint64
measure_round_trip (GDBusConnection *bus, const char *echo, const char *payload)
{
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      bus, echo, ECHO_PATH, ECHO_INTERFACE, "Submit",
      g_variant_new ("(susa{sv})", CLASSIFICATION, 1, payload, NULL), G_VARIANT_TYPE ("(s)"),
      G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

  if (reply == NULL)
    fail ("echo", error);
  return g_get_monotonic_time () - begin;
}

static gint64
measure_sync (int fd, const char *payload)
{
  gint64 begin = g_get_monotonic_time ();

  if (write (fd, payload, PAYLOAD_BYTES) != PAYLOAD_BYTES || fdatasync (fd) != 0)
    fail ("fdatasync", NULL);
  return g_get_monotonic_time () - begin;
}

static gint64
measure_submit (TelemetryClient *client, const char *payload)
{
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();
  g_autofree char *id =
      telemetry_client_submit (client, CLASSIFICATION, 1, payload, NULL, NULL, &error);

  if (id == NULL)
    fail ("submit", error);
  return g_get_monotonic_time () - begin;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *) a, right = *(const gint64 *) b;

  return (left > right) - (left < right);
}

static gint64
percentile (GArray *times, guint percent)
{
  g_array_sort (times, compare);
  return g_array_index (times, gint64, (times->len - 1) * percent / 100);
}

static void
run_latency (GDBusConnection *bus, guint n, const char *echo, const char *path, const char *payload)
{
  g_autoptr (TelemetryClient) client = telemetry_client_new ();
  g_autoptr (GArray) trips = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GArray) syncs = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GArray) floors = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GArray) submits = g_array_new (FALSE, FALSE, sizeof (gint64));
  int fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0)
    fail (path, NULL);

  for (guint i = 0; i < n; i++)
    {
      gint64 trip = measure_round_trip (bus, echo, payload);
      gint64 sync = measure_sync (fd, payload);
      gint64 floor = trip + sync;
      gint64 submit = measure_submit (client, payload);
      g_array_append_val (trips, trip);
      g_array_append_val (syncs, sync);
      g_array_append_val (floors, floor);
      g_array_append_val (submits, submit);
    }
  close (fd);

  gint64 floor_us = percentile (floors, 50), submit_us = percentile (submits, 50);
  g_print ("{\"bench\": \"library-latency\", \"submits\": %u, \"round_trip_us\": %" G_GINT64_FORMAT
           ", \"fdatasync_us\": %" G_GINT64_FORMAT ", \"floor_us\": %" G_GINT64_FORMAT
           ", \"submit_us\": %" G_GINT64_FORMAT ", \"submit_p99_us\": %" G_GINT64_FORMAT
           ", \"floor_p99_us\": %" G_GINT64_FORMAT ", \"ratio\": %.2f}\n",
           n, percentile (trips, 50), percentile (syncs, 50), floor_us, submit_us,
           percentile (submits, 99), percentile (floors, 99), (double) submit_us / floor_us);
}

static void
run_throughput (guint n, const char *payload)
{
  g_autoptr (TelemetryClient) client = telemetry_client_new ();
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();
  guint n_full = 0;

  for (guint i = 0; i < n; i++)
    while (!telemetry_client_record (client, CLASSIFICATION, 1, payload, NULL))
      {
        /* The queue is full: a program would drop the record, the benchmark waits a little. */
        n_full++;
        g_usleep (2000);
      }
  if (!telemetry_client_flush (client, 120 * 1000, &error))
    fail ("flush", error);

  double seconds = (g_get_monotonic_time () - begin) / 1e6;
  guint64 accepted = telemetry_client_get_count (client, TELEMETRY_COUNTER_ACCEPTED);
  g_print ("{\"bench\": \"library-throughput\", \"records\": %u, \"accepted\": %" G_GUINT64_FORMAT
           ", \"seconds\": %.3f, \"per_second\": %.0f, \"waits\": %u}\n",
           n, accepted, seconds, accepted / seconds, n_full);
}

int
main (int argc, char **argv)
{
  g_autofree char *payload = g_strnfill (PAYLOAD_BYTES, 'x');
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = NULL;

  if (argc == 3 && g_str_equal (argv[1], "throughput"))
    {
      run_throughput (atoi (argv[2]), payload);
      return 0;
    }

  bus = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, &error);
  if (bus == NULL)
    fail ("bus", error);
  if (argc == 2 && g_str_equal (argv[1], "echo"))
    run_echo (bus);
  else if (argc == 5 && g_str_equal (argv[1], "latency"))
    run_latency (bus, atoi (argv[2]), argv[3], argv[4], payload);
  else
    return 2;
  return 0;
}
