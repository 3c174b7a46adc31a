/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-memfd.h. */
#include "tm-memfd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static gboolean
write_all (int fd, const char *bytes, gsize n_bytes)
{
  while (n_bytes > 0)
    {
      gssize n_written = write (fd, bytes, n_bytes);
      if (n_written < 0 && errno == EINTR)
        continue;
      if (n_written < 0)
        return FALSE;
      bytes += n_written;
      n_bytes -= n_written;
    }

  return TRUE;
}

int
tm_memfd_new_sealed (const char *bytes, gsize n_bytes, GError **error)
{
  int fd = memfd_create ("telemetry-payload", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  if (fd >= 0 && write_all (fd, bytes, n_bytes) && fcntl (fd, F_ADD_SEALS, SEALS) == 0)
    return fd;

  int saved_errno = errno;
  if (fd >= 0)
    close (fd);
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (saved_errno),
               "cannot put the payload into a sealed memfd: %s", g_strerror (saved_errno));
  return -1;
}
