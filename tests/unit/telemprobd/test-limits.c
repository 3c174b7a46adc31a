/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Limits of a user: burst, refill, what the answer says, and that memory has an end. */
#include <glib/gstdio.h>
#include <string.h>

#include "telemetry-error.h"
#include "tm-clock-dummy.h"
#include "tm-limits.h"

#define TELEMETRY_UID 990
#define UID 1000

typedef struct
{
  TmClockDummy *dummy;
  TmLimits *limits;
} Fixture;

static void
setup (Fixture *fixture, gconstpointer config_text)
{
  g_autofree char *file = NULL;
  int fd = g_file_open_tmp ("tm-limits-XXXXXX", &file, NULL);
  const char *paths[] = { file, NULL };
  g_autoptr (TmConfig) config = NULL;

  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (file, config_text, -1, NULL));
  config = tm_config_load_files (paths);
  g_assert_null (tm_config_get_problems (config)[0]);
  g_unlink (file);

  fixture->dummy = tm_clock_dummy_new ();
  fixture->limits = tm_limits_new (config, TELEMETRY_UID, TM_CLOCK (fixture->dummy));
}

static void
teardown (Fixture *fixture, gconstpointer config_text)
{
  tm_limits_free (fixture->limits);
  g_assert_finalize_object (fixture->dummy);
}

/* How many of at most n pass. */
static guint
charge_many (Fixture *fixture, guint32 uid, guint n, gsize n_bytes)
{
  guint n_passed = 0;

  for (guint i = 0; i < n; i++)
    if (tm_limits_charge (fixture->limits, uid, n_bytes, NULL) == TM_LIMITS_PASS)
      n_passed++;

  return n_passed;
}

/* 100 at once, then 1 a second; the answer ends in the seconds to wait, and they suffice. */
static void
test_records (Fixture *fixture, gconstpointer config_text)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (charge_many (fixture, UID, 150, 10), ==, 100);
  g_assert_cmpint (tm_limits_charge (fixture->limits, UID, 10, &error), ==, TM_LIMITS_REFUSE);
  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_RATE_LIMITED);
  g_assert_true (g_str_has_suffix (error->message, "retry-after=1"));

  tm_clock_dummy_advance (fixture->dummy, G_USEC_PER_SEC);
  g_assert_cmpuint (charge_many (fixture, UID, 10, 10), ==, 1);
  tm_clock_dummy_advance (fixture->dummy, 7 * G_USEC_PER_SEC);
  g_assert_cmpuint (charge_many (fixture, UID, 10, 10), ==, 7);
  tm_clock_dummy_advance (fixture->dummy, 1000 * G_USEC_PER_SEC);
  g_assert_cmpuint (charge_many (fixture, UID, 150, 10), ==, 100);
}

/* 5 MiB, then as a day regains them; a refused record costs nothing. */
static void
test_bytes (Fixture *fixture, gconstpointer config_text)
{
  g_autoptr (GError) error = NULL;
  const char *wait;
  gint64 seconds;

  g_assert_cmpuint (charge_many (fixture, UID, 5, 1 << 20), ==, 5);
  g_assert_cmpint (tm_limits_charge (fixture->limits, UID, 1 << 20, &error), ==, TM_LIMITS_REFUSE);
  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_QUOTA_EXCEEDED);
  wait = strstr (error->message, "retry-after=");
  g_assert_nonnull (wait);
  seconds = g_ascii_strtoll (wait + strlen ("retry-after="), NULL, 10);
  g_assert_cmpint (seconds, ==, 86400 / 5);

  tm_clock_dummy_advance (fixture->dummy, (seconds - 1) * G_USEC_PER_SEC);
  g_assert_cmpuint (charge_many (fixture, UID, 1, 1 << 20), ==, 0);
  tm_clock_dummy_advance (fixture->dummy, G_USEC_PER_SEC);
  g_assert_cmpuint (charge_many (fixture, UID, 2, 1 << 20), ==, 1);
}

/* Each uid has its own; setting the wall clock gives nobody anything. */
static void
test_users (Fixture *fixture, gconstpointer config_text)
{
  g_assert_cmpuint (charge_many (fixture, UID, 150, 10), ==, 100);
  g_assert_cmpuint (charge_many (fixture, UID + 1, 150, 10), ==, 100);
  g_assert_cmpuint (charge_many (fixture, 0, 150, 10), ==, 100);
  g_assert_cmpuint (charge_many (fixture, TELEMETRY_UID, 150, 10), ==, 100);

  tm_clock_dummy_set_realtime (fixture->dummy, G_MAXINT64 / 2);
  g_assert_cmpuint (charge_many (fixture, UID, 1, 10), ==, 0);
}

