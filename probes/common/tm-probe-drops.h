/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a probe saw and did not report, counted by reason. The heartbeat carries the counts, so that
 * whoever reads the data knows what is missing. In a probe:
 *
 *   tm_probe_drop (probe, "quota", 1);                    it is over a limit and becomes no record
 *   tm_probe_save_state (probe, cursor, &error);          now the place and the count are durable
 *
 * A count becomes durable with the state, in the same file at the same moment: a probe that is
 * killed reads again from its old place, and counts again from its old count. A probe that has no
 * place to save calls tm_probe_save_drops() instead. Several processes of one probe may count at
 * once.
 *
 * A reason is one word for a limit of the probe, of a-z, 0-9 and "-", at most 32 bytes; a probe has
 * at most 16. In use: "quota" (over a limit of time), "sampled" (a sample left it out), "overrun"
 * (the source was faster), "too-large", "refused" (the service finds the record itself wrong),
 * "lost" (it could not be handed over, and nobody says it again), "private" (it may not be told).
 *
 * Counted is only while the heartbeat is agreed to, and only under that agreement and the one for
 * the probe's own category; when either ends, the counts are gone. With --dry-run and --input there
 * are none.
 */
#pragma once

#include "tm-drop-counts.h"
#include "tm-probe.h"

G_BEGIN_DECLS

#define TM_PROBE_CATEGORY_HEARTBEAT "heartbeat"

/* More probes than there are. */
#define TM_PROBE_MAX_COUNTING 64

/* Notes that n were left out; durable with the next state that is saved. */
void tm_probe_drop (TmProbe *self, const char *reason, guint64 n);
/* Makes it durable; the rest of the state stays as it is. */
gboolean tm_probe_save_drops (TmProbe *self, GError **error);

/* For the heartbeat: the durable counts of all probes under the agreements of now.
 * (transfer full) (element-type utf8 TmDropCounts): by the name of the probe. */
GHashTable *tm_probe_list_drops (TmProbe *self);

/* What a state says whose name is not that of a probe. */
#define TM_PROBE_UNNAMED "input"

/* The counts of one state, "-" is standard input, under whatever agreements they are of; by the
 * name of the file. Fails in the domain G_IO_ERROR. (transfer full) (element-type utf8
 * TmDropCounts) */
GHashTable *tm_probe_read_drops (const char *file, GError **error);

G_END_DECLS
