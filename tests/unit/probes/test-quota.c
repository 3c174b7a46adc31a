/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proves on a moved clock what a machine says about its kernel: each fault once in a boot, never
 * more than the limits, and that nothing of it is lost uncounted, restarts included.
 */
#include "tm-probe-quota.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1767225600000000)
#define MINUTE (60 * G_GINT64_CONSTANT (1000000))
#define HOUR (60 * MINUTE)

static TmProbeQuota *
make (const char *limits)
{
  g_autoptr (GError) error = NULL;
  TmProbeQuota *quota = tm_probe_quota_new (limits, &error);

  g_assert_no_error (error);
  tm_probe_quota_set_boot (quota, "boot1");
  return quota;
}

/* As klogprobe: of warnings a sample. */
static guint
get_weight (TmProbeQuota *quota, const char *kind)
{
  return strcmp (kind, "warning") == 0 ? tm_probe_quota_get_sample (quota) : 1;
}

/* As a probe does. */
static TmProbeVerdict
meet (TmProbeQuota *quota, const char *exact, const char *kind, gint64 now_usec)
{
  TmProbeVerdict verdict = tm_probe_quota_judge (quota, exact, get_weight (quota, kind), now_usec);

  if (verdict == TM_PROBE_VERDICT_REPORT)
    tm_probe_quota_note_report (quota, exact, kind, "title", "group", now_usec);
  return verdict;
}

static guint
meet_many (TmProbeQuota *quota, guint first, guint n, const char *kind, gint64 now_usec)
{
  guint n_reported = 0;

  for (guint i = first; i < first + n; i++)
    {
      g_autofree char *exact = g_strdup_printf ("%u", i);

      n_reported += meet (quota, exact, kind, now_usec) == TM_PROBE_VERDICT_REPORT;
    }

  return n_reported;
}

static void
test_duplicates (void)
{
  g_autoptr (TmProbeQuota) quota = make ("");
  const TmProbeTally *tally;

  g_assert_cmpint (meet (quota, "a", "oops", NOW), ==, TM_PROBE_VERDICT_REPORT);
  g_assert_cmpint (meet (quota, "a", "oops", NOW), ==, TM_PROBE_VERDICT_COUNTED);
  g_assert_cmpint (meet (quota, "b", "oops", NOW), ==, TM_PROBE_VERDICT_REPORT);
  g_assert_cmpint (meet (quota, "a", "oops", NOW), ==, TM_PROBE_VERDICT_COUNTED);

  g_assert_null (tm_probe_quota_find_due (quota, NOW + HOUR - 1, FALSE));
  tally = tm_probe_quota_find_due (quota, NOW + HOUR, FALSE);
  g_assert_cmpstr (tally->exact, ==, "a");
  g_assert_cmpuint (tally->n_untold, ==, 2);
  tm_probe_quota_note_told (quota, tally, NOW + HOUR);
  g_assert_null (tm_probe_quota_find_due (quota, NOW + HOUR, TRUE));

  /* The next count of the same waits twice as long: a fault a second is not a record an hour. */
  g_assert_cmpint (meet (quota, "a", "oops", NOW + HOUR), ==, TM_PROBE_VERDICT_COUNTED);
  g_assert_null (tm_probe_quota_find_due (quota, NOW + 3 * HOUR - 1, FALSE));
  g_assert_nonnull (tm_probe_quota_find_due (quota, NOW + 3 * HOUR, FALSE));
}

static void
test_limits (void)
{
  g_autoptr (TmProbeQuota) quota = make ("");
  const TmProbeTally *over;

  g_assert_cmpuint (meet_many (quota, 0, 8, "oops", NOW), ==, 5);
  g_assert_cmpuint (meet_many (quota, 10, 1, "oops", NOW + HOUR - 1), ==, 0);
  g_assert_cmpuint (meet_many (quota, 20, 8, "oops", NOW + HOUR), ==, 5);
  g_assert_cmpuint (meet_many (quota, 30, 8, "oops", NOW + 5 * HOUR), ==, 0);

  over = tm_probe_quota_find_due (quota, NOW, TRUE);
  g_assert_cmpstr (over->exact, ==, "");
  g_assert_cmpuint (over->n_untold, ==, 3 + 1 + 3 + 8);

  tm_probe_quota_set_boot (quota, "boot2");
  g_assert_null (tm_probe_quota_find_due (quota, NOW, TRUE));
  g_assert_cmpuint (meet_many (quota, 0, 8, "oops", NOW + 5 * HOUR), ==, 5);
}

