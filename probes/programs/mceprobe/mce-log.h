/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's messages in the journal, for what no trace event tells: how hot it is, what happened
 * before anybody listened to the trace, and all the rest on kernels without the events. What the
 * trace tells as well is passed over.
 */
#pragma once

#include "mce-reporter.h"
#include "mce-trace.h"

G_BEGIN_DECLS

typedef struct _MceLog MceLog;

/* Goes on where the reporter stopped. trace: (nullable) (unowned). */
MceLog *mce_log_open (TmProbe *probe, MceReporter *reporter, MceTrace *trace, GError **error);
void mce_log_free (MceLog *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MceLog, mce_log_free)

int mce_log_get_fd (MceLog *self);
short mce_log_get_events (MceLog *self);
void mce_log_after_wait (MceLog *self);

/* A report has begun; what comes meanwhile is told behind it. */
gboolean mce_log_is_holding (MceLog *self);
/* How long to wait at most for its next line, until it is told as it is. */
gint64 mce_log_get_hold (MceLog *self);
/* Nobody reads on: a report that has begun is told as it is. */
void mce_log_finish (MceLog *self);

/* All that is there; the reporter notes how far. FALSE without an error: go_on said no. */
gboolean mce_log_read (MceLog *self,
                       gboolean (*go_on) (gpointer user_data),
                       gpointer user_data,
                       GError **error);

G_END_DECLS
