/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The way of a crash out of crashprobe: within the limits of a day it becomes a record, else a part
 * of a count. The reporter keeps the state: where reading the journal goes on, and what was told
 * today; both are saved together, so that nothing is told twice or lost in between. Processes that
 * the kernel starts for one crash each, and the one that follows the journal, share it.
 *
 * A file that somebody named is shown or sent as it is: the limits are for what a machine says by
 * itself.
 */
#pragma once

#include "crash-finding.h"
#include "tm-probe.h"

G_BEGIN_DECLS

typedef struct _CrashReporter CrashReporter;

/* Both stay the caller's. */
CrashReporter *crash_reporter_new (TmProbe *probe, TmCrashRules *rules);
void crash_reporter_free (CrashReporter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CrashReporter, crash_reporter_free)

/* (transfer full) (nullable): behind which reading goes on. */
char *crash_reporter_get_place (CrashReporter *self);
gboolean crash_reporter_set_place (CrashReporter *self, const char *place, GError **error);

/* Blocks. place: (nullable): behind this crash; NULL: it will not be seen again. Fails when it was
 * not taken: one with a place is to come again, one without is counted as lost. */
gboolean crash_reporter_take (CrashReporter *self,
                              const CrashCase *crash,
                              const char *place,
                              GError **error);

/* Tells what was counted on a day that is over; all: also today. */
gboolean crash_reporter_tell_counts (CrashReporter *self, gboolean all, GError **error);

G_END_DECLS
