/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of TmProbe, for its files. */
#pragma once

#include <libtelemetry/telemetry-client.h>

#include "tm-drop-counts.h"
#include "tm-probe.h"

/* A thousand reports that are counted have 300 KB; a state that is longer is not ours. */
#define TM_PROBE_STATE_MAX_BYTES (1024 * 1024)

struct _TmProbe
{
  const TmProbeInfo *info; /* (unowned) */
  TelemetryClient *client; /* (nullable): made when first needed */
  char *input;
  char *root;
  char *since;         /* (nullable): when the agreement began under which it observes */
  TmDropCounts *drops; /* (nullable): what is counted, and not durable yet */
  char *drops_since;   /* (nullable): when the agreement to the heartbeat began that allows it */
  int lock_fd;         /* of the directory of states; -1: not locked */
  int consent_fd;      /* inotify; -1: nobody asked for it */
  gboolean is_once;
  gboolean is_dry_run;
};

/* Nothing of what was noted may outlive the agreement. */
void tm_probe_forget_state (TmProbe *self);
gboolean tm_probe_is_stateless (TmProbe *self);
char *tm_probe_get_state_directory (TmProbe *self);

/* A file of state, as text: when its agreement began, the counts if there are, and what is left. In
 * place: the pointers point into text. FALSE: it is none. */
typedef struct
{
  const char *since;
  const char *drops; /* (nullable): "CATEGORY SINCE COUNTS" */
  const char *text;
} TmProbeStateParts;

gboolean tm_probe_split_state (char *text, TmProbeStateParts *out_parts);

static inline void
tm_probe_forget_drops (TmProbe *self)
{
  g_clear_pointer (&self->drops, tm_drop_counts_free);
}

/* Of such a line; NULL: it is not of these agreements. */
TmDropCounts *
tm_probe_parse_drops (const char *line, const char *category, const char *heartbeat_since);
/* The line for a state: what was stored, and what is not durable yet. stored: (nullable).
 * (transfer full) (nullable): there is nothing to tell. */
char *tm_probe_merge_drops (TmProbe *self, const char *stored);
