/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a probe may observe, and goes on to; nothing that it noted outlives the agreement. */
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "tm-probe-agreement.h"
#include "tm-probe-private.h"

static gboolean
needs_consent (TmProbe *self)
{
  return !self->is_dry_run || self->input == NULL;
}

gboolean
tm_probe_may_observe (TmProbe *self)
{
  g_autofree char *before = g_steal_pointer (&self->since);

  if (!needs_consent (self))
    return TRUE;

  /* This order: of a no and another yes in between, the time tells. */
  self->since = tm_probe_read_noted_since (self->info->category);
  if (!tm_probe_is_agreed (self->info->category))
    {
      tm_probe_forget_state (self);
      return FALSE;
    }

  if (g_strcmp0 (before, self->since) != 0)
    tm_probe_forget_drops (self);
  return TRUE;
}

gint64
tm_probe_get_since (TmProbe *self)
{
  return self->since != NULL ? g_ascii_strtoll (self->since, NULL, 10) : 0;
}

static void
drain (int fd)
{
  char buffer[4096];

  while (fd >= 0 && read (fd, buffer, sizeof buffer) > 0)
    continue;
}

gboolean
tm_probe_may_continue (TmProbe *self)
{
  g_autofree char *since = NULL;

  if (!needs_consent (self))
    return TRUE;

  drain (self->consent_fd);
  since = tm_probe_read_noted_since (self->info->category);
  if (tm_probe_is_agreed (self->info->category) && g_strcmp0 (since, self->since) == 0)
    return TRUE;

  tm_probe_forget_state (self);
  return FALSE;
}

int
tm_probe_get_consent_fd (TmProbe *self)
{
  g_autofree char *directory = tm_probe_get_agreement_path ("");

  if (self->consent_fd >= 0 || !needs_consent (self))
    return self->consent_fd;

  self->consent_fd = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);
  if (self->consent_fd >= 0 &&
      inotify_add_watch (self->consent_fd, directory,
                         IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM |
                             IN_DELETE_SELF | IN_MOVE_SELF) < 0)
    {
      close (self->consent_fd);
      self->consent_fd = -1;
    }

  return self->consent_fd;
}

void
tm_probe_wait_for_end (TmProbe *self)
{
  struct pollfd consent = { .fd = tm_probe_get_consent_fd (self), .events = POLLIN };

  while (tm_probe_may_continue (self))
    poll (&consent, 1, consent.fd >= 0 ? -1 : TM_PROBE_ASK_MSEC);
}
