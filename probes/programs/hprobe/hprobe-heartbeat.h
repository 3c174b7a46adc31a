/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A sign of life, with what the probes left out since the last one. Each count must arrive once,
 * whatever fails or is killed when, so the heartbeat is made before it is handed over:
 *
 *   prepare   notes what it says, under a key, and with which counts
 *   hand over with that key: the service takes it once, however often it is told (7 days)
 *   settle    if it was taken, its counts are told; else the next heartbeat begins with this one
 *
 * If nobody says whether it was taken, as when this program is killed, the next one hands it over
 * again. After six days that could be a second record, which nobody could tell from the first: then
 * it counts as taken. Counts that are told twice make a fleet look worse than it is, and such a
 * loss takes both a kill within milliseconds and a machine that is off for a week. What was
 * certainly not taken waits as long as it must.
 *
 * Where nothing can be noted, it says nothing about counts.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _Heartbeat Heartbeat;

/* What became of one that was handed over. */
typedef enum
{
  HEARTBEAT_TAKEN,
  HEARTBEAT_NOT_TAKEN, /* for certain, now: later it may be */
  HEARTBEAT_WRONG,     /* it never will be; its counts go with the next */
} HeartbeatFate;

/* root: (nullable): what runs is told from below it. input: (nullable): the state of a probe, whose
 * counts are told instead of those of all; then nothing is noted. */
Heartbeat *heartbeat_new (const char *root, const char *input, GError **error);
void heartbeat_free (Heartbeat *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Heartbeat, heartbeat_free)

/* What would be said, as JSON; nothing is noted. */
char *heartbeat_preview (Heartbeat *self);

/* FALSE: what was noted cannot be noted now; all else is ready. */
gboolean heartbeat_prepare (Heartbeat *self, GError **error);
const char *heartbeat_get_payload (Heartbeat *self);
const char *heartbeat_get_key (Heartbeat *self); /* (nullable): it is not noted */
/* When it was made, in microseconds since 1970 UTC, if that was not now; else 0. */
gint64 heartbeat_get_made_usec (Heartbeat *self);
/* Not to be called where nobody can tell. */
gboolean heartbeat_settle (Heartbeat *self, HeartbeatFate fate, GError **error);

G_END_DECLS
