/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Both clocks behind the seam: the real one fires, the dummy one fires in order and only when it is
 * moved. */
#include "tm-clock-dummy.h"
#include "tm-clock-system.h"

static gboolean
append_id (gpointer data)
{
  GString *log = data;

  g_string_append_c (log, 'x');
  return G_SOURCE_CONTINUE;
}

static void
mark_freed (gpointer data)
{
  g_string_append_c (data, 'f');
}

/* A real timer fires once although its function returned TRUE, frees its data, and leaves no source
 * behind; a removed one does not fire. */
static void
test_system_timer (void)
{
  g_autoptr (TmClock) clock = tm_clock_system_new ();
  g_autoptr (GString) log = g_string_new (NULL);
  gint64 now = tm_clock_get_boottime_usec (clock);
  guint removed = tm_clock_add_timer (clock, now + 1000, append_id, log, NULL);

  tm_clock_add_timer (clock, now + 2000, append_id, log, mark_freed);
  tm_clock_add_timer (clock, now - 5000, append_id, log, mark_freed);
  tm_clock_clear_timer (clock, &removed);
  g_assert_cmpuint (removed, ==, 0);

  while (log->len < 4)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (log->str, ==, "xfxf");
  g_assert_cmpint (tm_clock_get_boottime_usec (clock), >=, now + 2000);
  g_assert_false (g_main_context_pending (NULL));
}

/* The clocks are those of the system. */
static void
test_system_time (void)
{
  g_autoptr (TmClock) clock = tm_clock_system_new ();

  g_assert_cmpint (ABS (tm_clock_get_realtime_usec (clock) - g_get_real_time ()), <,
                   10 * G_USEC_PER_SEC);
  /* Boot-time counts sleep, the monotonic clock does not. */
  g_assert_cmpint (tm_clock_get_boottime_usec (clock), >=,
                   g_get_monotonic_time () - G_USEC_PER_SEC);
}

typedef struct
{
  TmClock *clock;
  gint64 fired_at[3];
  guint n_fired;
} Firing;

static gboolean
note_time (gpointer data)
{
  Firing *firing = data;

  firing->fired_at[firing->n_fired++] = tm_clock_get_boottime_usec (firing->clock);
  return G_SOURCE_REMOVE;
}

/* The dummy's timers fire in the order they are due and see the time at which they are due. */
static void
test_dummy_timers (void)
{
  g_autoptr (TmClockDummy) dummy = tm_clock_dummy_new ();
  TmClock *clock = TM_CLOCK (dummy);
  gint64 start = tm_clock_get_boottime_usec (clock);
  Firing firing = { .clock = clock };

  tm_clock_add_timer (clock, start + 20, note_time, &firing, NULL);
  tm_clock_add_timer (clock, start + 10, note_time, &firing, NULL);
  tm_clock_add_timer (clock, start + 31, note_time, &firing, NULL);
  g_assert_cmpint (tm_clock_dummy_get_next_due (dummy), ==, start + 10);

  tm_clock_dummy_advance (dummy, 30);
  g_assert_cmpuint (firing.n_fired, ==, 2);
  g_assert_cmpint (firing.fired_at[0], ==, start + 10);
  g_assert_cmpint (firing.fired_at[1], ==, start + 20);
  g_assert_cmpint (tm_clock_get_boottime_usec (clock), ==, start + 30);

  tm_clock_dummy_advance (dummy, 1);
  g_assert_cmpuint (firing.n_fired, ==, 3);
  g_assert_cmpuint (tm_clock_dummy_get_n_timers (dummy), ==, 0);
}

/* Setting the wall clock moves no timer. */
static void
test_dummy_step (void)
{
  g_autoptr (TmClockDummy) dummy = tm_clock_dummy_new ();
  TmClock *clock = TM_CLOCK (dummy);
  gint64 boottime = tm_clock_get_boottime_usec (clock);

  tm_clock_dummy_set_realtime (dummy, 5);
  g_assert_cmpint (tm_clock_get_realtime_usec (clock), ==, 5);
  g_assert_cmpint (tm_clock_get_boottime_usec (clock), ==, boottime);
}

/* A machine that sleeps for an hour when its wall clock is read for the first time. */
#define TEST_TYPE_SLEEPER (test_sleeper_get_type ())
G_DECLARE_FINAL_TYPE (TestSleeper, test_sleeper, TEST, SLEEPER, GObject)

struct _TestSleeper
{
  GObject parent_instance;
  gint64 slept_usec;
};

#define BOOTED_USEC (1000 * (gint64) G_USEC_PER_SEC)

static gint64
sleeper_get_boottime_usec (TmClock *clock)
{
  return TEST_SLEEPER (clock)->slept_usec;
}

static gint64
sleeper_get_realtime_usec (TmClock *clock)
{
  TestSleeper *self = TEST_SLEEPER (clock);
  gint64 now_usec = BOOTED_USEC + self->slept_usec;

  if (self->slept_usec == 0)
    self->slept_usec = 3600 * (gint64) G_USEC_PER_SEC;
  return now_usec;
}

static void
sleeper_clock_iface_init (TmClockInterface *iface)
{
  iface->get_realtime_usec = sleeper_get_realtime_usec;
  iface->get_boottime_usec = sleeper_get_boottime_usec;
}

G_DEFINE_TYPE_WITH_CODE (TestSleeper,
                         test_sleeper,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (TM_TYPE_CLOCK, sleeper_clock_iface_init))

static void
test_sleeper_class_init (TestSleeperClass *klass)
{
}

static void
test_sleeper_init (TestSleeper *self)
{
}

/* Both clocks are of one moment, also when the machine goes to sleep between two readings. */
static void
test_both (void)
{
  g_autoptr (TmClock) clock = g_object_new (TEST_TYPE_SLEEPER, NULL);
  gint64 realtime_usec, boottime_usec;

  tm_clock_get_both_usec (clock, &realtime_usec, &boottime_usec);
  g_assert_cmpint (realtime_usec - boottime_usec, ==, BOOTED_USEC);
  g_assert_cmpint (boottime_usec, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/clock/system/timer", test_system_timer);
  g_test_add_func ("/clock/system/time", test_system_time);
  g_test_add_func ("/clock/dummy/timers", test_dummy_timers);
  g_test_add_func ("/clock/dummy/step", test_dummy_step);

  g_test_add_func ("/clock/both", test_both);

  return g_test_run ();
}