/* A clock that was years ahead does not silence a machine. */
static void
test_clock_goes_back (void)
{
  g_autoptr (TmProbeQuota) quota = make ("");

  g_assert_cmpuint (meet_many (quota, 0, 5, "oops", NOW + 20000 * HOUR), ==, 5);
  g_assert_cmpuint (meet_many (quota, 10, 2, "oops", NOW), ==, 2);
}

/* Of many warnings about one of N is told, the same after a restart; faults all are. Where no N is
 * said, each is. */
static void
test_sample (void)
{
  g_autoptr (TmProbeQuota) plain = make ("");
  g_autoptr (TmProbeQuota) quota = make ("# ours\n\nsample 4\nper-boot 1000\nper-hour 1000\n");
  guint n_first = meet_many (quota, 0, 400, "warning", NOW);

  g_assert_cmpuint (n_first, >, 60);
  g_assert_cmpuint (n_first, <, 140);
  g_assert_cmpuint (tm_probe_quota_get_sample (quota), ==, 4);
  g_assert_cmpuint (tm_probe_quota_get_sample (plain), ==, 1);
  g_assert_cmpuint (meet_many (quota, 500, 20, "oops", NOW), ==, 20);

  for (guint i = 0; i < 400; i++)
    {
      g_autofree char *exact = g_strdup_printf ("%u", i);

      g_assert_cmpint (meet (quota, exact, "warning", NOW), !=, TM_PROBE_VERDICT_REPORT);
    }
}

static TmProbeQuota *
restart (TmProbeQuota *quota)
{
  g_autoptr (TmProbeQuota) old = quota;
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GKeyFile) again = g_key_file_new ();
  g_autofree char *text = NULL;
  TmProbeQuota *new = make ("");

  tm_probe_quota_save (old, file);
  text = g_key_file_to_data (file, NULL, NULL);
  g_assert_true (g_key_file_load_from_data (again, text, strlen (text), G_KEY_FILE_NONE, NULL));
  tm_probe_quota_load (new, again);
  return new;
}

static void
test_restart (void)
{
  g_autoptr (TmProbeQuota) quota = make ("");
  const TmProbeTally *tally;

  meet_many (quota, 0, 7, "oops", NOW);
  meet (quota, "0", "oops", NOW);
  quota = restart (g_steal_pointer (&quota));

  g_assert_cmpstr (tm_probe_quota_get_boot (quota), ==, "boot1");
  g_assert_cmpint (meet (quota, "0", "oops", NOW), ==, TM_PROBE_VERDICT_COUNTED);
  g_assert_cmpint (meet (quota, "x", "oops", NOW), ==, TM_PROBE_VERDICT_OVER_LIMIT);
  tally = tm_probe_quota_find_due (quota, NOW + HOUR, FALSE);
  g_assert_cmpstr (tally->title, ==, "title");
  g_assert_cmpstr (tally->group, ==, "group");
  g_assert_cmpuint (tally->n_untold, ==, 2);
  tm_probe_quota_note_told (quota, tally, NOW + HOUR);
  tally = tm_probe_quota_find_due (quota, NOW + HOUR, FALSE);
  g_assert_cmpuint (tally->n_untold, ==, 3);
  g_assert_cmpuint (meet_many (quota, 10, 8, "oops", NOW + HOUR), ==, 5);
}

static void
test_broken_lists (void)
{
  static const char *const texts[] = { "per-boot 0", "per-boot 1001", "per-day 7", "sample x",
                                       "per-hour" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (tm_probe_quota_new (texts[i], &error));
      g_assert_nonnull (strstr (error->message, texts[i]));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/oops-quota/duplicates", test_duplicates);
  g_test_add_func ("/oops-quota/limits", test_limits);
  g_test_add_func ("/oops-quota/clock-goes-back", test_clock_goes_back);
  g_test_add_func ("/oops-quota/sample", test_sample);
  g_test_add_func ("/oops-quota/restart", test_restart);
  g_test_add_func ("/oops-quota/broken-lists", test_broken_lists);

  return g_test_run ();
}
