/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads what may be of any size, and what does not know its size, as files of sysfs and pipes. */
#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <glib/gi18n.h>

#include "tm-probe.h"

/* Not by GFile, which looks for other file systems than the kernel's. */
static GInputStream *
open_file (const char *name, GError **error)
{
  int fd = open (name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  int saved_errno = errno;

  if (fd >= 0)
    return g_unix_input_stream_new (fd, TRUE);

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno),
               _ ("“%s” cannot be read: %s"), name, g_strerror (saved_errno));
  return NULL;
}

/* Reading stops one byte beyond the limit. */
GBytes *
tm_probe_read_file (const char *name, gsize max_bytes, GError **error)
{
  g_autoptr (GInputStream) stream = open_file (name, error);
  g_autofree guint8 *data = NULL;
  gsize n_bytes;

  if (stream == NULL)
    return NULL;

  data = g_malloc (max_bytes + 1);
  if (!g_input_stream_read_all (stream, data, max_bytes + 1, &n_bytes, NULL, error))
    return NULL;
  if (n_bytes <= max_bytes)
    return g_bytes_new_take (g_realloc (g_steal_pointer (&data), n_bytes), n_bytes);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               _ ("“%s” is too long; accepted are at most %lu bytes"), name,
               (unsigned long) max_bytes);
  return NULL;
}
