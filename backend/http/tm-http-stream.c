/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-http-stream.h. */
#include "tm-http-stream.h"

/* What is read of it. */
#define TM_TYPE_HTTP_INPUT (tm_http_input_get_type ())
G_DECLARE_FINAL_TYPE (TmHttpInput, tm_http_input, TM, HTTP_INPUT, GFilterInputStream)

struct _TmHttpInput
{
  GFilterInputStream parent_instance;

  TmHttpEndFunc end; /* (nullable) */
  gpointer user_data;
  GSource *telling; /* (nullable) */
};

struct _TmHttpStream
{
  GSocketConnection parent_instance;

  TmHttpInput *input;
};

static void tm_http_input_pollable_init (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TmHttpInput,
                               tm_http_input,
                               G_TYPE_FILTER_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
                                                      tm_http_input_pollable_init))
G_DEFINE_FINAL_TYPE (TmHttpStream, tm_http_stream, G_TYPE_SOCKET_CONNECTION)

/* Input */

static GPollableInputStream *
get_base (gpointer self)
{
  return G_POLLABLE_INPUT_STREAM (
      g_filter_input_stream_get_base_stream (G_FILTER_INPUT_STREAM (self)));
}

static void
tell_nobody (TmHttpInput *self)
{
  self->end = NULL;
  if (self->telling != NULL)
    g_source_destroy (self->telling);
  g_clear_pointer (&self->telling, g_source_unref);
}

static gboolean
tell (gpointer user_data)
{
  TmHttpInput *self = user_data;
  TmHttpEndFunc end = self->end;

  tell_nobody (self);
  if (end != NULL)
    end (self->user_data);
  return G_SOURCE_REMOVE;
}

/* Before who reads finds the stream readable again. */
static void
tell_soon (TmHttpInput *self)
{
  if (self->telling != NULL)
    return;

  self->telling = g_idle_source_new ();
  g_source_set_static_name (self->telling, "[tm-http] client leaves");
  g_source_set_priority (self->telling, G_PRIORITY_HIGH);
  g_source_set_callback (self->telling, tell, self, NULL);
  g_source_attach (self->telling, g_main_context_get_thread_default ());
}

static gssize
read_nonblocking (GPollableInputStream *stream, void *buffer, gsize n_bytes, GError **error)
{
  TmHttpInput *self = TM_HTTP_INPUT (stream);
  GError *local_error = NULL;
  gssize n_read = g_pollable_input_stream_read_nonblocking (get_base (self), buffer, n_bytes, NULL,
                                                            &local_error);

  if (self->end == NULL || n_read > 0 ||
      g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      if (local_error != NULL)
        g_propagate_error (error, local_error);
      return n_read;
    }

  g_clear_error (&local_error);
  tell_soon (self);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "nothing more will come");
  return -1;
}

static gboolean
can_poll (GPollableInputStream *stream)
{
  return g_pollable_input_stream_can_poll (get_base (stream));
}

static gboolean
is_readable (GPollableInputStream *stream)
{
  return g_pollable_input_stream_is_readable (get_base (stream));
}

static GSource *
create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  g_autoptr (GSource) base = g_pollable_input_stream_create_source (get_base (stream), NULL);

  return g_pollable_source_new_full (stream, base, cancellable);
}

static void
tm_http_input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->can_poll = can_poll;
  iface->is_readable = is_readable;
  iface->create_source = create_source;
  iface->read_nonblocking = read_nonblocking;
}

static void
tm_http_input_dispose (GObject *object)
{
  tell_nobody (TM_HTTP_INPUT (object));
  G_OBJECT_CLASS (tm_http_input_parent_class)->dispose (object);
}

static void
tm_http_input_class_init (TmHttpInputClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tm_http_input_dispose;
}

static void
tm_http_input_init (TmHttpInput *self)
{
}

/* Stream */

static GInputStream *
get_input_stream (GIOStream *stream)
{
  TmHttpStream *self = TM_HTTP_STREAM (stream);

  if (self->input == NULL)
    self->input = g_object_new (
        TM_TYPE_HTTP_INPUT, "base-stream",
        G_IO_STREAM_CLASS (tm_http_stream_parent_class)->get_input_stream (stream), NULL);

  return G_INPUT_STREAM (self->input);
}

static void
tm_http_stream_dispose (GObject *object)
{
  TmHttpStream *self = TM_HTTP_STREAM (object);

  /* Who still has the input is not the one who asked. */
  if (self->input != NULL)
    tell_nobody (self->input);
  G_OBJECT_CLASS (tm_http_stream_parent_class)->dispose (object);
}

static void
tm_http_stream_finalize (GObject *object)
{
  g_clear_object (&TM_HTTP_STREAM (object)->input);
  G_OBJECT_CLASS (tm_http_stream_parent_class)->finalize (object);
}

static void
tm_http_stream_class_init (TmHttpStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tm_http_stream_dispose;
  G_OBJECT_CLASS (klass)->finalize = tm_http_stream_finalize;
  G_IO_STREAM_CLASS (klass)->get_input_stream = get_input_stream;
}

static void
tm_http_stream_init (TmHttpStream *self)
{
}

GSocketConnection *
tm_http_stream_new (GSocket *socket)
{
  return g_object_new (TM_TYPE_HTTP_STREAM, "socket", socket, NULL);
}

void
tm_http_stream_tell_end (TmHttpStream *self, TmHttpEndFunc func, gpointer user_data)
{
  get_input_stream (G_IO_STREAM (self));
  tell_nobody (self->input);
  self->input->end = func;
  self->input->user_data = user_data;
}
