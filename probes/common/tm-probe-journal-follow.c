/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading and waiting, for the journal and for the end of consent at once; see tm-probe-journal.h.
 */
#include <poll.h>

#include "tm-probe-journal.h"

/* How long to sleep with nothing to read: then counts may be due. */
#define WAIT_MSEC (3600 * 1000)
/* Where nothing tells of the end of consent, how often to look. */
#define ASK_MSEC (60 * 1000)
/* How many entries are read at most before the question whether to go on. */
#define ASK_ENTRIES 64

/* All that is there. FALSE: with error, or without one if it is not to go on. */
static gboolean
read_waiting (TmProbeJournal *self, const TmProbeJournalFollower *follower, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  for (guint i = 1; tm_probe_journal_next (self, &local_error); i++)
    {
      if (i % ASK_ENTRIES == 0 && !follower->go_on (follower->user_data))
        return FALSE;
      if (!follower->on_entry (self, follower->user_data))
        return FALSE;
    }

  if (local_error == NULL)
    return follower->on_pause (self, follower->user_data);

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* FALSE: do not go on. */
static gboolean
wait (TmProbeJournal *self, const TmProbeJournalFollower *follower)
{
  struct pollfd fds[] = {
    { tm_probe_journal_get_fd (self), tm_probe_journal_get_events (self), 0 },
    { follower->wake_fd, POLLIN, 0 },
  };

  poll (fds, G_N_ELEMENTS (fds), follower->wake_fd >= 0 ? WAIT_MSEC : ASK_MSEC);
  tm_probe_journal_after_wait (self);
  return follower->go_on (follower->user_data);
}

gboolean
tm_probe_journal_follow (TmProbeJournal *self,
                         const TmProbeJournalFollower *follower,
                         GError **error)
{
  g_autoptr (GError) local_error = NULL;

  while (read_waiting (self, follower, &local_error))
    if (!follower->follow || !wait (self, follower))
      return TRUE;

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}
