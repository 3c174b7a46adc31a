/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The way of a fault out of mceprobe: the first of a part becomes a record at once, the same again
 * a part of a count. The reporter keeps the state: how far the log was read, since when the trace
 * records, what the counters said, what was told in this boot; all of it is saved together.
 *
 * A file that somebody named is shown or sent whole: the limits are for what a machine says by
 * itself.
 */
#pragma once

#include "tm-fault.h"
#include "tm-probe.h"

G_BEGIN_DECLS

typedef struct _MceReporter MceReporter;

/* Begins under an agreement: all that was noted under it, and nothing else. */
MceReporter *mce_reporter_new (TmProbe *probe);
void mce_reporter_free (MceReporter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MceReporter, mce_reporter_free)

/* (nullable) (transfer full): how far the log was read. */
char *mce_reporter_get_place (MceReporter *self);
void mce_reporter_set_place (MceReporter *self, const char *place);

/* Since when the trace of this boot records, of the monotonic clock; -1: it does not. */
gint64 mce_reporter_get_trace_begin (MceReporter *self);
void mce_reporter_set_trace_begin (MceReporter *self, gint64 begin_usec);

/* The faults that follow are of this boot. */
void mce_reporter_set_boot (MceReporter *self, const char *boot_id);
const char *mce_reporter_get_this_boot (MceReporter *self);

/* fault: (transfer full) */
void mce_reporter_take (MceReporter *self, TmFault *fault);
/* The kernel could not keep them. */
void mce_reporter_take_lost (MceReporter *self, guint64 n_lost);

/* Looks at the counters of memory controllers: what is new in them was not told otherwise. All of
 * the trace must have been read. */
void mce_reporter_look (MceReporter *self);

/* Tells the counts that are due, and saves the state. FALSE: a record was not taken; it is kept for
 * the next start. */
gboolean mce_reporter_pause (MceReporter *self);
/* How long to sleep at most, until a count is due. */
gint64 mce_reporter_get_patience (MceReporter *self);

G_END_DECLS
