/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proves: how much of what crashes is told in a day, and that what is not told one by one is
 * counted.
 */
#include "crash-quota.h"

#define DAY_USEC (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)
#define NOON_USEC (20000 * DAY_USEC + DAY_USEC / 2)

static CrashCause
make_cause (CrashKind kind, const char *title)
{
  return (CrashCause){ .kind = kind, .title = (char *) title };
}

/* As the caller does: what is to be reported is reported. */
static CrashVerdict
crash (CrashQuota *quota, CrashKind kind, const char *title, gint64 now_usec)
{
  const CrashCause cause = make_cause (kind, title);
  CrashVerdict verdict = crash_quota_judge (quota, &cause, now_usec);

  if (verdict == CRASH_VERDICT_REPORT)
    crash_quota_note_report (quota, &cause, now_usec);
  return verdict;
}

static guint64
take_count (CrashQuota *quota, gint64 now_usec, gboolean all)
{
  const CrashTally *tally = crash_quota_find_due (quota, now_usec, all);
  guint64 n;

  if (tally == NULL)
    return 0;

  n = tally->n_untold;
  crash_quota_note_told (quota, tally);
  return n;
}

/* Once a day, then counted; told when the day is over, or before it if asked for. */
static void
test_same_again (void)
{
  g_autoptr (CrashQuota) quota = crash_quota_new ();

  g_assert_cmpint (crash (quota, CRASH_KIND_PROCESS, "a", NOON_USEC), ==, CRASH_VERDICT_REPORT);
  for (guint i = 1; i <= 5; i++)
    g_assert_cmpint (crash (quota, CRASH_KIND_PROCESS, "a", NOON_USEC + i), ==,
                     CRASH_VERDICT_COUNTED);

  g_assert_cmpuint (take_count (quota, NOON_USEC, FALSE), ==, 0);
  g_assert_cmpuint (take_count (quota, NOON_USEC, TRUE), ==, 5);
  g_assert_cmpuint (take_count (quota, NOON_USEC, TRUE), ==, 0);

  crash (quota, CRASH_KIND_PROCESS, "a", NOON_USEC + 9);
  g_assert_cmpint (crash_quota_find_due (quota, NOON_USEC, TRUE)->last_usec, ==, NOON_USEC + 9);
  g_assert_cmpuint (crash_quota_find_due (quota, NOON_USEC, TRUE)->n_told, ==, 1);
  g_assert_cmpuint (take_count (quota, NOON_USEC + DAY_USEC, FALSE), ==, 1);
  g_assert_cmpint (crash (quota, CRASH_KIND_PROCESS, "a", NOON_USEC + DAY_USEC), ==,
                   CRASH_VERDICT_REPORT);
}

/* The last microsecond of a day, and the first of the next one. */
static void
test_midnight (void)
{
  const gint64 midnight_usec = 20001 * DAY_USEC;
  g_autoptr (CrashQuota) quota = crash_quota_new ();

  crash (quota, CRASH_KIND_PROCESS, "a", NOON_USEC);
  g_assert_cmpint (crash (quota, CRASH_KIND_PROCESS, "a", midnight_usec - 1), ==,
                   CRASH_VERDICT_COUNTED);
  g_assert_null (crash_quota_find_due (quota, midnight_usec - 1, FALSE));
  g_assert_nonnull (crash_quota_find_due (quota, midnight_usec, FALSE));
  g_assert_cmpint (crash (quota, CRASH_KIND_PROCESS, "a", midnight_usec), ==, CRASH_VERDICT_REPORT);
}

/* Twenty different ones a day; what is over that is one count. */
static void
test_limit (void)
{
  g_autoptr (CrashQuota) quota = crash_quota_new ();
  const CrashTally *tally;

  for (guint i = 0; i < CRASH_QUOTA_MAX_REPORTS + 7; i++)
    {
      g_autofree char *title = g_strdup_printf ("crash %u", i);
      CrashKind kind = i % 2 == 0 ? CRASH_KIND_PROCESS : CRASH_KIND_UNDECODABLE;

      g_assert_cmpint (crash (quota, kind, title, NOON_USEC), ==,
                       i < CRASH_QUOTA_MAX_REPORTS ? CRASH_VERDICT_REPORT
                                                   : CRASH_VERDICT_OVER_LIMIT);
    }

  tally = crash_quota_find_due (quota, NOON_USEC, TRUE);
  g_assert_cmpstr (tally->cause.title, ==, "crashes over the limit");
  g_assert_cmpuint (take_count (quota, NOON_USEC, TRUE), ==, 7);
  g_assert_null (crash_quota_find_due (quota, NOON_USEC, TRUE));
  g_assert_cmpint (crash (quota, CRASH_KIND_PROCESS, "crash 0", NOON_USEC), ==,
                   CRASH_VERDICT_COUNTED);
  g_assert_cmpint (crash (quota, CRASH_KIND_PROCESS, "new", NOON_USEC + DAY_USEC), ==,
                   CRASH_VERDICT_REPORT);
}

