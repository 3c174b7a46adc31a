/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads what may be of any size, and what does not know its size, as files of sysfs and pipes. */
#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tm-probe.h"

static void
set_error (GError **error, int code, const char *name, const char *why)
{
  g_set_error (error, G_IO_ERROR, code, _ ("“%s” cannot be read: %s"), name, why);
}

static void
set_errno_error (GError **error, const char *name)
{
  int saved_errno = errno;

  set_error (error, g_io_error_from_errno (saved_errno), name, g_strerror (saved_errno));
}

static int
open_file (const char *name)
{
  return strcmp (name, "-") == 0 ? fcntl (STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                 : open (name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

/* Reading stops one byte beyond the limit. Not by GFile, which looks for other file systems than
 * the kernel's. fd: (transfer full) */
static GBytes *
read_stream (int fd, const char *name, gsize max_bytes, GError **error)
{
  g_autoptr (GInputStream) stream = g_unix_input_stream_new (fd, TRUE);
  g_autofree guint8 *data = g_malloc (max_bytes + 1);
  g_autoptr (GError) local_error = NULL;
  gsize n_bytes;

  if (!g_input_stream_read_all (stream, data, max_bytes + 1, &n_bytes, NULL, &local_error))
    {
      set_error (error, local_error->code, name, local_error->message);
      return NULL;
    }
  if (n_bytes <= max_bytes)
    return g_bytes_new_take (g_realloc (g_steal_pointer (&data), n_bytes), n_bytes);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               _ ("“%s” is too long; accepted are at most %lu bytes"), name,
               (unsigned long) max_bytes);
  return NULL;
}

GBytes *
tm_probe_read_file (const char *name, gsize max_bytes, GError **error)
{
  int fd = open_file (name);

  if (fd >= 0)
    return read_stream (fd, name, max_bytes, error);

  set_errno_error (error, name);
  return NULL;
}

GBytes *
tm_probe_map_file (const char *name, GError **error)
{
  int fd = open_file (name);
  g_autoptr (GMappedFile) mapped = NULL;
  g_autoptr (GError) local_error = NULL;
  struct stat info = { 0 };

  if (fd < 0)
    {
      set_errno_error (error, name);
      return NULL;
    }

  fstat (fd, &info);
  /* A file of the kernel's own making says that it is empty. */
  if (!S_ISREG (info.st_mode) || info.st_size == 0)
    return read_stream (fd, name, TM_PROBE_MAX_STREAM_BYTES, error);

  mapped = g_mapped_file_new_from_fd (fd, FALSE, &local_error);
  close (fd);
  if (mapped != NULL)
    return g_mapped_file_get_bytes (mapped);

  set_error (error, G_IO_ERROR_FAILED, name, local_error->message);
  return NULL;
}
