/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Framing of D-Bus messages on a socket, and the handshake; see tm-wire.h. */
#include "tm-wire.h"

#include "tm-socket.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADER_BYTES 16                  /* enough for g_dbus_message_bytes_needed() */
#define MAX_INCOMING_BYTES (1024 * 1024) /* the longest answer, to 1000 records, has 60 KiB */
#define READ_BYTES (16 * 1024)

struct _TmWire
{
  int fd;
  guint32 last_serial;
  GByteArray *input; /* what was read and not yet taken */

  guint8 *output; /* (nullable): the message that is being written */
  gsize output_bytes;
  gsize output_done;
  int output_fd; /* to be sent with the first byte, or -1; a duplicate */
};

void
tm_wire_close (TmWire *self)
{
  if (self->output_fd >= 0)
    close (self->output_fd);
  close (self->fd);
  g_free (self->output);
  g_byte_array_unref (self->input);
  g_free (self);
}

int
tm_wire_get_fd (TmWire *self)
{
  return self->fd;
}

gboolean
tm_wire_is_writing (TmWire *self)
{
  return self->output != NULL;
}

short
tm_wire_get_events (TmWire *self)
{
  return self->output != NULL ? POLLIN | POLLOUT : POLLIN;
}

static gboolean
fail_closed (GError **error, const char *what)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, what);
  return FALSE;
}

static gssize
send_some (TmWire *self)
{
  struct iovec vector = { .iov_base = self->output + self->output_done,
                          .iov_len = self->output_bytes - self->output_done };
  union
  {
    char bytes[CMSG_SPACE (sizeof (int))];
    struct cmsghdr align;
  } control = { .bytes = { 0 } };
  struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };

  if (self->output_fd >= 0)
    {
      message.msg_control = control.bytes;
      message.msg_controllen = sizeof control.bytes;
      struct cmsghdr *header = CMSG_FIRSTHDR (&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN (sizeof (int));
      memcpy (CMSG_DATA (header), &self->output_fd, sizeof (int));
    }

  /* A bus that went away is an error to report, not a signal that ends the program. */
  return sendmsg (self->fd, &message, MSG_NOSIGNAL);
}

gboolean
tm_wire_write (TmWire *self, GError **error)
{
  while (self->output != NULL)
    {
      gssize n_sent = send_some (self);
      if (n_sent < 0 && errno == EINTR)
        continue;
      if (n_sent < 0 && errno == EAGAIN)
        return TRUE;
      if (n_sent < 0)
        return fail_closed (error, "the connection to the message bus broke while sending");

      if (self->output_fd >= 0)
        close (self->output_fd);
      self->output_fd = -1;
      self->output_done += n_sent;
      if (self->output_done == self->output_bytes)
        g_clear_pointer (&self->output, g_free);
    }

  return TRUE;
}

/* Returns how much came: 0 when there is nothing now, -1 with an error. */
static gssize
receive_some (TmWire *self, GError **error)
{
  guint old_bytes = self->input->len;
  g_byte_array_set_size (self->input, old_bytes + READ_BYTES);

  gssize n_read;
  do
    n_read = recv (self->fd, self->input->data + old_bytes, READ_BYTES, 0);
  while (n_read < 0 && errno == EINTR);
  int saved_errno = errno;

  g_byte_array_set_size (self->input, old_bytes + MAX (n_read, 0));
  if (n_read > 0)
    return n_read;
  if (n_read < 0 && saved_errno == EAGAIN)
    return 0;

  fail_closed (error, "the message bus closed the connection");
  return -1;
}

/* *out_message is NULL if no whole message is there yet. */
static gboolean
take_message (TmWire *self, GDBusMessage **out_message, GError **error)
{
  *out_message = NULL;
  if (self->input->len < HEADER_BYTES)
    return TRUE;

  gssize n_bytes = g_dbus_message_bytes_needed (self->input->data, self->input->len, error);
  if (n_bytes < 0)
    return FALSE;
  if (n_bytes > MAX_INCOMING_BYTES)
    return fail_closed (error, "an answer from the message bus is too long");
  if (self->input->len < n_bytes)
    return TRUE;

  *out_message = g_dbus_message_new_from_blob (self->input->data, n_bytes,
                                               G_DBUS_CAPABILITY_FLAGS_UNIX_FD_PASSING, error);
  g_byte_array_remove_range (self->input, 0, n_bytes);
  return *out_message != NULL;
}

gboolean
tm_wire_read (TmWire *self, GDBusMessage **out_message, GError **error)
{
  if (!take_message (self, out_message, error))
    return FALSE;

  while (*out_message == NULL)
    {
      gssize n_read = receive_some (self, error);
      if (n_read <= 0)
        return n_read == 0;
      if (!take_message (self, out_message, error))
        return FALSE;
    }

  return TRUE;
}

/* GDBusMessage counts the descriptors in its header; the list itself is only looked at for that. */
static gboolean
announce_fd (GDBusMessage *message, int fd, GError **error)
{
  g_autoptr (GUnixFDList) list = g_unix_fd_list_new ();

  if (g_unix_fd_list_append (list, fd, error) < 0)
    return FALSE;
  g_dbus_message_set_unix_fd_list (message, list);
  return TRUE;
}

