/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See crash-file.h. No link is followed, not even to a file in the same directory. */
#include "crash-file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRECTORY "/var/lib/systemd/coredump"

static gboolean
is_plain_file (int fd)
{
  struct stat status;

  return fstat (fd, &status) == 0 && S_ISREG (status.st_mode);
}

int
crash_file_open (const char *root, const char *file)
{
  g_autofree char *directory = g_build_filename (root != NULL ? root : "/", DIRECTORY, NULL);
  const char *name = file + strlen (DIRECTORY "/");
  int directory_fd, fd;

  if (!g_str_has_prefix (file, DIRECTORY "/") || strchr (name, '/') != NULL)
    return -1;

  directory_fd = open (directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (directory_fd < 0)
    return -1;
  /* NONBLOCK: a pipe in its place must not hold us up. */
  fd = openat (directory_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  close (directory_fd);
  if (fd < 0 || is_plain_file (fd))
    return fd;

  close (fd);
  return -1;
}
