/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commit thread: groups, order, answers after the commit, failure of a whole group, recovery
 * without a restart, and its end. */
#include <glib/gstdio.h>
#include <string.h>

#include "keep-fixture.h"
#include "telemetry-error.h"
#include "tm-committer.h"
#include "tm-store-erase.h"
#include "tm-store-ledger.h"

typedef struct
{
  KeepFixture keep;
  TmCommitter *committer;
  guint n_waiting;
  guint n_failed;
  GError *error; /* (nullable): the last one */
  GPtrArray *ids;
  guint n_problem_changes;
  GMutex gate; /* while the test holds it, the thread stands in wait_at_gate() */
} Fixture;

static void
on_problem_changed (TmCommitter *committer, gpointer user_data)
{
  ((Fixture *) user_data)->n_problem_changes++;
}

static void
setup (Fixture *fixture, gconstpointer data)
{
  keep_fixture_set_up (&fixture->keep, data);
  fixture->ids = g_ptr_array_new_with_free_func (g_free);
  fixture->committer = tm_committer_new (&fixture->keep.options, fixture->keep.clock);
  g_signal_connect (fixture->committer, "problem-changed", G_CALLBACK (on_problem_changed),
                    fixture);
}

/* Also proves that nothing holds the committer once it has stopped. */
static void
teardown (Fixture *fixture, gconstpointer data)
{
  tm_committer_stop (fixture->committer);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->committer);
  g_clear_error (&fixture->error);
  g_ptr_array_unref (fixture->ids);
  keep_fixture_tear_down (&fixture->keep, data);
}

static void
on_submitted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) drafts = tm_committer_submit_finish (TM_COMMITTER (source), result, &error);

  fixture->n_waiting--;
  if (drafts == NULL)
    {
      fixture->n_failed++;
      g_clear_error (&fixture->error);
      fixture->error = g_steal_pointer (&error);
      return;
    }

  for (guint i = 0; i < drafts->len; i++)
    g_ptr_array_add (fixture->ids, g_strdup (((TmDraft *) drafts->pdata[i])->record_id));
}

static void
submit (Fixture *fixture, guint n_records, KeepRecord wanted)
{
  g_autoptr (GPtrArray) drafts = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_draft_free);

  for (guint i = 0; i < n_records; i++)
    g_ptr_array_add (drafts, keep_draft_new (&fixture->keep, wanted));
  fixture->n_waiting++;
  tm_committer_submit_async (fixture->committer, drafts, NULL, on_submitted, fixture);
}

static void
wait_for_all (Fixture *fixture)
{
  while (fixture->n_waiting > 0)
    g_main_context_iteration (NULL, TRUE);
}

/* Stops it and reads with a store of the test's own. */
static GPtrArray *
stop_and_list (Fixture *fixture)
{
  tm_committer_stop (fixture->committer);
  keep_fixture_open (&fixture->keep);
  return keep_list_all (&fixture->keep);
}

/* What is answered is in the database, under the id of the answer, in the order of the calls. */
static void
test_submit (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) records = NULL;

  for (guint i = 0; i < 50; i++)
    submit (fixture, 1 + i % 3, (KeepRecord){ 0 });
  wait_for_all (fixture);
  g_assert_cmpuint (fixture->n_failed, ==, 0);

  records = stop_and_list (fixture);
  g_assert_cmpuint (records->len, ==, fixture->ids->len);
  for (guint i = 0; i < records->len; i++)
    g_assert_cmpstr (
        tm_record_get_text (((TmKeptRecord *) records->pdata[i])->record, TM_FIELD_RECORD_ID), ==,
        fixture->ids->pdata[records->len - 1 - i]);
}

static gboolean
wait_at_gate (TmStore *store, gpointer data, GError **error)
{
  g_mutex_lock (&((Fixture *) data)->gate);
  g_mutex_unlock (&((Fixture *) data)->gate);
  return TRUE;
}

static void
on_run (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_autoptr (GError) error = NULL;

  fixture->n_waiting--;
  if (tm_committer_run_finish (TM_COMMITTER (source), result, &error) != NULL)
    return;

  fixture->n_failed++;
  g_clear_error (&fixture->error);
  fixture->error = g_steal_pointer (&error);
}

static void
run (Fixture *fixture, TmCommitterFunc func)
{
  fixture->n_waiting++;
  tm_committer_run_async (fixture->committer, func, fixture, NULL, NULL, on_run, fixture);
}

/* The thread has taken this piece of work, and only this, and cannot go on. */
static void
hold_at_gate (Fixture *fixture)
{
  g_mutex_lock (&fixture->gate);
  run (fixture, wait_at_gate);
  while (tm_committer_get_n_waiting (fixture->committer) > 0)
    g_thread_yield ();
}

