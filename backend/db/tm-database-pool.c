/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A few connections behind a main loop; see tm-database-pool.h. */
#include "tm-database-pool.h"

struct _TmDatabasePool
{
  GObject parent_instance;

  GThreadPool *threads; /* (element-type GTask): as many threads as connections */
  GAsyncQueue *idle;    /* (element-type TmDatabase): those that no thread uses now */
};

G_DEFINE_FINAL_TYPE (TmDatabasePool, tm_database_pool, G_TYPE_OBJECT)

static TmRows *
run (TmDatabase *database, TmQuery *query, GError **error)
{
  g_autoptr (GError) first_error = NULL;
  TmRows *rows = tm_database_query (database, query, &first_error);

  if (rows != NULL)
    return rows;

  /* A connection that was idle while the database was restarted is found dead only now. */
  if (g_error_matches (first_error, TM_DATABASE_ERROR, TM_DATABASE_ERROR_UNREACHABLE))
    return tm_database_query (database, query, error);

  g_propagate_error (error, g_steal_pointer (&first_error));

  return NULL;
}

static void
run_task (gpointer data, gpointer user_data)
{
  g_autoptr (GTask) task = data;
  GAsyncQueue *idle = user_data;
  TmDatabase *database;
  TmRows *rows;
  g_autoptr (GError) error = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;

  database = g_async_queue_pop (idle);
  rows = run (database, g_task_get_task_data (task), &error);
  g_async_queue_push (idle, database);

  if (rows != NULL)
    g_task_return_pointer (task, rows, (GDestroyNotify) tm_rows_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
tm_database_pool_finalize (GObject *object)
{
  TmDatabasePool *self = TM_DATABASE_POOL (object);

  /* Each task holds a reference, so nothing waits any more. */
  g_thread_pool_free (self->threads, TRUE, TRUE);
  g_async_queue_unref (self->idle);

  G_OBJECT_CLASS (tm_database_pool_parent_class)->finalize (object);
}

static void
tm_database_pool_class_init (TmDatabasePoolClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tm_database_pool_finalize;
}

static void
tm_database_pool_init (TmDatabasePool *self)
{
  self->idle = g_async_queue_new_full ((GDestroyNotify) tm_database_free);
}

TmDatabasePool *
tm_database_pool_new (const char *conninfo, const char *application_name, guint n_connections)
{
  TmDatabasePool *self = g_object_new (TM_TYPE_DATABASE_POOL, NULL);

  for (guint i = 0; i < n_connections; i++)
    g_async_queue_push (self->idle, tm_database_new (conninfo, application_name));
  self->threads = g_thread_pool_new (run_task, self->idle, (gint) n_connections, FALSE, NULL);

  return self;
}

void
tm_database_pool_query_async (TmDatabasePool *self,
                              TmQuery *query,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_name (task, "tm_database_pool_query_async");
  g_task_set_task_data (task, query, (GDestroyNotify) tm_query_free);
  if (g_thread_pool_unprocessed (self->threads) >= TM_DATABASE_POOL_MAX_WAITING)
    {
      g_task_return_new_error (task, TM_DATABASE_ERROR, TM_DATABASE_ERROR_BUSY,
                               "more than %d queries are waiting", TM_DATABASE_POOL_MAX_WAITING);
      g_object_unref (task);
      return;
    }

  g_thread_pool_push (self->threads, task, NULL);
}

TmRows *
tm_database_pool_query_finish (TmDatabasePool *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

JsonArray *
tm_database_pool_query_finish_json (TmDatabasePool *self, GAsyncResult *result, GError **error)
{
  g_autoptr (TmRows) rows = tm_database_pool_query_finish (self, result, error);

  return rows != NULL ? tm_rows_to_json (rows) : NULL;
}
