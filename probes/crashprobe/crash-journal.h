/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The crashes that systemd-coredump wrote into the journal. Anybody can write entries that look
 * the same; believed are those of which journald itself says that they come from there.
 */
#pragma once

#include "crash-report.h"

G_BEGIN_DECLS

typedef struct
{
  const char *root; /* (nullable): another system's journal and cores, below this directory */
  gboolean follow;  /* wait for more, until go_on says no */
  int wake_fd; /* becomes readable when go_on may have changed its mind; -1: ask every minute */
  gboolean (*go_on) (gpointer user_data);
  /* FALSE: the crash was not taken; reading stops in front of it. */
  gboolean (*on_crash) (const CrashCase *crash, gpointer user_data);
  /* Reading may go on behind place. */
  void (*on_place) (const char *place, gpointer user_data);
  gpointer user_data;
} CrashFollower;

/* place: (nullable): behind it; else from now on. Ends well when go_on or on_crash says no. */
gboolean crash_journal_read (const CrashFollower *follower, const char *place, GError **error);

G_END_DECLS
