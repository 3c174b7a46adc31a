/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of a group: ordered, each id once, old ones apart, counted by batch. */
#include "record-builder.h"
#include "tm-ingest-group.h"

#include <string.h>

typedef struct
{
  TmIngestGroup *group;
  TmDictionary *dictionary;
  TmIngestJob *jobs[2];
} Fixture;

static TmIngestJob *
new_job (void)
{
  g_autoptr (TmHttpRequest) request = tm_http_request_new ("POST", "/", NULL);
  TmIngestJob *job = tm_ingest_job_new (request, NULL, NULL);

  job->batch = test_batch_new ();
  job->received_usec = TEST_NOW_USEC;

  return job;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->group = tm_ingest_group_new ();
  fixture->dictionary = tm_dictionary_new ();
  for (guint i = 0; i < G_N_ELEMENTS (fixture->jobs); i++)
    fixture->jobs[i] = new_job ();
}

static void
build (Fixture *fixture)
{
  for (guint i = 0; i < G_N_ELEMENTS (fixture->jobs); i++)
    {
      TmIngestJob *job = fixture->jobs[i];

      job->outcomes = g_new0 (TmOutcome, job->batch->records->len);
      tm_ingest_group_add (fixture->group, job);
    }
  tm_ingest_group_build (fixture->group, fixture->dictionary);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (fixture->jobs); i++)
    tm_ingest_job_free (fixture->jobs[i]);
  tm_ingest_group_free (fixture->group);
  tm_dictionary_free (fixture->dictionary);
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 100; i++)
    test_batch_add (fixture->jobs[i % 2]->batch, TEST_NOW_USEC - g_test_rand_int_range (0, 1000000),
                    TEST_NOW_USEC, '\0', 0);
  build (fixture);
  g_assert_cmpuint (fixture->group->rows->len, ==, 100);
  for (guint i = 1; i < 100; i++)
    g_assert_cmpint (
        tm_ingest_row_compare (&g_array_index (fixture->group->rows, TmIngestRow, i - 1),
                               &g_array_index (fixture->group->rows, TmIngestRow, i)),
        <, 0);
}

/* The same record in both batches is a row once, accepted once, a duplicate once. */
static void
test_repeated (Fixture *fixture, gconstpointer data)
{
  TmRecord *record = test_batch_add (fixture->jobs[0]->batch, TEST_NOW_USEC, TEST_NOW_USEC, 'a', 1);

  tm_batch_add_record (fixture->jobs[1]->batch, record);
  build (fixture);
  tm_ingest_group_count (fixture->group);
  g_assert_cmpuint (fixture->group->rows->len, ==, 1);
  g_assert_cmpint (fixture->jobs[0]->outcomes[0] + fixture->jobs[1]->outcomes[0], ==,
                   TM_OUTCOME_ACCEPTED + TM_OUTCOME_DUPLICATE);
  g_assert_cmpuint (fixture->jobs[0]->n_new + fixture->jobs[1]->n_new, ==, 1);
  g_assert_cmpuint (fixture->group->deltas->len, ==, 1);
}

static void
test_quarantine (Fixture *fixture, gconstpointer data)
{
  gint64 old_usec = TEST_NOW_USEC - TM_REDATE_PAST_USEC - 2 * G_USEC_PER_SEC;

  test_batch_add (fixture->jobs[0]->batch, old_usec, old_usec, '\0', 0);
  test_batch_add (fixture->jobs[0]->batch, TEST_NOW_USEC, TEST_NOW_USEC, '\0', 0);
  build (fixture);
  tm_ingest_group_count (fixture->group);
  g_assert_cmpuint (fixture->group->rows->len, ==, 1);
  g_assert_cmpuint (fixture->group->quarantine->len, ==, 1);
  /* Accepted both, but only the one with a day counts in the rollups. */
  g_assert_cmpuint (fixture->jobs[0]->n_new, ==, 2);
  g_assert_cmpuint (fixture->group->deltas->len, ==, 1);
}

static void
test_known (Fixture *fixture, gconstpointer data)
{
  test_batch_add (fixture->jobs[0]->batch, TEST_NOW_USEC, TEST_NOW_USEC, '\0', 0);
  fixture->jobs[0]->is_known = TRUE;
  build (fixture);
  g_assert_cmpuint (fixture->group->rows->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/ingest-group/order", Fixture, NULL, set_up, test_order, tear_down);
  g_test_add ("/ingest-group/repeated", Fixture, NULL, set_up, test_repeated, tear_down);
  g_test_add ("/ingest-group/quarantine", Fixture, NULL, set_up, test_quarantine, tear_down);
  g_test_add ("/ingest-group/known", Fixture, NULL, set_up, test_known, tear_down);

  return g_test_run ();
}
