/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one thing of a tracefs that no directory can do: an instance that is made comes with its
 * files, and one that is removed goes with them and with all that was recorded. To be preloaded
 * into a program that works below a copy of a tracefs; there, instances/.NAME is what NAME becomes,
 * with pipes in place of the buffers.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INSTANCES "/tracing/instances/"

/* FALSE: it is no instance. */
static int
get_template (const char *path, char *out_template)
{
  const char *at = strstr (path, INSTANCES);

  if (at == NULL)
    return 0;

  at += strlen (INSTANCES);
  return snprintf (out_template, PATH_MAX, "%.*s.%s", (int) (at - path), path, at) < PATH_MAX;
}

static void
forget_recorded (const char *instance)
{
  char file[PATH_MAX];
  char page[4096];
  int fd;

  if (snprintf (file, sizeof file, "%s/per_cpu/cpu0/trace_pipe_raw", instance) >= (int) sizeof file)
    return;

  fd = open (file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  while (fd >= 0 && read (fd, page, sizeof page) > 0)
    continue;
  if (fd >= 0)
    close (fd);
}

int
mkdir (const char *path, mode_t mode)
{
  int (*real) (const char *, mode_t) = (int (*) (const char *, mode_t)) dlsym (RTLD_NEXT, "mkdir");
  char template[PATH_MAX];

  if (!get_template (path, template))
    return real (path, mode);
  if (access (path, F_OK) != 0)
    return rename (template, path);

  errno = EEXIST;
  return -1;
}

int
rmdir (const char *path)
{
  int (*real) (const char *) = (int (*) (const char *)) dlsym (RTLD_NEXT, "rmdir");
  char template[PATH_MAX];

  if (!get_template (path, template))
    return real (path);

  forget_recorded (path);
  return rename (path, template);
}
