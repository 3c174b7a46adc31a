/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compress, post, judge; see tm-transfer.h. */
#include "tm-transfer.h"

#include "tm-gzip.h"

typedef struct
{
  TmHttp *http; /* (owned) */
  char *batch_id;
  guint attempt;
  TmTransferOptions options;
  GCancellable *cancellable; /* (owned) */
} Transfer;

static void
transfer_free (gpointer data)
{
  Transfer *self = data;

  g_object_unref (self->http);
  g_object_unref (self->cancellable);
  g_free (self->batch_id);
  g_free (self);
}

/* Whatever kept a request from its answer may be gone in a minute: a name that did not resolve, a
 * certificate whose clock was wrong, a server that closed early. */
static void
return_failure (GTask *task, GError *error)
{
  gboolean cancelled = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  g_task_return_pointer (task,
                         tm_transfer_outcome_new (
                             cancelled ? TM_TRANSFER_CANCELLED : TM_TRANSFER_RETRY, error->message),
                         (GDestroyNotify) tm_transfer_outcome_free);
}

static void
on_posted (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (TmAnswer) answer = tm_http_post_finish (TM_HTTP (object), result, &error);

  if (answer == NULL)
    return_failure (task, error);
  else
    g_task_return_pointer (task, tm_answer_judge (answer),
                           (GDestroyNotify) tm_transfer_outcome_free);
}

static void
on_compressed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Transfer *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) gzipped = tm_gzip_finish (result, &error);

  if (gzipped == NULL)
    {
      return_failure (task, error);
      return;
    }

  tm_http_post_async (self->http, self->batch_id, gzipped, self->attempt,
                      self->options.timeout_seconds, self->cancellable, on_posted,
                      g_steal_pointer (&task));
}

void
tm_transfer_run_async (TmHttp *http,
                       const char *batch_id,
                       GBytes *body,
                       guint attempt,
                       const TmTransferOptions *options,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  Transfer *self = g_new0 (Transfer, 1);

  g_task_set_name (task, G_STRFUNC);
  g_task_set_task_data (task, self, transfer_free);
  self->http = g_object_ref (http);
  self->batch_id = g_strdup (batch_id);
  self->attempt = attempt;
  self->options = *options;
  self->cancellable = g_object_ref (cancellable);

  tm_gzip_async (body, cancellable, on_compressed, task);
}

TmTransferOutcome *
tm_transfer_run_finish (GAsyncResult *result)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), NULL);
}
