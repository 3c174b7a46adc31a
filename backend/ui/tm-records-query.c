/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A search for records:
 *
 *   scope ── no day has a match ──> answer without records
 *     │
 *     ├── a text is looked for ──> reach ──┐
 *     └────────────────────────────────────┴──> records and facets ──> answer
 */
#include "tm-records-query.h"

#include "tm-gather.h"
#include "tm-record-search.h"
#include "tm-time.h"

typedef struct
{
  const TmRecordFilter *filter; /* borrowed from the caller */
  TmDatabasePool *pool;
  TmRecordSearch *search;
} Job;

static void
job_free (gpointer data)
{
  Job *self = data;

  tm_record_search_free (self->search);
  g_object_unref (self->pool);
  g_free (self);
}

/* Cuts the rows to the page and says how to go on: behind the last record shown, or behind what was
 * looked through. */
static void
set_next (const Job *self, JsonObject *answer)
{
  JsonArray *records = json_object_get_array_member (answer, "records");
  guint n = json_array_get_length (records);
  char searched_to[TM_TIME_TEXT_SIZE];
  gint64 rest_usec;
  const char *rest = tm_record_search_get_rest (self->search, &rest_usec);

  json_object_set_null_member (answer, "next");
  json_object_set_null_member (answer, "searched_to");
  if (n > self->filter->limit)
    {
      json_array_remove_element (records, n - 1);
      JsonObject *last = json_array_get_object_element (records, n - 2);
      json_object_set_string_member (answer, "next",
                                     json_object_get_string_member (last, "record_id"));
    }
  else if (rest != NULL)
    {
      tm_time_format (rest_usec, searched_to);
      json_object_set_string_member (answer, "next", rest);
      json_object_set_string_member (answer, "searched_to", searched_to);
    }
}

/* Rows of (facet, value, n_records) become one list per facet. */
static void
set_facets (JsonObject *answer)
{
  static const char *const names[] = { "severity", "class", "build" };
  g_autoptr (JsonArray) rows = json_array_ref (json_object_get_array_member (answer, "facets"));
  JsonObject *facets = json_object_new ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    json_object_set_array_member (facets, names[i], json_array_new ());
  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *row = json_array_get_object_element (rows, i);
      const char *name = json_object_get_string_member (row, "facet");
      JsonObject *item = json_object_new ();

      json_object_set_string_member (item, "value", json_object_get_string_member (row, "value"));
      json_object_set_int_member (item, "n_records", json_object_get_int_member (row, "n_records"));
      json_array_add_object_element (json_object_get_array_member (facets, name), item);
    }
  json_object_set_object_member (answer, "facets", facets);
}

static void
on_gathered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Job *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = tm_gather_run_finish (TM_GATHER (source), result, &error);

  if (answer == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  if (!json_object_has_member (answer, "records"))
    json_object_set_array_member (answer, "records", json_array_new ());
  set_next (self, answer);
  set_facets (answer);
  g_task_return_pointer (task, g_steal_pointer (&answer), (GDestroyNotify) json_object_unref);
}

static void
gather (GTask *task, gboolean has_records)
{
  Job *self = g_task_get_task_data (task);
  g_autoptr (TmGather) gather = tm_gather_new (self->pool);

  if (has_records)
    tm_gather_add (gather, "records", tm_record_search_make_records_query (self->search));
  tm_gather_add (gather, "facets", tm_record_search_make_facets_query (self->search));
  tm_gather_run_async (gather, g_task_get_cancellable (task), on_gathered, g_object_ref (task));
}

static void
on_reach (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Job *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (TmRows) rows =
      tm_database_pool_query_finish (TM_DATABASE_POOL (source), result, &error);

  if (rows == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  if (tm_rows_get_n_rows (rows) > 0)
    tm_record_search_set_reach (self->search, tm_rows_get_text (rows, 0, 0));
  gather (task, TRUE);
}

static void
look_for_text (GTask *task)
{
  Job *self = g_task_get_task_data (task);

  tm_database_pool_query_async (self->pool, tm_record_search_make_reach_query (self->search),
                                g_task_get_cancellable (task), on_reach, g_object_ref (task));
}

static void
on_scope (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Job *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  TmRows *scope = tm_database_pool_query_finish (TM_DATABASE_POOL (source), result, &error);

  if (scope == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else if (!tm_record_search_set_scope (self->search, scope))
    gather (task, FALSE);
  else if (self->filter->values[TM_FILTER_TEXT] != NULL)
    look_for_text (task);
  else
    gather (task, TRUE);
}

void
tm_records_query_async (TmDatabasePool *pool,
                        const TmRecordFilter *filter,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (pool, cancellable, callback, user_data);
  Job *self = g_new0 (Job, 1);

  g_task_set_source_tag (task, tm_records_query_async);
  self->filter = filter;
  self->pool = g_object_ref (pool);
  self->search = tm_record_search_new (filter);
  g_task_set_task_data (task, self, job_free);

  tm_database_pool_query_async (pool, tm_record_search_make_scope_query (self->search), cancellable,
                                on_scope, g_object_ref (task));
}

JsonObject *
tm_records_query_finish (TmDatabasePool *pool, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, pool), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
