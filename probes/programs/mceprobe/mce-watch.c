/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See mce-watch.h. */
#include "mce-watch.h"

#include <glib/gi18n.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "mce-log.h"
#include "mce-reporter.h"
#include "mce-trace.h"

#define TRACEFS "/sys/kernel/tracing"
#define INSTANCE "telemetrics"
/* So that to look what would be told does not take it from the one that tells. */
#define INSTANCE_DRY_RUN "telemetrics-dry-run"

/* How often to look at counters that tell of no change. */
#define LOOK_USEC (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
/* Where nothing tells of the end of consent, how often to look. */
#define ASK_USEC (G_GINT64_CONSTANT (60) * G_USEC_PER_SEC)

/* Who may wake it. */
enum
{
  FD_CONSENT,
  FD_SIGNAL,
  FD_LOG,
  N_FDS, /* and then one for each processor */
};

typedef struct
{
  TmProbe *probe; /* (unowned) */
  MceReporter *reporter;
  MceTrace *trace; /* (nullable) */
  MceLog *log;     /* (nullable) */
  GArray *fds;     /* (element-type struct pollfd) */
  gint64 looked_usec;
} Watch;

static const char *
get_instance (TmProbe *probe)
{
  return tm_probe_is_dry_run (probe) ? INSTANCE_DRY_RUN : INSTANCE;
}

static void
remove_instance (TmProbe *probe)
{
  g_autofree char *tracefs = tm_probe_get_path (probe, TRACEFS);

  mce_trace_remove (tracefs, get_instance (probe));
}

void
mce_watch_tidy (TmProbe *probe)
{
  remove_instance (probe);
}

static gboolean
may_continue (gpointer user_data)
{
  return tm_probe_may_continue (((Watch *) user_data)->probe);
}

static void
take (TmFault *fault, gpointer user_data)
{
  mce_reporter_take (((Watch *) user_data)->reporter, fault);
}

/* One that was there is ours if we noted it, under this agreement and in this boot. To look once is
 * no reason to make one. */
static void
open_trace (Watch *self)
{
  gint64 begin_usec = mce_reporter_get_trace_begin (self->reporter);
  g_autofree char *tracefs = tm_probe_get_path (self->probe, TRACEFS);
  g_autoptr (GError) error = NULL;

  if (tm_probe_is_once (self->probe) && begin_usec < 0)
    return;

  self->trace = mce_trace_open (tracefs, get_instance (self->probe), begin_usec >= 0, &error);
  if (error != NULL)
    g_printerr (_ ("mceprobe: only the kernel's log is read: %s\n"), error->message);
  if (self->trace == NULL)
    mce_reporter_set_trace_begin (self->reporter, -1);
  else if (begin_usec < 0)
    mce_reporter_set_trace_begin (self->reporter, g_get_monotonic_time ());
}

static void
open_log (Watch *self)
{
  g_autoptr (GError) error = NULL;

  self->log = mce_log_open (self->probe, self->reporter, self->trace, &error);
  if (self->log == NULL)
    g_printerr (_ ("mceprobe: the kernel's log is not read: %s\n"), error->message);
}

static void
add_fd (Watch *self, int fd, short events)
{
  const struct pollfd entry = { .fd = fd, .events = events };

  g_array_append_val (self->fds, entry);
}

static void
open_sources (Watch *self, int signal_fd)
{
  open_trace (self);
  open_log (self);
  self->fds = g_array_new (FALSE, TRUE, sizeof (struct pollfd));
  add_fd (self, tm_probe_get_consent_fd (self->probe), POLLIN);
  add_fd (self, signal_fd, POLLIN);
  add_fd (self, self->log != NULL ? mce_log_get_fd (self->log) : -1,
          self->log != NULL ? mce_log_get_events (self->log) : 0);
  for (guint i = 0; self->trace != NULL && i < mce_trace_get_fds (self->trace)->len; i++)
    add_fd (self, g_array_index (mce_trace_get_fds (self->trace), int, i), POLLIN);
}

static void
close_sources (Watch *self)
{
  g_clear_pointer (&self->log, mce_log_free);
  g_clear_pointer (&self->trace, mce_trace_free);
  g_clear_pointer (&self->reporter, mce_reporter_free);
  g_array_unref (self->fds);
}

