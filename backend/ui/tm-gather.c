/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Queries side by side; see tm-gather.h. */
#include "tm-gather.h"

typedef struct
{
  TmGather *gather; /* owned while the query runs */
  GTask *task;      /* owned */
  char *name;
  TmQuery *query; /* until it is handed to the pool */
} Part;

struct _TmGather
{
  GObject parent_instance;

  TmDatabasePool *pool;
  GPtrArray *parts; /* of Part */
  guint n_waiting;
  JsonObject *answer;
  GError *error; /* the first one */
};

G_DEFINE_FINAL_TYPE (TmGather, tm_gather, G_TYPE_OBJECT)

static void
part_free (gpointer data)
{
  Part *self = data;

  g_clear_object (&self->gather);
  g_clear_object (&self->task);
  g_clear_pointer (&self->query, tm_query_free);
  g_free (self->name);
  g_free (self);
}

static void
tm_gather_dispose (GObject *object)
{
  TmGather *self = TM_GATHER (object);

  g_clear_object (&self->pool);
  g_clear_pointer (&self->parts, g_ptr_array_unref);
  g_clear_pointer (&self->answer, json_object_unref);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (tm_gather_parent_class)->dispose (object);
}

static void
tm_gather_class_init (TmGatherClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tm_gather_dispose;
}

static void
tm_gather_init (TmGather *self)
{
  self->parts = g_ptr_array_new_with_free_func (part_free);
  self->answer = json_object_new ();
}

TmGather *
tm_gather_new (TmDatabasePool *pool)
{
  TmGather *self = g_object_new (TM_TYPE_GATHER, NULL);

  self->pool = g_object_ref (pool);

  return self;
}

void
tm_gather_add (TmGather *self, const char *name, TmQuery *query)
{
  Part *part = g_new0 (Part, 1);

  part->name = g_strdup (name);
  part->query = query;
  g_ptr_array_add (self->parts, part);
  /* Takes the member's place now, so that the order does not depend on who is ready first. */
  json_object_set_null_member (self->answer, name);
}

static void
finish (TmGather *self, GTask *task)
{
  if (self->error != NULL)
    g_task_return_error (task, g_steal_pointer (&self->error));
  else
    g_task_return_pointer (task, g_steal_pointer (&self->answer),
                           (GDestroyNotify) json_object_unref);
}

static void
on_rows (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Part *part = user_data;
  g_autoptr (TmGather) self = g_steal_pointer (&part->gather);
  g_autoptr (GTask) task = g_steal_pointer (&part->task);
  g_autoptr (GError) error = NULL;
  JsonArray *rows = tm_database_pool_query_finish_json (TM_DATABASE_POOL (source), result, &error);

  if (rows != NULL)
    json_object_set_array_member (self->answer, part->name, rows);
  else if (self->error == NULL)
    self->error = g_steal_pointer (&error);

  if (--self->n_waiting == 0)
    finish (self, task);
}

void
tm_gather_run_async (TmGather *self,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tm_gather_run_async);
  g_return_if_fail (self->parts->len > 0);

  self->n_waiting = self->parts->len;
  for (guint i = 0; i < self->parts->len; i++)
    {
      Part *part = g_ptr_array_index (self->parts, i);

      part->gather = g_object_ref (self);
      part->task = g_object_ref (task);
      tm_database_pool_query_async (self->pool, g_steal_pointer (&part->query), cancellable,
                                    on_rows, part);
    }
}

JsonObject *
tm_gather_run_finish (TmGather *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