/* Somebody else's programs are told and counted also when the day has no room; they take none. */
static void
test_third_party (void)
{
  g_autoptr (CrashQuota) quota = crash_quota_new ();

  g_assert_cmpint (crash (quota, CRASH_KIND_THIRD_PARTY, "t", NOON_USEC), ==, CRASH_VERDICT_REPORT);
  for (guint i = 0; i < CRASH_QUOTA_MAX_REPORTS; i++)
    {
      g_autofree char *title = g_strdup_printf ("crash %u", i);

      g_assert_cmpint (crash (quota, CRASH_KIND_PROCESS, title, NOON_USEC), ==,
                       CRASH_VERDICT_REPORT);
    }
  for (guint i = 0; i < 100; i++)
    g_assert_cmpint (crash (quota, CRASH_KIND_THIRD_PARTY, "t", NOON_USEC), ==,
                     CRASH_VERDICT_COUNTED);
  g_assert_cmpuint (take_count (quota, NOON_USEC, TRUE), ==, 100);
}

/* Whatever makes two crashes different makes two causes. */
static void
test_causes (void)
{
  const CrashCause causes[] = {
    { CRASH_KIND_PROCESS, (char *) "a", NULL, NULL },
    { CRASH_KIND_UNDECODABLE, (char *) "a", NULL, NULL },
    { CRASH_KIND_PROCESS, (char *) "b", NULL, NULL },
    { CRASH_KIND_PROCESS, (char *) "a", (char *) "1", NULL },
    { CRASH_KIND_PROCESS, (char *) "a", (char *) "2", NULL },
    { CRASH_KIND_PROCESS, (char *) "a", NULL, (char *) "1" },
  };
  g_autoptr (CrashQuota) quota = crash_quota_new ();

  for (guint i = 0; i < G_N_ELEMENTS (causes); i++)
    {
      g_assert_cmpint (crash_quota_judge (quota, &causes[i], NOON_USEC), ==, CRASH_VERDICT_REPORT);
      crash_quota_note_report (quota, &causes[i], NOON_USEC);
    }
}

static void
test_loss (void)
{
  g_autoptr (CrashQuota) quota = crash_quota_new ();

  crash_quota_note_loss (quota, NOON_USEC);
  crash_quota_note_loss (quota, NOON_USEC);
  g_assert_cmpuint (take_count (quota, NOON_USEC, FALSE), ==, 2);
}

/* A clock that was in the far future for a moment does not silence the machine until then. */
static void
test_clock_set_back (void)
{
  g_autoptr (CrashQuota) quota = crash_quota_new ();

  crash (quota, CRASH_KIND_PROCESS, "a", NOON_USEC + 5000 * DAY_USEC);
  g_assert_cmpint (crash (quota, CRASH_KIND_PROCESS, "a", NOON_USEC), ==, CRASH_VERDICT_REPORT);
}

static void
test_memory (void)
{
  g_autoptr (CrashQuota) quota = crash_quota_new ();
  g_autoptr (CrashQuota) again = crash_quota_new ();
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  crash (quota, CRASH_KIND_PROCESS, "gears|SIGSEGV|[jit] \n;=", NOON_USEC);
  crash (quota, CRASH_KIND_PROCESS, "gears|SIGSEGV|[jit] \n;=", NOON_USEC);
  crash (quota, CRASH_KIND_THIRD_PARTY, "t", NOON_USEC);
  crash_quota_save (quota, file);
  first = g_key_file_to_data (file, NULL, NULL);

  crash_quota_load (again, file);
  crash_quota_save (again, file);
  second = g_key_file_to_data (file, NULL, NULL);
  g_assert_cmpstr (first, ==, second);
  g_assert_cmpint (crash (again, CRASH_KIND_PROCESS, "gears|SIGSEGV|[jit] \n;=", NOON_USEC), ==,
                   CRASH_VERDICT_COUNTED);
  g_assert_cmpuint (take_count (again, NOON_USEC, TRUE), ==, 2);
}

/* A memory that is damaged is at worst none. */
static void
test_damaged_memory (void)
{
  const char *const texts[] = {
    "",
    "[quota]\nday=x\nreports=-1\n",
    "[tally x]\nkind=7\ntitle=a\n",
    "[tally x]\nkind=-1\ntitle=a\n",
    "[tally x]\nkind=0\n",
    "[tally x]\nkind=0\ntitle=\\\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GKeyFile) file = g_key_file_new ();
      g_autoptr (CrashQuota) quota = crash_quota_new ();

      g_key_file_load_from_data (file, texts[i], (gsize) -1, G_KEY_FILE_NONE, NULL);
      crash_quota_load (quota, file);
      g_assert_null (crash_quota_find_due (quota, NOON_USEC, TRUE));
      g_assert_cmpint (crash (quota, CRASH_KIND_PROCESS, "a", NOON_USEC), ==, CRASH_VERDICT_REPORT);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/crash-quota/same-again", test_same_again);
  g_test_add_func ("/crash-quota/midnight", test_midnight);
  g_test_add_func ("/crash-quota/limit", test_limit);
  g_test_add_func ("/crash-quota/third-party", test_third_party);
  g_test_add_func ("/crash-quota/causes", test_causes);
  g_test_add_func ("/crash-quota/loss", test_loss);
  g_test_add_func ("/crash-quota/clock-set-back", test_clock_set_back);
  g_test_add_func ("/crash-quota/memory", test_memory);
  g_test_add_func ("/crash-quota/damaged-memory", test_damaged_memory);
  return g_test_run ();
}
