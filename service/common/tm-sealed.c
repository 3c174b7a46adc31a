/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sealed memfds, made and read; see tm-sealed.h. */
#include "tm-sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "telemetry-error.h"

/* The three that make the content final. F_SEAL_SEAL is not asked for: these cannot be taken off
 * again with or without it. */
#define SEALS_NEEDED (F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK)

typedef struct
{
  void *address;
  gsize n_bytes;
} Mapping;

static void
mapping_free (gpointer data)
{
  Mapping *self = data;

  munmap (self->address, self->n_bytes);
  g_free (self);
}

static gboolean
set_errno_error (GError **error, const char *tried)
{
  int saved_errno = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno), "%s failed: %s", tried,
               g_strerror (saved_errno));
  return FALSE;
}

static gboolean
write_all (int fd, const guint8 *data, gsize n_bytes, GError **error)
{
  while (n_bytes > 0)
    {
      gssize n_written = write (fd, data, n_bytes);

      if (n_written < 0 && errno == EINTR)
        continue;
      if (n_written < 0)
        return set_errno_error (error, "writing to a memfd");

      data += n_written;
      n_bytes -= (gsize) n_written;
    }

  return TRUE;
}

int
tm_sealed_new (GBytes *bytes, const char *name, GError **error)
{
  gsize n_bytes;
  const guint8 *data = g_bytes_get_data (bytes, &n_bytes);
  int fd = memfd_create (name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

  if (fd < 0)
    {
      set_errno_error (error, "making a memfd");
      return -1;
    }

  if (!write_all (fd, data, n_bytes, error))
    {
      close (fd);
      return -1;
    }

  /* Whoever gets it may read() it from the beginning. */
  if (lseek (fd, 0, SEEK_SET) < 0 || fcntl (fd, F_ADD_SEALS, SEALS_NEEDED | F_SEAL_SEAL) < 0)
    {
      set_errno_error (error, "sealing a memfd");
      close (fd);
      return -1;
    }

  return fd;
}

static gboolean
check_sealed (int fd, GError **error)
{
  int seals = fcntl (fd, F_GET_SEALS);

  if (seals >= 0 && (seals & SEALS_NEEDED) == SEALS_NEEDED)
    return TRUE;

  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_NOT_SEALED,
               "the file descriptor must be a memfd with the seals write, grow and shrink%s",
               seals < 0 ? "; this one is no memfd" : "");
  return FALSE;
}

GBytes *
tm_sealed_read (int fd, gsize max_bytes, GError **error)
{
  struct stat status;

  if (!check_sealed (fd, error))
    return NULL;
  if (fstat (fd, &status) < 0)
    {
      set_errno_error (error, "reading the size of a memfd");
      return NULL;
    }
  if ((guint64) status.st_size > max_bytes)
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_TOO_LARGE,
                   "the file descriptor holds %" G_GINT64_FORMAT " bytes, the limit is "
                   "%" G_GSIZE_FORMAT,
                   (gint64) status.st_size, max_bytes);
      return NULL;
    }
  if (status.st_size == 0) /* mmap() refuses an empty range */
    return g_bytes_new_static ("", 0);

  gsize n_bytes = (gsize) status.st_size;
  void *address = mmap (NULL, n_bytes, PROT_READ, MAP_PRIVATE, fd, 0);
  if (address == MAP_FAILED)
    {
      set_errno_error (error, "mapping a memfd");
      return NULL;
    }

  Mapping *mapping = g_new (Mapping, 1);
  mapping->address = address;
  mapping->n_bytes = n_bytes;
  return g_bytes_new_with_free_func (address, n_bytes, mapping_free, mapping);
}
