/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How much a probe left out, by reason, as one line of text:
 *
 *   EPOCH REASON=COUNT REASON=COUNT ...
 *
 * Counts only grow. When they begin again at zero the epoch is another one, so that who remembers
 * what was told knows what is new: the difference within an epoch, or all of another.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* More reasons than any probe has: what has more is not ours. */
#define TM_DROP_MAX_REASONS 16
/* Of a reason or an epoch, in bytes: a-z, 0-9 and "-". */
#define TM_DROP_MAX_NAME 32

typedef struct _TmDropCounts TmDropCounts;

/* All are zero. */
TmDropCounts *tm_drop_counts_new (const char *epoch);
/* NULL: that is no such line. */
TmDropCounts *tm_drop_counts_parse (const char *line);
void tm_drop_counts_free (TmDropCounts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmDropCounts, tm_drop_counts_free)

gboolean tm_drop_counts_is_name (const char *text);
char *tm_drop_counts_to_line (const TmDropCounts *self); /* (transfer full) */
gboolean tm_drop_counts_is_empty (const TmDropCounts *self);
/* (transfer container): sorted. */
GList *tm_drop_counts_get_reasons (const TmDropCounts *self);
guint64 tm_drop_counts_get (const TmDropCounts *self, const char *reason);
/* FALSE: reason is no name, or there are too many. */
gboolean tm_drop_counts_add (TmDropCounts *self, const char *reason, guint64 n);
void tm_drop_counts_add_all (TmDropCounts *self, const TmDropCounts *other);
/* (transfer full): what self has more than was known; known: (nullable). */
TmDropCounts *tm_drop_counts_subtract (const TmDropCounts *self, const TmDropCounts *known);

G_END_DECLS
