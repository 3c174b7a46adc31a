/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What may not be kept goes at its time, on a moved clock; with the real store and commit thread.
 */
#include "tm-cleaner.h"

#include "category-fixture.h"
#include "keep-fixture.h"
#include "tm-store-row.h"

#define DAY TM_USEC_PER_DAY

typedef struct
{
  KeepFixture keep;
  CategoryFixture category;
  TmCategorySet *categories;
  TmCommitter *committer;
  TmStanding *standing;
  TmCleaner *cleaner;
} Fixture;

/* crashes ends on the third of January, kernel and custom never. */
static void
start (Fixture *fixture, gboolean enabled)
{
  g_autoptr (TmConsent) none = category_fixture_load_consent (&fixture->category, "");
  g_autoptr (TmConsent) consent = tm_consent_set_enabled (none, enabled);
  g_autoptr (TmIdentity) identity =
      tm_identity_load (fixture->category.consent_path, "/nonexistent", fixture->keep.clock, 3, 90);

  fixture->categories = tm_category_set_ref (tm_consent_get_categories (consent));
  fixture->committer = tm_committer_new (&fixture->keep.options, fixture->keep.clock);
  fixture->standing = tm_standing_new (fixture->keep.clock, consent, identity);
  fixture->cleaner =
      tm_cleaner_new (fixture->keep.clock, fixture->standing, fixture->categories,
                      fixture->committer, fixture->keep.path, fixture->keep.options.expiry_usec);
}

static void
run_until_quiet (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
stop (Fixture *fixture)
{
  tm_committer_stop (fixture->committer);
  run_until_quiet ();
  g_assert_finalize_object (fixture->cleaner);
  g_assert_finalize_object (fixture->standing);
  g_assert_finalize_object (fixture->committer);
  g_assert_cmpuint (tm_clock_dummy_get_n_timers (fixture->keep.dummy), ==, 0);
  tm_category_set_unref (fixture->categories);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  keep_fixture_set_up (&fixture->keep, NULL);
  category_fixture_set_up (&fixture->category, NULL);
  category_fixture_add (&fixture->category, fixture->category.override_path, "crashes",
                        "org.x/crash/*;", "Expires=2026-01-03\n");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  category_fixture_tear_down (&fixture->category, NULL);
  keep_fixture_tear_down (&fixture->keep, NULL);
}

static void
on_kept (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GPtrArray) drafts = tm_committer_submit_finish (TM_COMMITTER (source), result, NULL);

  g_assert_nonnull (drafts);
  *(gboolean *) user_data = TRUE;
}

static void
keep_one (Fixture *fixture, const char *category)
{
  g_autoptr (GPtrArray) drafts = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_draft_free);
  gboolean done = FALSE;

  g_ptr_array_add (drafts, keep_draft_new (&fixture->keep, (KeepRecord){ .category = category }));
  tm_committer_submit_async (fixture->committer, g_steal_pointer (&drafts), NULL, on_kept, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
  tm_cleaner_notice (fixture->cleaner);
}

/* On the commit thread. */
static gboolean
list (TmStore *store, gpointer data, GError **error)
{
  TmRecordFilter filter = { 0 };
  GString *categories = data;
  guint64 next;
  g_autoptr (GPtrArray) records = tm_store_list (store, &filter, 0, G_MAXUINT, &next, error);

  for (guint i = records->len; i > 0; i--)
    {
      const TmKeptRecord *kept = records->pdata[i - 1];

      g_string_append_printf (categories, "%s ", kept->category);
    }

  return TRUE;
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_assert_nonnull (tm_committer_run_finish (TM_COMMITTER (source), result, NULL));
  *(gboolean *) user_data = TRUE;
}

/* The categories of what is kept, oldest first, each with a space behind it. */
static void
assert_kept (Fixture *fixture, const char *expected)
{
  g_autoptr (GString) categories = g_string_new (NULL);
  gboolean done = FALSE;

  tm_committer_run_async (fixture->committer, list, categories, NULL, NULL, on_listed, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
  run_until_quiet ();
  g_assert_cmpstr (categories->str, ==, expected);
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  tm_cleaner_start_finish (TM_CLEANER (source), result, &error);
  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

static void
start_and_clean (Fixture *fixture, gboolean enabled)
{
  gboolean done = FALSE;

  start (fixture, enabled);
  tm_cleaner_start_async (fixture->cleaner, on_started, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
}

/* What consent does not cover is gone after the start; a store that is not there is not made. */
static void
test_start (Fixture *fixture, gconstpointer data)
{
  start_and_clean (fixture, TRUE);
  g_assert_false (g_file_test (fixture->keep.path, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (tm_clock_dummy_get_n_timers (fixture->keep.dummy), ==, 1); /* of crashes */
  keep_one (fixture, "crashes");
  keep_one (fixture, "kernel");
  stop (fixture);

  tm_clock_dummy_advance (fixture->keep.dummy, 5 * DAY);
  start_and_clean (fixture, TRUE);
  assert_kept (fixture, "kernel ");
  stop (fixture);

  start_and_clean (fixture, FALSE);
  assert_kept (fixture, "");
  g_assert_cmpuint (tm_clock_dummy_get_n_timers (fixture->keep.dummy), ==, 0);
  stop (fixture);
}

/* Each record goes after 30 days, also the one that was there at the start; then no timer runs. */
static void
test_records_expire (Fixture *fixture, gconstpointer data)
{
  start (fixture, TRUE);
  tm_clock_dummy_advance (fixture->keep.dummy, 4 * DAY); /* crashes has ended */
  keep_one (fixture, "kernel");
  stop (fixture);

  tm_clock_dummy_advance (fixture->keep.dummy, 10 * DAY);
  start_and_clean (fixture, TRUE);
  keep_one (fixture, "custom");
  tm_clock_dummy_advance (fixture->keep.dummy, 20 * DAY - 1);
  assert_kept (fixture, "kernel custom ");
  tm_clock_dummy_advance (fixture->keep.dummy, DAY);
  assert_kept (fixture, "custom ");
  tm_clock_dummy_advance (fixture->keep.dummy, 9 * DAY + 1);
  assert_kept (fixture, "custom ");
  tm_clock_dummy_advance (fixture->keep.dummy, 1);
  assert_kept (fixture, "");
  g_assert_cmpuint (tm_clock_dummy_get_n_timers (fixture->keep.dummy), ==, 0);
  stop (fixture);
}

/* What is kept of a category goes at the moment when it ends. */
static void
test_category_ends (Fixture *fixture, gconstpointer data)
{
  start_and_clean (fixture, TRUE);
  keep_one (fixture, "crashes");
  keep_one (fixture, "kernel");
  tm_clock_dummy_advance (fixture->keep.dummy, 2 * DAY - 1);
  assert_kept (fixture, "crashes kernel ");
  tm_clock_dummy_advance (fixture->keep.dummy, 1);
  assert_kept (fixture, "kernel ");
  stop (fixture);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/cleaner/start", test_start);
  ADD ("/cleaner/records-expire", test_records_expire);
  ADD ("/cleaner/category-ends", test_category_ends);

  return g_test_run ();
}