/* What arrives while the thread is busy shares one commit. */
static void
test_group (Fixture *fixture, gconstpointer data)
{
  g_auto (TmCommitterStatistics) statistics = { 0 };

  hold_at_gate (fixture);
  for (guint i = 0; i < 100; i++)
    submit (fixture, 1, (KeepRecord){ 0 });
  g_mutex_unlock (&fixture->gate);
  wait_for_all (fixture);

  tm_committer_get_statistics (fixture->committer, &statistics);
  g_assert_cmpuint (statistics.n_records, ==, 100);
  g_assert_cmpuint (statistics.max_group, ==, 100);
  g_assert_cmpuint (statistics.n_commits, ==, 1);
}

static gboolean
set_and_fail (TmStore *store, gpointer data, GError **error)
{
  g_assert_true (tm_store_set_value (store, "half", "1", NULL));
  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_NOT_FOUND, "not there");
  return FALSE;
}

static gboolean
set_value (TmStore *store, gpointer data, GError **error)
{
  return tm_store_set_value (store, "whole", "1", error);
}

/* Work is a transaction of its own; its error is passed on and undoes what it did. */
static void
test_run (Fixture *fixture, gconstpointer data)
{
  g_autofree char *whole = NULL;

  run (fixture, set_value);
  wait_for_all (fixture);
  g_assert_no_error (fixture->error);
  run (fixture, set_and_fail);
  wait_for_all (fixture);
  g_assert_error (fixture->error, TELEMETRY_ERROR, TELEMETRY_ERROR_NOT_FOUND);

  tm_committer_stop (fixture->committer);
  keep_fixture_open (&fixture->keep);
  whole = tm_store_get_value (fixture->keep.store, "whole", NULL);
  g_assert_cmpstr (whole, ==, "1");
  g_assert_null (tm_store_get_value (fixture->keep.store, "half", NULL));
}

/* As long as the database can't be opened: Storage for everybody, said once; then it works. */
static void
test_recovery (Fixture *fixture, gconstpointer data)
{
  g_auto (TmCommitterStatistics) broken = { 0 };
  g_auto (TmCommitterStatistics) well = { 0 };

  g_assert_cmpint (g_mkdir (fixture->keep.path, 0700), ==, 0);
  for (guint i = 0; i < 20; i++)
    submit (fixture, 1, (KeepRecord){ 0 });
  wait_for_all (fixture);
  g_assert_cmpuint (fixture->n_failed, ==, 20);
  g_assert_error (fixture->error, TELEMETRY_ERROR, TELEMETRY_ERROR_STORAGE);
  tm_committer_get_statistics (fixture->committer, &broken);
  g_assert_nonnull (broken.problem);

  g_assert_cmpint (g_rmdir (fixture->keep.path), ==, 0);
  submit (fixture, 1, (KeepRecord){ 0 });
  wait_for_all (fixture);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (fixture->ids->len, ==, 1);
  tm_committer_get_statistics (fixture->committer, &well);
  g_assert_null (well.problem);
  g_assert_cmpuint (fixture->n_problem_changes, ==, 2);
}

static gboolean
count_records (TmStore *store, gpointer data, GError **error)
{
  TmStoreUsage usage = { 0 };

  if (!tm_store_get_usage (store, &usage, error))
    return FALSE;

  *(guint *) data += 100 + usage.n_pending;
  return TRUE;
}

static void
visit (Fixture *fixture, TmCommitterFunc func, guint *n)
{
  fixture->n_waiting++;
  tm_committer_visit_async (fixture->committer, func, n, NULL, NULL, on_run, fixture);
  wait_for_all (fixture);
  g_assert_no_error (fixture->error);
}

static gboolean
delete_everything (TmStore *store, gpointer data, GError **error)
{
  return tm_store_delete_everything (store, data, error);
}

/* Reading and deleting where nothing was kept yet leaves nothing on the disk; later the same calls
 * find what is kept. */
static void
test_visit (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) directory = g_dir_open (fixture->keep.directory, 0, NULL);
  guint n = 0;

  visit (fixture, count_records, &n);
  g_assert_cmpuint (n, ==, 100);
  visit (fixture, delete_everything, &n);
  g_assert_cmpuint (n, ==, 0);
  g_assert_null (g_dir_read_name (directory));

  submit (fixture, 3, (KeepRecord){ 0 });
  wait_for_all (fixture);
  visit (fixture, count_records, &n);
  g_assert_cmpuint (n, ==, 103);
  visit (fixture, delete_everything, &n);
  g_assert_cmpuint (n, ==, 3);
  n = 0;
  visit (fixture, count_records, &n);
  g_assert_cmpuint (n, ==, 100);
}

static gboolean
note_whether_open (TmStore *store, gpointer data, GError **error)
{
  Fixture *fixture = data;

  fixture->n_failed = store == NULL ? 1000 : 2000;
  return TRUE;
}

