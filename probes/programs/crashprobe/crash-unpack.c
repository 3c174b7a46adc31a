/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See crash-unpack.h. libzstd itself, since GIO knows only what zlib does. The only file that knows
 * it.
 */
#include "crash-unpack.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#define BUFFER_BYTES (128 * 1024)

static const guint8 zstd_magic[] = { 0x28, 0xb5, 0x2f, 0xfd };

typedef struct
{
  int in_fd;
  int out_fd;
  guint64 n_written;
  guint64 max_bytes;
  ZSTD_DStream *stream; /* (nullable): it is not compressed */
  guint8 *in;
  guint8 *out;
} Unpacker;

static void
unpacker_clear (Unpacker *self)
{
  ZSTD_freeDStream (self->stream);
  g_free (self->in);
  g_free (self->out);
  if (self->out_fd >= 0)
    close (self->out_fd);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Unpacker, unpacker_clear)

static gboolean
set_errno_error (GError **error, const char *what)
{
  int code = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", what, g_strerror (code));
  return FALSE;
}

/* Up to a whole buffer, for what stands at its beginning; 0 at the end, -1 with error. */
static gssize
read_some (Unpacker *self, GError **error)
{
  gsize n_bytes = 0;

  while (n_bytes < BUFFER_BYTES)
    {
      gssize n = read (self->in_fd, self->in + n_bytes, BUFFER_BYTES - n_bytes);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          set_errno_error (error, "cannot read the core");
          return -1;
        }
      if (n == 0)
        break;
      n_bytes += n;
    }

  return (gssize) n_bytes;
}

static gboolean
write_all (Unpacker *self, const guint8 *data, gsize n_bytes, GError **error)
{
  if (self->n_written + n_bytes > self->max_bytes)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                   "the core has more than %" G_GUINT64_FORMAT " bytes", self->max_bytes);
      return FALSE;
    }

  self->n_written += n_bytes;
  while (n_bytes > 0)
    {
      gssize n = write (self->out_fd, data, n_bytes);

      if (n < 0 && errno != EINTR)
        return set_errno_error (error, "cannot keep the core");
      if (n > 0)
        {
          data += n;
          n_bytes -= n;
        }
    }

  return TRUE;
}

static gboolean
inflate (Unpacker *self, gsize n_bytes, GError **error)
{
  ZSTD_inBuffer in = { self->in, n_bytes, 0 };
  gboolean is_full = FALSE;

  if (self->stream == NULL)
    return write_all (self, self->in, n_bytes, error);

  while (in.pos < in.size || is_full)
    {
      ZSTD_outBuffer out = { self->out, BUFFER_BYTES, 0 };
      size_t result = ZSTD_decompressStream (self->stream, &out, &in);

      if (ZSTD_isError (result))
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "cannot decompress the core: %s",
                       ZSTD_getErrorName (result));
          return FALSE;
        }
      if (!write_all (self, self->out, out.pos, error))
        return FALSE;
      is_full = out.pos == out.size;
    }

  return TRUE;
}

static gboolean
copy (Unpacker *self, GError **error)
{
  gssize n_bytes = read_some (self, error);

  if (n_bytes >= (gssize) sizeof zstd_magic &&
      memcmp (self->in, zstd_magic, sizeof zstd_magic) == 0)
    self->stream = ZSTD_createDStream ();

  for (; n_bytes > 0; n_bytes = read_some (self, error))
    if (!inflate (self, n_bytes, error))
      return FALSE;

  return n_bytes == 0;
}

/* An ELF file that is not a stream is used where it is. */
static gboolean
is_usable (int fd)
{
  guint8 magic[4];

  return pread (fd, magic, sizeof magic, 0) == sizeof magic && memcmp (magic, "\177ELF", 4) == 0;
}

int
crash_unpack (int core_fd, guint64 max_bytes, GError **error)
{
  g_auto (Unpacker) self = { .in_fd = core_fd, .out_fd = -1, .max_bytes = max_bytes };
  int out_fd;

  if (is_usable (core_fd))
    return core_fd;

  self.out_fd = memfd_create ("core", MFD_CLOEXEC);
  if (self.out_fd < 0)
    {
      set_errno_error (error, "cannot keep the core");
      return -1;
    }
  self.in = g_malloc (BUFFER_BYTES);
  self.out = g_malloc (BUFFER_BYTES);
  if (!copy (&self, error))
    return -1;

  out_fd = self.out_fd;
  self.out_fd = -1;
  return out_fd;
}
