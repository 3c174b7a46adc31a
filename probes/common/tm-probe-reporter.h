/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The way of a report out of a probe that may see the same thing often: within the limits of
 * tm-probe-quota.h it becomes a record, else a part of a count, and what a limit leaves out is told
 * by the heartbeat. The reporter keeps the state: where the source stands, what was reported in
 * this boot, and which system ran in which boot; all of it is saved together, between two reports.
 *
 * A file that somebody named is shown or sent whole: the limits are for what a machine says by
 * itself.
 */
#pragma once

#include "tm-probe.h"

G_BEGIN_DECLS

typedef struct
{
  const char *classification; /* without its last part, which is the kind */
  int signature_version;
  const char *over_kind; /* of what is over the limits, counted together */
  const char *over_title;
} TmProbeReporterInfo;

typedef struct _TmProbeReporter TmProbeReporter;

/* limits: as of tm_probe_quota_new(). */
TmProbeReporter *tm_probe_reporter_new (TmProbe *probe,
                                        const TmProbeReporterInfo *info,
                                        const char *limits,
                                        GError **error);
void tm_probe_reporter_free (TmProbeReporter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmProbeReporter, tm_probe_reporter_free)

/* Begins under an agreement. state: (nullable): all that was noted under it, and nothing else.
 * (transfer full) (nullable): the place of the source named. */
char *tm_probe_reporter_begin (TmProbeReporter *self, const char *source, const char *state);
/* (transfer full): the boot before this one, as far as it was noted; for
 * tm_probe_reporter_set_boot(). */
char *tm_probe_reporter_get_boot_before (TmProbeReporter *self);
/* (transfer none): saved with the rest; for groups of the probe's own, until it begins again. */
GKeyFile *tm_probe_reporter_get_state (TmProbeReporter *self);
/* The weight that the limits name. */
guint tm_probe_reporter_get_sample (TmProbeReporter *self);

/* What comes now is of this boot; what was counted of the one before is told first. */
void tm_probe_reporter_set_boot (const char *boot_id, gpointer self);
/* All is reported that there was, and reading may go on behind place. FALSE: stop. */
gboolean tm_probe_reporter_pause (const char *place, gpointer self);

/* What is to become a record. */
typedef struct
{
  const char *kind;
  const char *title;
  const char *group; /* the hash that groups */
  const char *exact; /* the hash that tells duplicates */
  guint32 severity;
  guint weight;               /* what it stands for, if more than 1 */
  gint64 created_at_usec;     /* as of TmProbeRecord */
  const char *kernel_version; /* (nullable): that it happened under, if it says so itself */
  JsonNode *payload;
} TmProbeReport;

/* Whether it is within the limits; else it was counted, or is not in the sample of one of weight.
 */
gboolean tm_probe_reporter_wants (TmProbeReporter *self, const char *exact, guint weight);
/* FALSE: it was not taken; why was said. */
gboolean tm_probe_reporter_report (TmProbeReporter *self, const TmProbeReport *report);
/* All counts, for a source that has no more to say of its boot. */
void tm_probe_reporter_tell_counts (TmProbeReporter *self);

/* A record was not taken; the state stays in front of it. */
gboolean tm_probe_reporter_has_failed (TmProbeReporter *self);

G_END_DECLS
