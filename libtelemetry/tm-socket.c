/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See tm-socket.h. The bus is found as every D-Bus program finds it (DBUS_SYSTEM_BUS_ADDRESS, else
 * the well-known path); of its kinds of addresses only unix sockets are known here, because a
 * system bus has no other.
 *
 * g_dbus_address_get_for_bus_sync() would find it too, but starts GLib's worker thread for that,
 * which stays, and which ends the program when there is no descriptor left for it.
 */
#include "tm-socket.h"

#include "tm-fork.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define WELL_KNOWN_ADDRESS "unix:path=/var/run/dbus/system_bus_socket"

int
tm_socket_remaining_msec (gint64 deadline_usec)
{
  gint64 remaining_usec = deadline_usec - g_get_monotonic_time ();

  return (int) CLAMP ((remaining_usec + 999) / 1000, 0, G_MAXINT);
}

static void
set_error_from_errno (GError **error, const char *what, int saved_errno)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno), "%s: %s", what,
               g_strerror (saved_errno));
}

/* entry: "path=/run/dbus/system_bus_socket,guid=..." */
static gboolean
parse_unix_address (const char *entry, struct sockaddr_un *out_name, socklen_t *out_size)
{
  g_auto (GStrv) pairs = g_strsplit (entry, ",", -1);

  for (guint i = 0; pairs[i] != NULL; i++)
    {
      gboolean abstract = g_str_has_prefix (pairs[i], "abstract=");
      if (!abstract && !g_str_has_prefix (pairs[i], "path="))
        continue;

      g_autofree char *path = g_uri_unescape_string (strchr (pairs[i], '=') + 1, NULL);
      gsize offset = abstract ? 1 : 0; /* an abstract name begins with NUL */
      if (path == NULL || strlen (path) + offset >= sizeof out_name->sun_path)
        return FALSE;

      memset (out_name, 0, sizeof *out_name);
      out_name->sun_family = AF_UNIX;
      memcpy (out_name->sun_path + offset, path, strlen (path));
      *out_size = offsetof (struct sockaddr_un, sun_path) + offset + strlen (path);
      return TRUE;
    }

  return FALSE;
}

/* connect() to a unix socket blocks while the listener's backlog is full; SO_SNDTIMEO bounds it. */
static int
connect_before (const struct sockaddr_un *name, socklen_t size, gint64 deadline_usec)
{
  int remaining_msec = MAX (tm_socket_remaining_msec (deadline_usec), 1);
  struct timeval timeout = { .tv_sec = remaining_msec / 1000,
                             .tv_usec = (remaining_msec % 1000) * 1000 };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -1;

  tm_fork_pause ();
  gboolean connected = setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) == 0 &&
                       connect (fd, (const struct sockaddr *) name, size) == 0;
  int saved_errno = errno;
  tm_fork_resume ();
  if (connected && fcntl (fd, F_SETFL, O_NONBLOCK) == 0)
    return fd;

  if (connected)
    saved_errno = errno;
  close (fd);
  errno = saved_errno;
  return -1;
}

int
tm_socket_connect_system_bus (gint64 deadline_usec, GError **error)
{
  const char *addresses = secure_getenv ("DBUS_SYSTEM_BUS_ADDRESS");
  if (addresses == NULL)
    addresses = WELL_KNOWN_ADDRESS;

  g_auto (GStrv) entries = g_strsplit (addresses, ";", -1);
  int saved_errno = EAFNOSUPPORT;
  for (guint i = 0; entries[i] != NULL; i++)
    {
      struct sockaddr_un name;
      socklen_t size;
      if (!g_str_has_prefix (entries[i], "unix:") ||
          !parse_unix_address (entries[i] + strlen ("unix:"), &name, &size))
        continue;

      int fd = connect_before (&name, size, deadline_usec);
      if (fd >= 0)
        return fd;
      saved_errno = errno;
    }

  g_autofree char *what = g_strdup_printf ("cannot reach the message bus at “%s”", addresses);
  set_error_from_errno (error, what, saved_errno);
  return -1;
}

/* For a cancellable that has none yet; GLib ends the program when it finds none. */
static gboolean
has_spare_descriptor (int fd)
{
  int spare = fcntl (fd, F_DUPFD_CLOEXEC, 0);

  if (spare >= 0)
    close (spare);
  return spare >= 0;
}

gboolean
tm_socket_wait (
    int fd, short events, gint64 deadline_usec, GCancellable *cancellable, GError **error)
{
  GPollFD polls[2] = { { .fd = fd, .events = events } };
  guint n_polls = 1;
  if (cancellable != NULL && !has_spare_descriptor (fd))
    {
      set_error_from_errno (error, "waiting for the message bus", errno);
      return FALSE;
    }
  if (g_cancellable_make_pollfd (cancellable, &polls[1]))
    n_polls = 2;

  int n_ready;
  tm_fork_pause ();
  do
    n_ready = g_poll (polls, n_polls, tm_socket_remaining_msec (deadline_usec));
  while (n_ready < 0 && errno == EINTR);
  int saved_errno = errno;
  tm_fork_resume ();

  if (n_polls == 2)
    g_cancellable_release_fd (cancellable);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (n_ready < 0)
    {
      set_error_from_errno (error, "waiting for the message bus", saved_errno);
      return FALSE;
    }
  if (n_ready == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                           "the telemetry service did not answer in time");
      return FALSE;
    }

  return TRUE;
}