guint32
tm_wire_queue (TmWire *self, GDBusMessage *message, int fd, GError **error)
{
  g_assert (self->output == NULL);

  if (fd >= 0 && !announce_fd (message, fd, error))
    return 0;
  g_dbus_message_set_serial (message, ++self->last_serial);
  self->output = g_dbus_message_to_blob (message, &self->output_bytes,
                                         G_DBUS_CAPABILITY_FLAGS_UNIX_FD_PASSING, error);
  if (self->output == NULL)
    return 0;
  self->output_done = 0;
  if (fd >= 0)
    self->output_fd = fcntl (fd, F_DUPFD_CLOEXEC, 3);
  if (fd >= 0 && self->output_fd < 0)
    {
      g_clear_pointer (&self->output, g_free);
      fail_closed (error, "cannot duplicate the payload's descriptor: too many open files");
      return 0;
    }
  return self->last_serial;
}

GDBusMessage *
tm_wire_call (TmWire *self,
              GDBusMessage *message,
              int fd,
              gint64 deadline_usec,
              GCancellable *cancellable,
              GError **error)
{
  guint32 serial = tm_wire_queue (self, message, fd, error);
  if (serial == 0)
    return NULL;

  for (;;)
    {
      g_autoptr (GDBusMessage) reply = NULL;
      if (!tm_wire_write (self, error) ||
          !tm_socket_wait (self->fd, tm_wire_get_events (self), deadline_usec, cancellable,
                           error) ||
          !tm_wire_read (self, &reply, error))
        return NULL;
      /* Others are the bus's own signals. Several may have come at once. */
      while (reply != NULL && g_dbus_message_get_reply_serial (reply) != serial)
        {
          g_clear_object (&reply);
          if (!take_message (self, &reply, error))
            return NULL;
        }
      if (reply != NULL)
        return g_steal_pointer (&reply);
    }
}

/* Returns the next line of the handshake without its end, waiting for it. */
static char *
read_line (TmWire *self, gint64 deadline_usec, GCancellable *cancellable, GError **error)
{
  for (;;)
    {
      const guint8 *end = NULL;
      if (self->input->len > 0)
        end = memmem (self->input->data, self->input->len, "\r\n", 2);
      if (end != NULL)
        {
          gsize n_bytes = end - self->input->data;
          char *line = g_strndup ((const char *) self->input->data, n_bytes);
          g_byte_array_remove_range (self->input, 0, n_bytes + 2);
          return line;
        }

      if (!tm_socket_wait (self->fd, POLLIN, deadline_usec, cancellable, error) ||
          receive_some (self, error) < 0)
        return NULL;
    }
}

static gboolean
expect_line (TmWire *self,
             const char *prefix,
             gint64 deadline_usec,
             GCancellable *cancellable,
             GError **error)
{
  g_autofree char *line = read_line (self, deadline_usec, cancellable, error);
  if (line == NULL)
    return FALSE;
  if (g_str_has_prefix (line, prefix))
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
               "the message bus answered “%s” where “%s” was expected", line, prefix);
  return FALSE;
}

/* The client's lines do not depend on the answers, so all go at once, and Hello behind them. */
static gboolean
say_hello (TmWire *self, gint64 deadline_usec, GCancellable *cancellable, GError **error)
{
  g_autofree char *uid = g_strdup_printf ("%u", (guint) geteuid ());
  g_autoptr (GString) lines = g_string_new_len ("\0AUTH EXTERNAL ", 15);
  for (const char *digit = uid; *digit != '\0'; digit++)
    g_string_append_printf (lines, "%02x", (guint) *digit);
  g_string_append (lines, "\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n");

  self->output_bytes = lines->len;
  self->output_done = 0;
  self->output = (guint8 *) g_string_free (g_steal_pointer (&lines), FALSE);
  while (self->output != NULL)
    if (!tm_wire_write (self, error) ||
        (self->output != NULL &&
         !tm_socket_wait (self->fd, POLLOUT, deadline_usec, cancellable, error)))
      return FALSE;

  g_autoptr (GDBusMessage) hello = g_dbus_message_new_method_call (
      "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "Hello");
  guint32 serial = tm_wire_queue (self, hello, -1, error);
  if (serial == 0 || !tm_wire_write (self, error) ||
      !expect_line (self, "OK ", deadline_usec, cancellable, error) ||
      !expect_line (self, "AGREE_UNIX_FD", deadline_usec, cancellable, error))
    return FALSE;

  g_autoptr (GDBusMessage) reply = NULL;
  while (reply == NULL)
    if (!tm_wire_read (self, &reply, error) ||
        (reply == NULL && !tm_socket_wait (self->fd, POLLIN, deadline_usec, cancellable, error)))
      return FALSE;
  return !g_dbus_message_to_gerror (reply, error);
}

TmWire *
tm_wire_new_for_socket (int fd, gint64 deadline_usec, GCancellable *cancellable, GError **error)
{
  g_autoptr (TmWire) self = g_new0 (TmWire, 1);

  self->fd = fd;
  self->output_fd = -1;
  self->input = g_byte_array_new ();
  if (!say_hello (self, deadline_usec, cancellable, error))
    return NULL;
  return g_steal_pointer (&self);
}

TmWire *
tm_wire_open (gint64 deadline_usec, GCancellable *cancellable, GError **error)
{
  int fd = tm_socket_connect_system_bus (deadline_usec, error);

  return fd < 0 ? NULL : tm_wire_new_for_socket (fd, deadline_usec, cancellable, error);
}
