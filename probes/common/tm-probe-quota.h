/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How much one machine says about one thing, so that a broken one does not drown a fleet, and the
 * counts of the fleet stay right all the same:
 *
 *   seen before in this boot ------------------> counted, later told as a count
 *   of weight N, and not in the sample --------> nothing: those that are in it stand for N
 *   more than the hour or the boot may have ---> counted, later told as a count of what is missing
 *   else --------------------------------------> a report
 *
 * No I/O and no clock of its own; its memory is a part of a key file.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  TM_PROBE_VERDICT_REPORT,
  TM_PROBE_VERDICT_COUNTED,
  TM_PROBE_VERDICT_NOT_IN_SAMPLE,
  TM_PROBE_VERDICT_OVER_LIMIT,
} TmProbeVerdict;

/* What is counted together. */
typedef struct
{
  char *exact; /* the hash that tells duplicates; "" for all that is over the limit, the rest too */
  char *kind;
  char *title;
  char *group;          /* the hash that groups */
  guint64 n_untold;     /* since it was told last */
  gint64 told_usec;     /* when */
  gint64 patience_usec; /* from then to the next count; doubles each time */
} TmProbeTally;

void tm_probe_tally_free (TmProbeTally *self);

typedef struct _TmProbeQuota TmProbeQuota;

/* limits: lines "per-boot N", "per-hour N", "sample N", and comments. Fails in G_KEY_FILE_ERROR,
 * and names the line. */
TmProbeQuota *tm_probe_quota_new (const char *limits, GError **error);
void tm_probe_quota_free (TmProbeQuota *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmProbeQuota, tm_probe_quota_free)

/* From now on reports are of this boot. Take all counts first: of another boot they are forgotten.
 */
void tm_probe_quota_set_boot (TmProbeQuota *self, const char *boot_id);
const char *tm_probe_quota_get_boot (TmProbeQuota *self); /* "" before the first */

/* weight: one of so many is in the sample; 1: all. now_usec: since 1970. The same report in the
 * same boot is in the sample, or never. */
TmProbeVerdict
tm_probe_quota_judge (TmProbeQuota *self, const char *exact, guint weight, gint64 now_usec);
/* The weight that the limits name. */
guint tm_probe_quota_get_sample (TmProbeQuota *self);
/* It was reported: from now on it is counted. */
void tm_probe_quota_note_report (TmProbeQuota *self,
                                 const char *exact,
                                 const char *kind,
                                 const char *title,
                                 const char *group,
                                 gint64 now_usec);

/* A count that is to be told, NULL if there is none; all: without patience. (transfer none) */
const TmProbeTally *tm_probe_quota_find_due (TmProbeQuota *self, gint64 now_usec, gboolean all);
/* It was told. */
void tm_probe_quota_note_told (TmProbeQuota *self, const TmProbeTally *tally, gint64 now_usec);

void tm_probe_quota_load (TmProbeQuota *self, GKeyFile *file);
void tm_probe_quota_save (TmProbeQuota *self, GKeyFile *file);

G_END_DECLS
