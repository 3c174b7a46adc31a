/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-agent.h. */
#include "tm-agent.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <unistd.h>

#define NOTIFY_FD 3

struct _TmAgent
{
  GSubprocess *process;
};

/* pkttyagent closes the descriptor when it is ready; the pipe then reads as ended. */
static void
wait_for_end (int fd)
{
  char byte;

  while (read (fd, &byte, 1) > 0)
    ;
}

TmAgent *
tm_agent_start (void)
{
  g_autofree char *program = g_find_program_in_path ("pkttyagent");
  int fds[2];

  if (geteuid () == 0 || program == NULL || !isatty (STDIN_FILENO) || !isatty (STDERR_FILENO) ||
      !g_unix_open_pipe (fds, FD_CLOEXEC, NULL))
    return NULL;

  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_INHERIT);
  g_autofree char *pid = g_strdup_printf ("%d", (int) getpid ());
  g_autofree char *notify = g_strdup_printf ("%d", NOTIFY_FD);
  g_subprocess_launcher_take_fd (launcher, fds[1], NOTIFY_FD);
  g_autoptr (GSubprocess) process = g_subprocess_launcher_spawn (
      launcher, NULL, program, "--process", pid, "--fallback", "--notify-fd", notify, NULL);
  g_subprocess_launcher_close (launcher);
  wait_for_end (fds[0]);
  close (fds[0]);
  if (process == NULL)
    return NULL;

  TmAgent *self = g_new0 (TmAgent, 1);
  self->process = g_steal_pointer (&process);
  return self;
}

void
tm_agent_stop (TmAgent *self)
{
  /* Asked to, it restores the terminal's echo. */
  g_subprocess_send_signal (self->process, SIGTERM);
  g_subprocess_wait (self->process, NULL, NULL);
  g_object_unref (self->process);
  g_free (self);
}
