/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The races of /proc: the bus knows the pid a connection was opened by, but that process may be
 * gone and its number another's. A pidfd pins whatever has the number now: if that process belongs
 * to the connection's uid and still lives after its control group was read, then what was read is
 * its own. What remains is that a user gets the hint of another process of his, which he could have
 * had by starting the call there.
 */
#include "tm-process.h"

#include "tm-app-hint.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <sys/pidfd.h>
#include <unistd.h>

/* /proc/PID/status is 1.5 KiB today; "Uid:" is its ninth line. */
#define STATUS_MAX_BYTES (16 * 1024)

static char *
read_proc_file (guint32 pid, const char *name, gsize max_bytes, gsize *out_n_bytes)
{
  g_autofree char *path = g_strdup_printf ("/proc/%u/%s", pid, name);
  g_autofree char *buffer = g_malloc (max_bytes + 1);
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  gsize n = 0;
  gssize got;

  if (fd < 0)
    return NULL;
  while ((got = TEMP_FAILURE_RETRY (read (fd, buffer + n, max_bytes - n))) > 0)
    n += (gsize) got;
  close (fd);
  if (got < 0)
    return NULL;

  buffer[n] = '\0';
  *out_n_bytes = n;

  return g_steal_pointer (&buffer);
}

/* The owner of /proc/PID itself is root for processes that may not be dumped, so ask "Uid:", which
 * lists real, effective, saved and file system uid. */
static gboolean
is_owned_by (guint32 pid, guint32 uid)
{
  gsize n_bytes;
  g_autofree char *status = read_proc_file (pid, "status", STATUS_MAX_BYTES, &n_bytes);
  const char *line = status != NULL ? strstr (status, "\nUid:") : NULL;
  guint32 real, effective;

  return line != NULL && sscanf (line, "\nUid: %u %u", &real, &effective) == 2 &&
         (real == uid || effective == uid);
}

static gboolean
is_alive (int pidfd)
{
  struct pollfd item = { .fd = pidfd, .events = POLLIN };

  return poll (&item, 1, 0) == 0;
}

char *
tm_process_dup_app_hint (guint32 pid, guint32 uid)
{
  gsize n_bytes;
  int pidfd = pidfd_open ((pid_t) pid, 0);

  if (pidfd < 0)
    return NULL;

  g_autofree char *cgroup =
      is_owned_by (pid, uid)
          ? read_proc_file (pid, "cgroup", TM_APP_HINT_MAX_CGROUP_BYTES, &n_bytes)
          : NULL;
  gboolean alive = is_alive (pidfd);

  close (pidfd);

  return cgroup != NULL && alive ? tm_app_hint_from_cgroup (cgroup, n_bytes) : NULL;
}
