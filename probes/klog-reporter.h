/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The way of a report out of klogprobe: within the limits it becomes a record, else a part of a
 * count. The reporter keeps the state: where the source stands, what was reported in this boot, and
 * which system ran in which boot; all of it is saved together, between two reports.
 *
 * A file that somebody named is shown or sent whole: the limits are for what a machine says by
 * itself.
 */
#pragma once

#include "tm-oops.h"
#include "tm-probe.h"

G_BEGIN_DECLS

typedef struct _KlogReporter KlogReporter;

KlogReporter *klog_reporter_new (TmProbe *probe, GError **error);
void klog_reporter_free (KlogReporter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KlogReporter, klog_reporter_free)

/* Begins under an agreement: all that was noted under it, and nothing else. (transfer full)
 * (nullable): the place of the source named. */
char *klog_reporter_begin (KlogReporter *self, const char *source);

/* For TmOopsReader and KlogFollower; user_data is the reporter. */
void klog_reporter_take (TmOops *oops, gpointer user_data);
void klog_reporter_set_boot (const char *boot_id, gpointer user_data);
gboolean klog_reporter_pause (const char *place, gpointer user_data);

/* A record was not taken; the state stays in front of it. */
gboolean klog_reporter_has_failed (KlogReporter *self);

G_END_DECLS
