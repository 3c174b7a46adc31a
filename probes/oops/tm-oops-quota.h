/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How much one machine says about faults of its kernel, so that a broken one does not drown a
 * fleet, and the counts of the fleet stay right all the same:
 *
 *   seen before in this boot ------------------> counted, later told as a count
 *   a warning that the sample leaves out ------> nothing: those that are in weigh N
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
  TM_OOPS_VERDICT_REPORT,
  TM_OOPS_VERDICT_COUNTED,
  TM_OOPS_VERDICT_NOT_IN_SAMPLE,
  TM_OOPS_VERDICT_OVER_LIMIT,
} TmOopsVerdict;

/* What is counted together. */
typedef struct
{
  char *exact; /* the hash that tells duplicates; "" for all that is over the limit */
  char *kind;
  char *title;
  char *group;          /* the hash that groups */
  guint64 n_untold;     /* since it was told last */
  gint64 told_usec;     /* when */
  gint64 patience_usec; /* from then to the next count; doubles each time */
} TmOopsTally;

void tm_oops_tally_free (TmOopsTally *self);

typedef struct _TmOopsQuota TmOopsQuota;

/* limits: the text of kernel-limits.list. Fails in G_KEY_FILE_ERROR, and names the line. */
TmOopsQuota *tm_oops_quota_new (const char *limits, GError **error);
void tm_oops_quota_free (TmOopsQuota *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmOopsQuota, tm_oops_quota_free)

/* From now on reports are of this boot. Take all counts first: of another boot they are forgotten.
 */
void tm_oops_quota_set_boot (TmOopsQuota *self, const char *boot_id);
const char *tm_oops_quota_get_boot (TmOopsQuota *self); /* "" before the first */

/* now_usec: since 1970. The same report in the same boot is in the sample, or never. */
TmOopsVerdict
tm_oops_quota_judge (TmOopsQuota *self, const char *exact, const char *kind, gint64 now_usec);
/* What a report of this kind stands for. */
guint tm_oops_quota_get_weight (TmOopsQuota *self, const char *kind);
/* It was reported: from now on it is counted. */
void tm_oops_quota_note_report (TmOopsQuota *self,
                                const char *exact,
                                const char *kind,
                                const char *title,
                                const char *group,
                                gint64 now_usec);

/* A count that is to be told, NULL if there is none; all: without patience. (transfer none) */
const TmOopsTally *tm_oops_quota_find_due (TmOopsQuota *self, gint64 now_usec, gboolean all);
/* It was told. */
void tm_oops_quota_note_told (TmOopsQuota *self, const TmOopsTally *tally, gint64 now_usec);

void tm_oops_quota_load (TmOopsQuota *self, GKeyFile *file);
void tm_oops_quota_save (TmOopsQuota *self, GKeyFile *file);

G_END_DECLS
