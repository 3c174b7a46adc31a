/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading and waiting, for the kernel and for the end of consent at once; see klog-source.h. */
#include <poll.h>

#include "klog-source.h"

/* How long to sleep with nothing to read: then counts may be due. */
#define WAIT_USEC (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
/* Where nothing tells of the end of consent, how often to look. */
#define ASK_USEC (G_GINT64_CONSTANT (60) * G_USEC_PER_SEC)

/* FALSE: do not go on. */
static gboolean
wait (KlogSource *self, int fd, gint64 usec)
{
  const KlogFollower *follower = self->follower;
  struct pollfd fds[] = { { .fd = fd, .events = self->events },
                          { .fd = follower->wake_fd, .events = POLLIN } };
  gboolean is_blind = follower->wake_fd < 0;

  if (is_blind)
    usec = MIN (usec, ASK_USEC);
  poll (fds, G_N_ELEMENTS (fds), (int) ((usec + 999) / 1000));
  if (self->after_wait != NULL && usec > 0)
    self->after_wait (self);

  if (!is_blind && fds[1].revents == 0)
    return TRUE;

  return follower->go_on (follower->user_data);
}

gboolean
klog_may_go_on (KlogSource *self)
{
  return wait (self, -1, 0);
}

static gboolean
pause_here (KlogSource *self)
{
  g_autofree char *place = NULL;

  tm_oops_reader_flush (self->reader);
  place = self->get_place (self);
  return self->follower->on_pause (place, self->follower->user_data);
}

gboolean
klog_follow (KlogSource *self, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  gint64 last_read_usec = 0;
  guint n_lines;

  while (self->read_waiting (self, &n_lines, &local_error))
    {
      gint64 now_usec = g_get_monotonic_time ();
      gint64 patience_usec = WAIT_USEC;

      if (n_lines > 0)
        last_read_usec = now_usec;

      /* A report may still be coming, line by line: give it the time it has. Time is what counts,
       * not silence: what others write ends every wait. */
      if (self->follower->follow && last_read_usec > 0 &&
          now_usec - last_read_usec < TM_OOPS_MAX_GAP_USEC)
        patience_usec = TM_OOPS_MAX_GAP_USEC - (now_usec - last_read_usec);
      else if (!pause_here (self))
        return TRUE;

      if (!self->follower->follow || !wait (self, self->fd, patience_usec))
        return TRUE;
    }

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}
