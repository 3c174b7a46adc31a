/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gzip over GIO's converter; see tm-gzip.h. */
#include "tm-gzip.h"

#define LEVEL 1

static GBytes *
compress_bytes (GBytes *bytes, GCancellable *cancellable, GError **error)
{
  g_autoptr (GConverter) compressor =
      G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, LEVEL));
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) stream = g_converter_output_stream_new (memory, compressor);
  gsize n_bytes;
  gconstpointer data = g_bytes_get_data (bytes, &n_bytes);

  if (!g_output_stream_write_all (stream, data, n_bytes, NULL, cancellable, error))
    return NULL;
  if (!g_output_stream_close (stream, cancellable, error))
    return NULL;

  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
}

static void
compress_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;
  GBytes *gzipped = compress_bytes (task_data, cancellable, &error);

  if (gzipped == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, gzipped, (GDestroyNotify) g_bytes_unref);
}

void
tm_gzip_async (GBytes *bytes,
               GCancellable *cancellable,
               GAsyncReadyCallback callback,
               gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_name (task, G_STRFUNC);
  g_task_set_task_data (task, g_bytes_ref (bytes), (GDestroyNotify) g_bytes_unref);
  g_task_run_in_thread (task, compress_in_thread);
}

GBytes *
tm_gzip_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