/* Saving a decision does not need the database. */
static void
test_file_work_without_database (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (g_mkdir (fixture->keep.path, 0700), ==, 0);
  fixture->n_waiting++;
  tm_committer_run_file_async (fixture->committer, note_whether_open, fixture, NULL, NULL, on_run,
                               fixture);
  wait_for_all (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (fixture->n_failed, ==, 1000);
  g_assert_cmpint (g_rmdir (fixture->keep.path), ==, 0);
}

/* A database that is damaged when it is opened is replaced, and it is said. */
static void
test_reset (Fixture *fixture, gconstpointer data)
{
  g_auto (TmCommitterStatistics) statistics = { 0 };

  g_assert_true (
      g_file_set_contents (fixture->keep.path, "no database at all, just text", -1, NULL));
  submit (fixture, 1, (KeepRecord){ 0 });
  wait_for_all (fixture);
  g_assert_cmpuint (fixture->n_failed, ==, 0);
  tm_committer_get_statistics (fixture->committer, &statistics);
  g_assert_cmpuint (statistics.n_resets, ==, 1);
}

/* More than may wait is refused at once, with the seconds to wait; what waits is not touched. */
static void
test_queue_is_bounded (Fixture *fixture, gconstpointer data)
{
  hold_at_gate (fixture);
  for (guint i = 0; i < TM_COMMITTER_MAX_DRAFTS / 1000 + 1; i++)
    submit (fixture, 1000, (KeepRecord){ 0 });
  g_mutex_unlock (&fixture->gate);
  wait_for_all (fixture);
  g_assert_cmpuint (fixture->n_failed, ==, 1);
  g_assert_error (fixture->error, TELEMETRY_ERROR, TELEMETRY_ERROR_RATE_LIMITED);
  g_assert_true (g_str_has_suffix (fixture->error->message, "retry-after=1"));
  g_assert_cmpuint (fixture->ids->len, ==, TM_COMMITTER_MAX_DRAFTS);
}

/* Losses go along with the next commit; those that were forgotten do not. */
static void
test_losses (Fixture *fixture, gconstpointer data)
{
  /* Else it would write the first one by itself, after a second. */
  hold_at_gate (fixture);
  tm_committer_count_loss (fixture->committer, KEEP_MACHINE_ID, "quota-exceeded", "a/b/c");
  tm_committer_forget_losses (fixture->committer);
  for (guint i = 0; i < 3; i++)
    tm_committer_count_loss (fixture->committer, KEEP_MACHINE_ID, "rate-limited", "a/b/c");
  submit (fixture, 1, (KeepRecord){ 0 });
  g_mutex_unlock (&fixture->gate);
  wait_for_all (fixture);

  g_ptr_array_unref (stop_and_list (fixture));
  g_assert_cmpuint (keep_get_loss (&fixture->keep, "rate-limited", "a/b/c"), ==, 3);
  g_assert_cmpuint (keep_get_loss (&fixture->keep, "quota-exceeded", "a/b/c"), ==, 0);
}

/* Losses alone are written, too, at the latest when it stops. */
static void
test_losses_alone (Fixture *fixture, gconstpointer data)
{
  tm_committer_count_loss (fixture->committer, KEEP_MACHINE_ID, "rate-limited", "a/b/c");
  g_ptr_array_unref (stop_and_list (fixture));
  g_assert_cmpuint (keep_get_loss (&fixture->keep, "rate-limited", "a/b/c"), ==, 1);
}

/* Stopping carries out what waits; later calls are refused and do not hang. */
static void
test_stop (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) records = NULL;

  for (guint i = 0; i < 10; i++)
    submit (fixture, 1, (KeepRecord){ 0 });
  records = stop_and_list (fixture);
  g_assert_cmpuint (records->len, ==, 10);

  submit (fixture, 1, (KeepRecord){ 0 });
  wait_for_all (fixture);
  g_assert_cmpuint (fixture->n_failed, ==, 1);
  g_assert_error (fixture->error, TELEMETRY_ERROR, TELEMETRY_ERROR_STORAGE);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, setup, func, teardown)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/committer/submit", test_submit);
  ADD ("/committer/group", test_group);
  ADD ("/committer/run", test_run);
  ADD ("/committer/recovery", test_recovery);
  ADD ("/committer/visit", test_visit);
  ADD ("/committer/file-work-without-database", test_file_work_without_database);
  ADD ("/committer/reset", test_reset);
  ADD ("/committer/queue-is-bounded", test_queue_is_bounded);
  ADD ("/committer/losses", test_losses);
  ADD ("/committer/losses-alone", test_losses_alone);
  ADD ("/committer/stop", test_stop);

  return g_test_run ();
}