/* The system's own users can be given more. */
static void
test_system_factor (Fixture *fixture, gconstpointer config_text)
{
  g_assert_cmpuint (charge_many (fixture, 0, 500, 10), ==, 300);
  g_assert_cmpuint (charge_many (fixture, TELEMETRY_UID, 500, 10), ==, 300);
  g_assert_cmpuint (charge_many (fixture, UID, 500, 10), ==, 100);
  tm_clock_dummy_advance (fixture->dummy, 10 * G_USEC_PER_SEC);
  g_assert_cmpuint (charge_many (fixture, 0, 500, 10), ==, 30);
}

/* The keys of Clear Linux: so many records in so many minutes. */
static void
test_window (Fixture *fixture, gconstpointer config_text)
{
  g_assert_cmpuint (charge_many (fixture, UID, 500, 10), ==, 60);
  tm_clock_dummy_advance (fixture->dummy, 60 * G_USEC_PER_SEC);
  g_assert_cmpuint (charge_many (fixture, UID, 500, 10), ==, 30);
}

static void
test_unlimited (Fixture *fixture, gconstpointer config_text)
{
  g_assert_cmpuint (charge_many (fixture, UID, 5000, 1 << 20), ==, 5000);
}

/* Strategy "spool": kept, but nobody is woken for it. */
static void
test_spool (Fixture *fixture, gconstpointer config_text)
{
  g_assert_cmpuint (charge_many (fixture, UID, 100, 10), ==, 100);
  g_assert_cmpint (tm_limits_charge (fixture->limits, UID, 10, NULL), ==, TM_LIMITS_KEEP_QUIETLY);
}

/* Nobody may submit anything: refused, with a time, and without a division by zero. */
static void
test_zero (Fixture *fixture, gconstpointer config_text)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (tm_limits_charge (fixture->limits, UID, 10, &error), ==, TM_LIMITS_REFUSE);
  g_assert_nonnull (strstr (error->message, "retry-after="));
}

/* A record larger than the whole bucket passes when it is full, and empties it. */
static void
test_larger_than_bucket (Fixture *fixture, gconstpointer config_text)
{
  g_assert_cmpuint (charge_many (fixture, UID, 2, 1 << 20), ==, 1);
}

/* 20 000 users at once: so many are remembered, the others share, and quiet ones are forgotten. */
static void
test_many_users (Fixture *fixture, gconstpointer config_text)
{
  for (guint32 uid = 1; uid <= 20000; uid++)
    tm_limits_charge (fixture->limits, uid, 10, NULL);
  g_assert_cmpuint (tm_limits_get_n_users (fixture->limits), ==, TM_LIMITS_MAX_USERS);
  g_assert_cmpuint (charge_many (fixture, 30000, 150, 10), ==, 0);
  g_assert_cmpuint (charge_many (fixture, 1, 150, 10), ==, 99);

  tm_clock_dummy_advance (fixture->dummy, 1000 * G_USEC_PER_SEC);
  g_assert_cmpuint (charge_many (fixture, 30000, 150, 10), ==, 100);
  g_assert_cmpuint (tm_limits_get_n_users (fixture->limits), ==, 1);
}

#define ADD(path, config, func) g_test_add (path, Fixture, config, setup, func, teardown)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/limits/records", "", test_records);
  ADD ("/limits/bytes", "", test_bytes);
  ADD ("/limits/users", "", test_users);
  ADD ("/limits/system-factor", "[limits]\nsystem_factor=3\n", test_system_factor);
  ADD ("/limits/window", "[settings]\nrecord_burst_limit=60\nrecord_window_length=2\n",
       test_window);
  ADD ("/limits/disabled", "[settings]\nrate_limit_enabled=false\n", test_unlimited);
  ADD ("/limits/unlimited", "[settings]\nrecord_burst_limit=-1\nbyte_burst_limit=-1\n",
       test_unlimited);
  ADD ("/limits/spool", "[settings]\nrate_limit_strategy=spool\n", test_spool);
  ADD ("/limits/zero", "[settings]\nrecord_burst_limit=0\n", test_zero);
  ADD ("/limits/larger-than-bucket", "[settings]\nbyte_burst_limit=1000\n",
       test_larger_than_bucket);
  ADD ("/limits/many-users", "", test_many_users);

  return g_test_run ();
}
