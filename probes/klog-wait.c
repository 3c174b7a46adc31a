/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting for the kernel and for the end of consent at once; see klog-source.h. */
#include <poll.h>

#include "klog-source.h"

/* Where nothing tells of the end of consent, how often to look. */
#define ASK_USEC (60 * G_USEC_PER_SEC)

gboolean
klog_wait (int fd, short events, const KlogFollower *follower, gint64 usec)
{
  struct pollfd fds[] = { { .fd = fd, .events = events },
                          { .fd = follower->wake_fd, .events = POLLIN } };
  gboolean is_blind = follower->wake_fd < 0;

  if (is_blind)
    usec = MIN (usec, ASK_USEC);
  poll (fds, G_N_ELEMENTS (fds), (int) ((usec + 999) / 1000));

  if (!is_blind && fds[1].revents == 0)
    return TRUE;

  return follower->go_on (follower->user_data);
}
