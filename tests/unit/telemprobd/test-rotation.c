/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When the pseudonym changes, on a moved clock; with the real commit thread and files. */
#include "tm-rotation.h"

#include <glib/gstdio.h>

#include "category-fixture.h"
#include "keep-fixture.h"
#include "telemetry-error.h"

#define DAY TM_USEC_PER_DAY
#define HOUR (DAY / 24)

typedef struct
{
  KeepFixture keep;
  CategoryFixture category;
  char *path;
  char *static_path;
  TmCommitter *committer;
  TmStanding *standing;
  TmRotation *rotation;
  guint n_changes; /* of the identity */
} Fixture;

static void
on_identity_changed (TmStanding *standing, gpointer user_data)
{
  ((Fixture *) user_data)->n_changes++;
}

/* As at the start of the service. */
static void
start (Fixture *fixture, gboolean enabled)
{
  g_autoptr (TmConsent) none = category_fixture_load_consent (&fixture->category, "");
  g_autoptr (TmConsent) consent = tm_consent_set_enabled (none, enabled);
  g_autoptr (TmIdentity) identity =
      tm_identity_load (fixture->path, fixture->static_path, fixture->keep.clock, 3, 90);

  fixture->committer = tm_committer_new (&fixture->keep.options, fixture->keep.clock);
  fixture->standing = tm_standing_new (fixture->keep.clock, consent, identity);
  fixture->n_changes = 0;
  g_signal_connect (fixture->standing, "identity-changed", G_CALLBACK (on_identity_changed),
                    fixture);
  fixture->rotation = tm_rotation_new (fixture->keep.clock, fixture->standing, fixture->committer);
}