static gboolean
read_trace (Watch *self, GError **error)
{
  if (self->trace == NULL)
    return TRUE;
  if (!mce_trace_read (self->trace, take, may_continue, self, error))
    return FALSE;

  mce_reporter_take_lost (self->reporter, mce_trace_take_lost (self->trace));
  return TRUE;
}

static gboolean
is_holding (Watch *self)
{
  return self->log != NULL && mce_log_is_holding (self->log);
}

/* Of this boot is what the trace and the counters tell, and the log at its end. FALSE without an
 * error: the agreement is over. */
static gboolean
read_all (Watch *self, GError **error)
{
  gint64 now_usec = g_get_monotonic_time ();

  if (self->log != NULL && !mce_log_read (self->log, may_continue, self, error))
    return FALSE;
  mce_reporter_set_boot (self->reporter, mce_reporter_get_this_boot (self->reporter));
  if (!read_trace (self, error))
    return FALSE;
  /* What the log holds back is in the counters already. */
  if (is_holding (self) || (self->looked_usec != 0 && now_usec - self->looked_usec < LOOK_USEC))
    return TRUE;

  self->looked_usec = now_usec;
  mce_reporter_look (self->reporter);
  return TRUE;
}

/* FALSE: somebody asked it to end. */
static gboolean
sleep_until_more (Watch *self)
{
  struct pollfd *fds = (struct pollfd *) self->fds->data;
  struct signalfd_siginfo signal;
  gint64 wait_usec = is_holding (self) ? mce_log_get_hold (self->log)
                                       : self->looked_usec + LOOK_USEC - g_get_monotonic_time ();

  wait_usec = MIN (wait_usec, mce_reporter_get_patience (self->reporter));
  if (fds[FD_CONSENT].fd < 0)
    wait_usec = MIN (wait_usec, ASK_USEC);
  poll (fds, self->fds->len, (int) ((MAX (wait_usec, 0) + 999) / 1000));
  if (self->log != NULL)
    mce_log_after_wait (self->log);

  if (fds[FD_SIGNAL].revents == 0)
    return TRUE;

  /* Taken, so that it does not strike when it is let through again. */
  while (read (fds[FD_SIGNAL].fd, &signal, sizeof signal) > 0)
    continue;
  return FALSE;
}

static MceWatchResult
watch (Watch *self, GError **error)
{
  while (TRUE)
    {
      g_autoptr (GError) local_error = NULL;

      if (!read_all (self, &local_error) && local_error == NULL)
        return MCE_WATCH_NO_MORE;
      if (!mce_reporter_pause (self->reporter) && local_error == NULL)
        local_error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED,
                                           _ ("what was found is kept for later"));
      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return MCE_WATCH_FAILED;
        }
      if (tm_probe_is_once (self->probe) || !sleep_until_more (self))
        return MCE_WATCH_ENDED;
      if (!tm_probe_may_continue (self->probe))
        return MCE_WATCH_NO_MORE;
    }
}

/* Ending in an orderly way takes the instance along; the signals are taken between two readings. */
static int
open_signals (sigset_t *out_before)
{
  sigset_t signals;

  sigemptyset (&signals);
  sigaddset (&signals, SIGTERM);
  sigaddset (&signals, SIGINT);
  sigprocmask (SIG_BLOCK, &signals, out_before);
  return signalfd (-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

MceWatchResult
mce_watch (TmProbe *probe, GError **error)
{
  sigset_t before;
  int signal_fd = open_signals (&before);
  Watch self = { .probe = probe, .reporter = mce_reporter_new (probe) };
  MceWatchResult result;

  open_sources (&self, signal_fd);
  result = watch (&self, error);
  if (result == MCE_WATCH_ENDED && !tm_probe_is_once (probe))
    {
      if (self.log != NULL && tm_probe_may_continue (probe))
        mce_log_finish (self.log);
      mce_reporter_set_trace_begin (self.reporter, -1);
      mce_reporter_pause (self.reporter);
    }
  close_sources (&self);
  close (signal_fd);
  if (result == MCE_WATCH_NO_MORE || (result == MCE_WATCH_ENDED && !tm_probe_is_once (probe)))
    remove_instance (probe);

  sigprocmask (SIG_SETMASK, &before, NULL);
  return result;
}
