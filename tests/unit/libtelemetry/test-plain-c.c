/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* telemetry.h: the calls of Clear Linux's library, with its return values. */
#include "private-bus.h"
#include "telemetry.h"

#include <errno.h>
#include <stdio.h>

/* A record is made, filled, sent, sent again, freed. */
static void
test_send (PrivateBus *bus, gconstpointer data)
{
  struct telem_ref *ref = NULL;
  char classification[] = "double/answer/now"; /* the original's prototype has no const */

  g_assert_cmpint (tm_create_record (&ref, 1, classification, 1), ==, 0);
  g_assert_cmpint (tm_set_payload (ref, "hello"), ==, 0);
  g_assert_cmpint (tm_set_payload (ref, "h\xc3\xa4llo"), ==, 0);
  g_assert_cmpint (tm_set_event_id (ref, "0123456789abcdef0123456789abcdef"), ==, 0);
  g_assert_cmpint (tm_send_record (ref), ==, 0);
  g_assert_cmpint (tm_send_record (ref), ==, 0);
  tm_free_record (ref);
  g_assert_cmpuint (private_bus_count_threads (), ==, bus->n_threads);
  g_assert_cmpuint (private_bus_end_recorder (bus).n_records, ==, 2);
}

/* More than the 8 KiB of the original, and more than fits into a message. */
static void
test_large (PrivateBus *bus, gconstpointer data)
{
  struct telem_ref *ref = NULL;
  g_autofree char *large = g_strnfill (1024 * 1024, 'x');
  g_autofree char *too_large = g_strnfill (1024 * 1024 + 1, 'x');

  g_assert_cmpint (tm_create_record (&ref, 4, "double/answer/now", 1), ==, 0);
  g_assert_cmpint (tm_set_payload (ref, too_large), ==, -EMSGSIZE);
  g_assert_cmpint (tm_set_payload (ref, large), ==, 0);
  g_assert_cmpint (tm_send_record (ref), ==, 0);
  tm_free_record (ref);
  g_assert_cmpuint (private_bus_end_recorder (bus).last_bytes, ==, 1024 * 1024);
}

/* Wrong arguments, each; and everything after a failed create is harmless. */
static void
test_invalid (PrivateBus *bus, gconstpointer data)
{
  struct telem_ref *ref = (struct telem_ref *) 8;

  g_assert_cmpint (tm_create_record (NULL, 1, "a/b/c", 1), ==, -EINVAL);
  g_assert_cmpint (tm_create_record (&ref, 0, "a/b/c", 1), ==, -EINVAL);
  g_assert_null (ref);
  g_assert_cmpint (tm_create_record (&ref, 5, "a/b/c", 1), ==, -EINVAL);
  g_assert_cmpint (tm_create_record (&ref, 1, NULL, 1), ==, -EINVAL);
  g_assert_cmpint (tm_create_record (&ref, 1, "a/b", 1), ==, -EINVAL);
  g_assert_cmpint (tm_create_record (&ref, 1, "", 1), ==, -EINVAL);
  g_assert_cmpint (tm_set_payload (ref, "x"), ==, -EINVAL);
  g_assert_cmpint (tm_set_event_id (ref, "x"), ==, -EINVAL);
  g_assert_cmpint (tm_send_record (ref), ==, -EINVAL);
  tm_free_record (ref);

  g_assert_cmpint (tm_create_record (&ref, 1, "a/b/c", 1), ==, 0);
  g_assert_cmpint (tm_set_payload (ref, NULL), ==, -EINVAL);
  g_assert_cmpint (tm_set_payload (ref, "\xff"), ==, -EINVAL);
  g_assert_cmpint (tm_set_event_id (ref, NULL), ==, -EINVAL);
  g_assert_cmpint (tm_set_event_id (ref, "0123456789ABCDEF0123456789ABCDEF"), ==, -EINVAL);
  g_assert_cmpint (tm_set_event_id (ref, "0123456789abcdef0123456789abcde"), ==, -EINVAL);
  tm_free_record (ref);
}

/* Opted out, at each step. */
static void
test_opted_out (PrivateBus *bus, gconstpointer data)
{
  struct telem_ref *ref = NULL;

  g_assert_cmpint (tm_is_opted_in (), ==, 1);
  g_assert_cmpint (tm_create_record (&ref, 1, "double/answer/now", 1), ==, 0);
  private_bus_set_active (bus, FALSE);
  g_assert_cmpint (tm_is_opted_in (), ==, 0);
  g_assert_cmpint (tm_send_record (ref), ==, -ECONNREFUSED);
  tm_free_record (ref);
  g_assert_cmpint (tm_create_record (&ref, 1, "double/answer/now", 1), ==, -ECONNREFUSED);
  g_assert_null (ref);
  g_assert_cmpuint (private_bus_end_recorder (bus).n_calls, ==, 0);
}

