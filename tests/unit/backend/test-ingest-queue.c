/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The queue is bounded, ordered, and ends only when it is empty. */
#include "tm-ingest-queue.h"

static TmIngestJob *
new_job (gsize n_bytes)
{
  g_autoptr (TmHttpRequest) request = tm_http_request_new ("POST", "/", NULL);
  g_autofree char *text = g_strnfill (n_bytes, 'x');
  g_autoptr (GBytes) body = g_bytes_new (text, n_bytes);

  tm_http_request_set_body (request, body);

  return tm_ingest_job_new (request, NULL, NULL);
}

static void
test_bounds (void)
{
  TmIngestQueue *queue = tm_ingest_queue_new (3, 100);
  TmIngestJob *jobs[] = { new_job (10), new_job (90), new_job (0), new_job (0), new_job (11) };

  g_assert_true (tm_ingest_queue_push (queue, jobs[0]));
  g_assert_false (tm_ingest_queue_push (queue, jobs[4]) && tm_ingest_queue_push (queue, jobs[1]));
  g_assert_false (tm_ingest_queue_push (queue, jobs[1]));
  g_assert_true (tm_ingest_queue_push (queue, jobs[2]));
  g_assert_true (tm_ingest_queue_is_full (queue));
  g_assert_false (tm_ingest_queue_push (queue, jobs[3]));

  g_assert_true (tm_ingest_queue_pop (queue, 0) == jobs[0]);
  g_assert_true (tm_ingest_queue_pop (queue, 0) == jobs[4]);
  g_assert_true (tm_ingest_queue_push (queue, jobs[1]));
  tm_ingest_queue_close (queue);
  g_assert_false (tm_ingest_queue_push (queue, jobs[3]));
  g_assert_true (tm_ingest_queue_pop (queue, -1) == jobs[2]);
  g_assert_true (tm_ingest_queue_pop (queue, -1) == jobs[1]);
  g_assert_null (tm_ingest_queue_pop (queue, -1));

  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    tm_ingest_job_free (jobs[i]);
  tm_ingest_queue_free (queue);
}

/* Whoever waits without end is woken by the end. */
static gpointer
wait_for_end (gpointer data)
{
  return tm_ingest_queue_pop (data, -1);
}

static void
test_close_wakes (void)
{
  TmIngestQueue *queue = tm_ingest_queue_new (1, 1);
  GThread *thread = g_thread_new ("waiter", wait_for_end, queue);

  tm_ingest_queue_close (queue);
  g_assert_null (g_thread_join (thread));
  tm_ingest_queue_free (queue);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ingest-queue/bounds", test_bounds);
  g_test_add_func ("/ingest-queue/close-wakes", test_close_wakes);

  return g_test_run ();
}