static void
run_until_quiet (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* As at its end, or when it is killed: what waits is carried out. */
static void
stop (Fixture *fixture)
{
  tm_committer_stop (fixture->committer);
  run_until_quiet ();
  g_assert_finalize_object (fixture->rotation);
  g_assert_finalize_object (fixture->standing);
  g_assert_finalize_object (fixture->committer);
  g_assert_cmpuint (tm_clock_dummy_get_n_timers (fixture->keep.dummy), ==, 0);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  keep_fixture_set_up (&fixture->keep, NULL);
  category_fixture_set_up (&fixture->category, NULL);
  fixture->path = g_build_filename (fixture->category.directory, "identity.conf", NULL);
  fixture->static_path = g_build_filename (fixture->category.directory, "static", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_free (fixture->path);
  g_free (fixture->static_path);
  category_fixture_tear_down (&fixture->category, NULL);
  keep_fixture_tear_down (&fixture->keep, NULL);
}

typedef void (*Call) (TmRotation *, GAsyncReadyCallback, gpointer);

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;
  gboolean is_done = tm_rotation_finish (TM_ROTATION (source), result, &error);

  g_assert_true (is_done == (error == NULL));
  *(char **) user_data = g_strdup (is_done ? "done" : error->message);
  g_clear_error (&error);
}

static void
wait_for (Fixture *fixture, guint n_changes)
{
  while (fixture->n_changes < n_changes)
    g_main_context_iteration (NULL, TRUE);
  run_until_quiet ();
  g_assert_cmpuint (fixture->n_changes, ==, n_changes);
}

/* Returns "done" or what went wrong. */
static char *
call_and_wait (Fixture *fixture, Call call)
{
  char *end = NULL;

  call (fixture->rotation, on_done, &end);
  while (end == NULL)
    g_main_context_iteration (NULL, TRUE);
  run_until_quiet ();

  return end;
}

static void
assert_done (Fixture *fixture, Call call)
{
  g_autofree char *end = call_and_wait (fixture, call);

  g_assert_cmpstr (end, ==, "done");
}

static const char *
get_id (Fixture *fixture)
{
  return tm_identity_get_machine_id (tm_standing_get_identity (fixture->standing));
}

/* Every three days another one, by one timer; none runs while telemetry is off. */
static void
test_every_three_days (Fixture *fixture, gconstpointer data)
{
  start (fixture, TRUE);
  assert_done (fixture, tm_rotation_use_async);
  for (guint i = 2; i < 6; i++)
    {
      g_autofree char *before = g_strdup (get_id (fixture));

      tm_clock_dummy_advance (fixture->keep.dummy, 3 * DAY - 1);
      run_until_quiet ();
      g_assert_cmpstr (get_id (fixture), ==, before);
      g_assert_cmpuint (tm_clock_dummy_get_n_timers (fixture->keep.dummy), ==, 1);
      tm_clock_dummy_advance (fixture->keep.dummy, 1);
      wait_for (fixture, i);
      g_assert_cmpstr (get_id (fixture), !=, before);
      g_assert_true (tm_identity_is_used (tm_standing_get_identity (fixture->standing)));
    }
  stop (fixture);

  start (fixture, FALSE);
  wait_for (fixture, 1); /* the one in use has ended */
  g_assert_cmpuint (tm_clock_dummy_get_n_timers (fixture->keep.dummy), ==, 0);
  stop (fixture);
}

/* The wall clock set back by an hour: the timer fires, and waits again. Set forward while the
 * service did not run: due at once. */
static void
test_clock_is_set (Fixture *fixture, gconstpointer data)
{
  gint64 now_usec = tm_clock_get_realtime_usec (fixture->keep.clock);

  start (fixture, TRUE);
  assert_done (fixture, tm_rotation_use_async);
  tm_clock_dummy_set_realtime (fixture->keep.dummy, now_usec - HOUR);
  tm_clock_dummy_advance (fixture->keep.dummy, 3 * DAY);
  run_until_quiet ();
  g_assert_cmpuint (fixture->n_changes, ==, 1);
  tm_clock_dummy_advance (fixture->keep.dummy, HOUR);
  wait_for (fixture, 2);
  stop (fixture);

  tm_clock_dummy_set_realtime (fixture->keep.dummy, now_usec + 40 * DAY);
  start (fixture, TRUE);
  tm_rotation_check (fixture->rotation);
  wait_for (fixture, 1);
  stop (fixture);
}

/* A directory that can't be written: the old one stays, and an hour later it is tried again. */
static void
test_disk_refuses (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = NULL;
  g_autofree char *end = NULL;

  start (fixture, TRUE);
  assert_done (fixture, tm_rotation_use_async);
  before = g_strdup (get_id (fixture));
  g_assert_cmpint (g_unlink (fixture->path), ==, 0);
  g_assert_cmpint (g_mkdir (fixture->path, 0700), ==, 0);

  end = call_and_wait (fixture, tm_rotation_renew_async);
  g_assert_nonnull (g_strstr_len (end, -1, "cannot save"));
  g_assert_cmpstr (get_id (fixture), ==, before);

  g_assert_cmpint (g_rmdir (fixture->path), ==, 0);
  tm_clock_dummy_set_realtime (fixture->keep.dummy,
                               tm_clock_get_realtime_usec (fixture->keep.clock) + 4 * DAY);
  tm_clock_dummy_advance (fixture->keep.dummy, HOUR);
  wait_for (fixture, 2);
  g_assert_cmpstr (get_id (fixture), !=, before);
  stop (fixture);
}

/* Off, and the identity was used: a withdrawal was cut. It ends at the next start, and only once.
 */
static void
test_cut_withdrawal (Fixture *fixture, gconstpointer data)
{
  g_autofree char *used = NULL;
  g_autofree char *next = NULL;

  start (fixture, TRUE);
  assert_done (fixture, tm_rotation_use_async);
  used = g_strdup (get_id (fixture));
  stop (fixture);

  start (fixture, FALSE);
  g_assert_cmpstr (get_id (fixture), ==, used);
  wait_for (fixture, 1);
  next = g_strdup (get_id (fixture));
  g_assert_cmpstr (next, !=, used);
  stop (fixture);

  start (fixture, FALSE);
  run_until_quiet ();
  g_assert_cmpstr (get_id (fixture), ==, next);
  stop (fixture);
}

/* Calls that come while another one is being saved: each gets what it asked for. */
static void
test_calls_at_once (Fixture *fixture, gconstpointer data)
{
  char *ends[3] = { NULL };

  start (fixture, TRUE);
  tm_rotation_renew_async (fixture->rotation, on_done, &ends[0]);
  tm_rotation_end_async (fixture->rotation, on_done, &ends[1]);
  tm_rotation_renew_async (fixture->rotation, on_done, &ends[2]);
  while (ends[0] == NULL || ends[1] == NULL || ends[2] == NULL)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_assert_cmpstr (ends[i], ==, "done");
      g_free (ends[i]);
    }
  g_assert_cmpuint (fixture->n_changes, ==, 2);
  g_assert_false (tm_identity_is_used (tm_standing_get_identity (fixture->standing)));

  assert_done (fixture, tm_rotation_use_async);
  assert_done (fixture, tm_rotation_use_async);
  g_assert_cmpuint (fixture->n_changes, ==, 3);
  stop (fixture);
}

/* A static identity never changes, whoever asks. */
static void
test_static (Fixture *fixture, gconstpointer data)
{
  g_assert_true (
      g_file_set_contents (fixture->static_path, "0123456789abcdef0123456789abcdef", -1, NULL));
  for (guint enabled = 0; enabled <= 1; enabled++)
    {
      start (fixture, enabled);
      g_assert_cmpuint (tm_clock_dummy_get_n_timers (fixture->keep.dummy), ==, 0);
      assert_done (fixture, tm_rotation_use_async);
      assert_done (fixture, tm_rotation_renew_async);
      assert_done (fixture, tm_rotation_end_async);
      g_assert_cmpstr (get_id (fixture), ==, "0123456789abcdef0123456789abcdef");
      stop (fixture);
    }
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/rotation/every-three-days", test_every_three_days);
  ADD ("/rotation/clock-is-set", test_clock_is_set);
  ADD ("/rotation/disk-refuses", test_disk_refuses);
  ADD ("/rotation/cut-withdrawal", test_cut_withdrawal);
  ADD ("/rotation/calls-at-once", test_calls_at_once);
  ADD ("/rotation/static", test_static);

  return g_test_run ();
}
