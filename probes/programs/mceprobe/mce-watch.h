/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The resident part: everything is read, then it sleeps until there is more. */
#pragma once

#include "tm-probe.h"

G_BEGIN_DECLS

typedef enum
{
  MCE_WATCH_FAILED,
  MCE_WATCH_ENDED,   /* all is read, or somebody asked it to end */
  MCE_WATCH_NO_MORE, /* the agreement does not stand any more */
} MceWatchResult;

/* Under one agreement. */
MceWatchResult mce_watch (TmProbe *probe, GError **error);

/* Somebody said no while no program ran: nothing of ours stays in the kernel. Opens nothing. */
void mce_watch_tidy (TmProbe *probe);

G_END_DECLS
