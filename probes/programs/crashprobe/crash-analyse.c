/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See crash-analyse.h. */
#include "crash-analyse.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "crash-sandbox.h"
#include "crash-unpack.h"
#include "tm-unwind.h"

static gboolean
write_out (GBytes *bytes)
{
  gsize n_bytes;
  const guint8 *at = g_bytes_get_data (bytes, &n_bytes);

  while (n_bytes > 0)
    {
      gssize n = write (STDOUT_FILENO, at, n_bytes);

      if (n < 0 && errno != EINTR)
        return FALSE;
      if (n > 0)
        {
          at += n;
          n_bytes -= n;
        }
    }

  return TRUE;
}

static TmBacktrace *
analyse (const char *root, GError **error)
{
  int exe_fd = fcntl (CRASH_ANALYSE_EXE_FD, F_GETFD) >= 0 ? CRASH_ANALYSE_EXE_FD : -1;
  int core_fd;

  if (!crash_sandbox_enter (root, error))
    return NULL;
  core_fd = crash_unpack (CRASH_ANALYSE_CORE_FD, CRASH_MAX_CORE_BYTES, error);
  if (core_fd < 0)
    return NULL;

  return tm_unwind_core (core_fd, exe_fd, root, tm_unwind_get_cpu_usec, error);
}

int
crash_analyse_run (const char *root)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TmBacktrace) backtrace = analyse (root, &error);
  g_autoptr (GBytes) bytes = NULL;

  if (backtrace == NULL)
    {
      g_printerr ("crashprobe: %s\n", error->message);
      return 1;
    }

  bytes = tm_backtrace_to_bytes (backtrace);
  return write_out (bytes) ? 0 : 1;
}