/* What the service says, as errno; no service and no bus count as opted out. */
static void
test_errors (PrivateBus *bus, gconstpointer data)
{
  static const struct
  {
    const char *classification;
    int expected;
  } vectors[] = {
    { "double/refuse/Disabled", -ECONNREFUSED },
    { "double/refuse/Locked", -ECONNREFUSED },
    { "double/refuse/RateLimited", -EAGAIN },
    { "double/refuse/QuotaExceeded", -EDQUOT },
    { "double/refuse/InvalidFields", -EINVAL },
    { "double/refuse/Storage", -EIO },
    { "double/die/x", -ETIMEDOUT },
    { "double/answer/now", -ECONNREFUSED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      struct telem_ref *ref = NULL;
      g_test_message ("vector %" G_GSIZE_FORMAT, i);
      g_assert_cmpint (tm_create_record (&ref, 1, vectors[i].classification, 1), ==, 0);
      g_assert_cmpint (tm_send_record (ref), ==, vectors[i].expected);
      tm_free_record (ref);
    }

  struct telem_ref *ref = NULL;
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/bus", TRUE);
  g_assert_cmpint (tm_create_record (&ref, 1, "double/answer/now", 1), ==, 0);
  g_assert_cmpint (tm_send_record (ref), ==, -ECONNREFUSED);
  tm_free_record (ref);
}

/* It never blocks for longer than it says. */
static void
test_timeout (PrivateBus *bus, gconstpointer data)
{
  struct telem_ref *ref = NULL;
  gint64 begin = g_get_monotonic_time ();

  g_assert_cmpint (tm_create_record (&ref, 1, "double/never/x", 1), ==, 0);
  g_assert_cmpint (tm_send_record (ref), ==, -ETIMEDOUT);
  g_assert_cmpint (g_get_monotonic_time () - begin, <,
                   4 * TM_SEND_TIMEOUT_MSEC * G_TIME_SPAN_MILLISECOND);
  tm_free_record (ref);
}

/* Runs a plain program with that many descriptors, NULL for as many as it likes. */
static void
run_guest (const char *n_descriptors, int *out_result, int *out_n_threads)
{
  const char *arguments[] = { PLAIN_GUEST, n_descriptors, NULL };
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, NULL,
                &status, &error);
  g_assert_no_error (error);
  g_test_message ("descriptors %s: %s", n_descriptors, output);
  g_assert_true (g_spawn_check_wait_status (status, NULL));
  g_assert_cmpint (sscanf (output, "%d %d", out_result, out_n_threads), ==, 2);
}

/* In a program that runs nothing of GLib by itself no thread appears, not even one of GLib's. */
static void
test_no_thread_of_others (PrivateBus *bus, gconstpointer data)
{
  int result, n_threads;

  run_guest (NULL, &result, &n_threads);
  g_assert_cmpint (result, ==, 0);
  g_assert_cmpint (n_threads, ==, 1);
}

/* A program that has used up its descriptors gets an error, and goes on. */
static void
test_no_descriptors (PrivateBus *bus, gconstpointer data)
{
  for (guint n = 3; n < 6; n++)
    {
      g_autofree char *n_descriptors = g_strdup_printf ("%u", n);
      int result, n_threads;

      run_guest (n_descriptors, &result, &n_threads);
      if (n == 3)
        g_assert_cmpint (result, ==, -EIO);
    }
}

static void
test_config_file (PrivateBus *bus, gconstpointer data)
{
  g_autofree char *path = g_build_filename (bus->root, "run/telemetrics/active", NULL);

  g_assert_cmpint (tm_set_config_file (NULL), ==, -EINVAL);
  g_assert_cmpint (tm_set_config_file ("relative.conf"), ==, -EINVAL);
  g_assert_cmpint (tm_set_config_file ("/nowhere/telemetrics.conf"), ==, -ENOENT);
  g_assert_cmpint (tm_set_config_file (path), ==, -EBADMSG);
  g_assert_true (g_file_set_contents (path, "[settings]\nserver=\n", -1, NULL));
  g_assert_cmpint (tm_set_config_file (path), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define TEST(name, function)                                                                       \
  g_test_add ("/plain-c/" name, PrivateBus, NULL, private_bus_set_up, function,                    \
              private_bus_tear_down)
  TEST ("send", test_send);
  TEST ("large", test_large);
  TEST ("invalid", test_invalid);
  TEST ("opted-out", test_opted_out);
  TEST ("errors", test_errors);
  TEST ("timeout", test_timeout);
  TEST ("no-thread-of-others", test_no_thread_of_others);
  TEST ("no-descriptors", test_no_descriptors);
  TEST ("config-file", test_config_file);
#undef TEST

  return g_test_run ();
}
