/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See crash-analyser.h. */
#include "crash-analyser.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <poll.h>
#include <unistd.h>

#include "crash-analyse.h"

static GSubprocess *
start (int core_fd, int exe_fd, const char *root, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  static const char *const nothing[] = { "LC_ALL=C.UTF-8", NULL };
  g_autofree char *directory = g_canonicalize_filename (root != NULL ? root : "/", NULL);
  int core_copy = fcntl (core_fd, F_DUPFD_CLOEXEC, 0);
  int exe_copy = exe_fd >= 0 ? fcntl (exe_fd, F_DUPFD_CLOEXEC, 0) : -1;

  /* Also so that nothing in our environment has it ask a server for debugging symbols. */
  g_subprocess_launcher_set_environ (launcher, (char **) nothing);
  g_subprocess_launcher_set_cwd (launcher, "/");
  g_subprocess_launcher_take_fd (launcher, core_copy, CRASH_ANALYSE_CORE_FD);
  if (exe_copy >= 0)
    g_subprocess_launcher_take_fd (launcher, exe_copy, CRASH_ANALYSE_EXE_FD);
  return g_subprocess_launcher_spawn (launcher, error, "/proc/self/exe", CRASH_ANALYSE_OPTION,
                                      directory, NULL);
}

/* FALSE: nothing came in time. */
static gboolean
wait_for_output (int fd, gint64 deadline_usec)
{
  struct pollfd wanted = { .fd = fd, .events = POLLIN };
  gint64 left_usec = deadline_usec - g_get_monotonic_time ();
  int result;

  do
    result = left_usec > 0 ? poll (&wanted, 1, (int) (left_usec / 1000) + 1) : 0;
  while (result < 0 && errno == EINTR);
  return result > 0;
}

/* All that it says, up to the limit. */
static GBytes *
read_output (int fd, GError **error)
{
  gint64 deadline_usec = g_get_monotonic_time () + CRASH_MAX_WAIT_SECONDS * G_USEC_PER_SEC;
  g_autoptr (GByteArray) output = g_byte_array_new ();
  guint8 buffer[16 * 1024];
  gssize n_bytes = 1;

  while (n_bytes != 0)
    {
      if (!wait_for_output (fd, deadline_usec))
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                       "reading the core took more than %d seconds", CRASH_MAX_WAIT_SECONDS);
          return NULL;
        }
      n_bytes = read (fd, buffer, sizeof buffer);
      if (n_bytes < 0 && errno != EINTR)
        n_bytes = 0;
      if (n_bytes > 0)
        g_byte_array_append (output, buffer, (guint) n_bytes);
      if (output->len > TM_BACKTRACE_MAX_BYTES)
        break;
    }

  return g_byte_array_free_to_bytes (g_steal_pointer (&output));
}

TmBacktrace *
crash_analyser_read (int core_fd, int exe_fd, const char *root, GError **error)
{
  g_autoptr (GSubprocess) child = start (core_fd, exe_fd, root, error);
  g_autoptr (GBytes) output = NULL;
  GInputStream *pipe;

  if (child == NULL)
    return NULL;

  pipe = g_subprocess_get_stdout_pipe (child);
  output = read_output (g_unix_input_stream_get_fd (G_UNIX_INPUT_STREAM (pipe)), error);
  /* All that is heard of it: it might stay for ever. */
  g_subprocess_force_exit (child);
  if (!g_subprocess_wait (child, NULL, output != NULL ? error : NULL) || output == NULL)
    return NULL;
  if (g_bytes_get_size (output) == 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the core says nothing");
      return NULL;
    }

  return tm_backtrace_from_bytes (output, error);
}
