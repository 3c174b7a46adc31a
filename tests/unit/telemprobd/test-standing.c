/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A category that ends by itself, on a moved clock: it is announced at that moment, by one timer.
 */
#include "tm-standing.h"

#include "category-fixture.h"
#include "tm-clock-dummy.h"

#define DAY TM_USEC_PER_DAY
#define HOUR (DAY / 24)

typedef struct
{
  CategoryFixture category;
  TmClockDummy *clock; /* 2026-01-01 00:00 */
  TmStanding *standing;
  guint n_expired;
} Fixture;

static void
on_expired (TmStanding *standing, gpointer user_data)
{
  ((Fixture *) user_data)->n_expired++;
}

static void
add_expiring (Fixture *fixture, const char *id, const char *globs, const char *expires)
{
  category_fixture_add (&fixture->category, fixture->category.override_path, id, globs, expires);
}

/* crashes ends on the third of January, kernel on the fifth, custom never. Telemetry is on. */
static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TmConsent) none = NULL;
  g_autoptr (TmConsent) consent = NULL;
  g_autoptr (TmIdentity) identity = NULL;

  category_fixture_set_up (&fixture->category, NULL);
  add_expiring (fixture, "crashes", "org.x/crash/*;", "Expires=2026-01-03\n");
  add_expiring (fixture, "kernel", "org.x/kernel/*;", "Expires=2026-01-05\n");
  fixture->clock = tm_clock_dummy_new ();
  none = category_fixture_load_consent (&fixture->category, "");
  consent = tm_consent_set_enabled (none, TRUE);
  identity = tm_identity_load (fixture->category.consent_path, "/nonexistent",
                               TM_CLOCK (fixture->clock), 3, 90);
  fixture->standing = tm_standing_new (TM_CLOCK (fixture->clock), consent, identity);
  g_signal_connect (fixture->standing, "category-expired", G_CALLBACK (on_expired), fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->standing);
  g_assert_cmpuint (tm_clock_dummy_get_n_timers (fixture->clock), ==, 0);
  g_assert_finalize_object (fixture->clock);
  category_fixture_tear_down (&fixture->category, NULL);
}

static void
assert_now (Fixture *fixture, const char *expected, guint n_expired, guint n_timers)
{
  g_auto (GStrv) active = tm_standing_get_active (fixture->standing);
  g_autofree char *ids = g_strjoinv (" ", active);

  g_assert_cmpstr (ids, ==, expected);
  g_assert_cmpuint (fixture->n_expired, ==, n_expired);
  g_assert_cmpuint (tm_clock_dummy_get_n_timers (fixture->clock), ==, n_timers);
}

static void
set_consent (Fixture *fixture, gboolean enabled)
{
  g_autoptr (TmConsent) consent =
      tm_consent_set_enabled (tm_standing_get_consent (fixture->standing), enabled);

  tm_standing_set_consent (fixture->standing, consent);
}

/* Each is announced at its moment and not before; after the last one no timer runs. */
static void
test_at_their_moment (Fixture *fixture, gconstpointer data)
{
  assert_now (fixture, "crashes custom kernel", 0, 1);
  tm_clock_dummy_advance (fixture->clock, 2 * DAY - 1);
  assert_now (fixture, "crashes custom kernel", 0, 1);
  tm_clock_dummy_advance (fixture->clock, 1);
  assert_now (fixture, "custom kernel", 1, 1);
  tm_clock_dummy_advance (fixture->clock, 2 * DAY);
  assert_now (fixture, "custom", 2, 0);
}

/* Off: there is nothing that could end. On again: the timer is there again. */
static void
test_only_while_on (Fixture *fixture, gconstpointer data)
{
  set_consent (fixture, FALSE);
  tm_clock_dummy_advance (fixture->clock, 3 * DAY);
  assert_now (fixture, "", 0, 0);
  set_consent (fixture, TRUE);
  assert_now (fixture, "custom kernel", 0, 1);
}

/* Set back by an hour: the timer fires an hour too early, and waits again. */
static void
test_clock_set_back (Fixture *fixture, gconstpointer data)
{
  tm_clock_dummy_set_realtime (fixture->clock,
                               tm_clock_get_realtime_usec (TM_CLOCK (fixture->clock)) - HOUR);
  tm_clock_dummy_advance (fixture->clock, 2 * DAY);
  assert_now (fixture, "crashes custom kernel", 0, 1);
  tm_clock_dummy_advance (fixture->clock, HOUR);
  assert_now (fixture, "custom kernel", 1, 1);
}

/* Set forward: nothing is admitted any more, and the first record that shows it is announced. */
static void
test_clock_set_forward (Fixture *fixture, gconstpointer data)
{
  tm_clock_dummy_set_realtime (fixture->clock,
                               tm_clock_get_realtime_usec (TM_CLOCK (fixture->clock)) + 3 * DAY);
  assert_now (fixture, "custom kernel", 0, 1);
  g_assert_nonnull (tm_standing_admit (fixture->standing, "org.x/kernel/a"));
  tm_clock_dummy_advance (fixture->clock, 1);
  assert_now (fixture, "custom kernel", 0, 1);
  g_assert_null (tm_standing_admit (fixture->standing, "org.x/crash/a"));
  tm_clock_dummy_advance (fixture->clock, 1);
  assert_now (fixture, "custom kernel", 1, 1);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/standing/expiry/at-their-moment", test_at_their_moment);
  ADD ("/standing/expiry/only-while-on", test_only_while_on);
  ADD ("/standing/expiry/clock-set-back", test_clock_set_back);
  ADD ("/standing/expiry/clock-set-forward", test_clock_set_forward);

  return g_test_run ();
}
