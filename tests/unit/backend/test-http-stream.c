/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proves that the end of a connection is told to who asked for it and not to who reads, who finds
 * nothing to read; and that data in front of it, and the end that nobody asked for, are read.
 */
#include "tm-http-stream.h"

#include <glib/gstdio.h>
#include <sys/socket.h>

typedef struct
{
  GSocketConnection *stream;
  int other_fd; /* -1: it has left */
  guint n_told;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GError) error = NULL;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  socket = g_socket_new_from_fd (fds[0], &error);
  g_assert_no_error (error);
  self->stream = tm_http_stream_new (socket);
  self->other_fd = fds[1];
}

static void
leave (Fixture *self)
{
  g_close (self->other_fd, NULL);
  self->other_fd = -1;
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_object (&self->stream);
  if (self->other_fd >= 0)
    leave (self);
}

static void
on_end (gpointer user_data)
{
  ((Fixture *) user_data)->n_told++;
}

static void
tell_end (Fixture *self, TmHttpEndFunc func)
{
  tm_http_stream_tell_end (TM_HTTP_STREAM (self->stream), func, self);
}

static GPollableInputStream *
get_input (Fixture *self)
{
  return G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (G_IO_STREAM (self->stream)));
}

/* -1: nothing to read now. */
static gssize
read_bytes (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  char buffer[16];
  gssize n_bytes = g_pollable_input_stream_read_nonblocking (get_input (self), buffer,
                                                             sizeof buffer, NULL, &error);

  if (n_bytes < 0)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  return n_bytes;
}

static void
run_loop (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
test_told (Fixture *self, gconstpointer data)
{
  tell_end (self, on_end);
  g_assert_cmpint (read_bytes (self), ==, -1);
  g_assert_cmpint (send (self->other_fd, "more", 4, 0), ==, 4);
  leave (self);
  g_assert_cmpint (read_bytes (self), ==, 4);
  g_assert_cmpint (read_bytes (self), ==, -1);
  g_assert_cmpint (read_bytes (self), ==, -1);
  g_assert_cmpuint (self->n_told, ==, 0);

  run_loop ();
  g_assert_cmpuint (self->n_told, ==, 1);
  g_assert_cmpint (read_bytes (self), ==, 0);
  run_loop ();
  g_assert_cmpuint (self->n_told, ==, 1);
}

static void
test_not_asked (Fixture *self, gconstpointer data)
{
  leave (self);
  g_assert_cmpint (read_bytes (self), ==, 0);
  run_loop ();
}

/* A request has begun in between. */
static void
test_not_asked_any_more (Fixture *self, gconstpointer data)
{
  tell_end (self, on_end);
  leave (self);
  g_assert_cmpint (read_bytes (self), ==, -1);
  tell_end (self, NULL);
  run_loop ();
  g_assert_cmpuint (self->n_told, ==, 0);
  g_assert_cmpint (read_bytes (self), ==, 0);
}

/* Who still has the input does not keep the one who asked. */
static void
test_input_is_left (Fixture *self, gconstpointer data)
{
  g_autoptr (GObject) input = g_object_ref (G_OBJECT (get_input (self)));

  tell_end (self, on_end);
  leave (self);
  g_assert_cmpint (read_bytes (self), ==, -1);
  g_clear_object (&self->stream);
  run_loop ();
  g_assert_cmpuint (self->n_told, ==, 0);
}

static gboolean
on_readable (GObject *input, gpointer user_data)
{
  Fixture *self = user_data;

  /* The end is told first. */
  g_assert_cmpuint (self->n_told, ==, 1);
  return G_SOURCE_REMOVE;
}

/* Who finds nothing to read waits for more. */
static void
test_order (Fixture *self, gconstpointer data)
{
  g_autoptr (GSource) source = NULL;

  tell_end (self, on_end);
  leave (self);
  g_assert_cmpint (read_bytes (self), ==, -1);
  source = g_pollable_input_stream_create_source (get_input (self), NULL);
  g_source_set_callback (source, G_SOURCE_FUNC (on_readable), self, NULL);
  g_source_attach (source, NULL);
  run_loop ();
  g_assert_true (g_source_is_destroyed (source));
}

#define ADD(name, test) g_test_add ("/http-stream/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("told", test_told);
  ADD ("not-asked", test_not_asked);
  ADD ("not-asked-any-more", test_not_asked_any_more);
  ADD ("input-is-left", test_input_is_left);
  ADD ("order", test_order);
  return g_test_run ();
}
