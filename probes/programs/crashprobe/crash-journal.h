/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The crashes that systemd-coredump wrote into the journal. Anybody can write entries that look
 * the same; believed are those of which journald itself says that they come from there.
 */
#pragma once

#include "crash-finding.h"

G_BEGIN_DECLS

typedef struct
{
  const char *root; /* (nullable): another system's journal and cores, below this directory */
  gboolean follow;  /* wait for more, until go_on says no */
  int wake_fd; /* becomes readable when go_on may have changed its mind; -1: ask every minute */
  gboolean (*go_on) (gpointer user_data);
  /* A crash, behind which place is. FALSE: it was not taken; reading stops in front of it. */
  gboolean (*on_crash) (const CrashCase *crash, const char *place, gpointer user_data);
  /* Reading may go on behind place, where no crash was. */
  void (*on_place) (const char *place, gpointer user_data);
  /* All that was there is read; also called now and then while nothing comes. FALSE: stop. */
  gboolean (*on_idle) (gpointer user_data);
  gpointer user_data;
} CrashFollower;

/* place: (nullable): behind it; else from now on. Ends well when one of them says
 * no. */
gboolean crash_journal_read (const CrashFollower *follower, const char *place, GError **error);

G_END_DECLS
