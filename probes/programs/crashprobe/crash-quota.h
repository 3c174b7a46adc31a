/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How much one machine says about crashes in a day, so that a program that crashes in a loop does
 * not drown a fleet, and the counts of the fleet stay right all the same:
 *
 *   the same cause, earlier today --------> counted, later told as a count
 *   a program of somebody else's ---------> told as a count of one, the next ones as above
 *   more than the day may have -----------> counted, later told as a count of what is missing
 *   else ---------------------------------> a report
 *
 * Days are those of UTC. No I/O and no clock of its own; its memory is a part of a key file.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Reports a day, without those that are only counts. */
#define CRASH_QUOTA_MAX_REPORTS 20

typedef enum
{
  CRASH_KIND_PROCESS,
  CRASH_KIND_THIRD_PARTY,
  CRASH_KIND_UNDECODABLE,
  CRASH_N_KINDS,
} CrashKind;

/* What makes two crashes the same. */
typedef struct
{
  CrashKind kind;
  char *title;
  char *exact;   /* (nullable): hash of the place */
  char *program; /* (nullable): name of the file */
} CrashCause;

void crash_cause_clear (CrashCause *self);
/* (transfer full): 32 digits. */
char *crash_cause_get_key (const CrashCause *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CrashCause, crash_cause_clear)

typedef struct
{
  CrashCause cause; /* all that is over the limit: without exact and program */
  char *key;
  gint64 day;       /* since 1970, in which they happened */
  guint n_told;     /* how often a count was told of this day */
  guint64 n_untold; /* since then */
  gint64 last_usec; /* when the last one happened, since 1970 */
} CrashTally;

typedef enum
{
  CRASH_VERDICT_REPORT,
  CRASH_VERDICT_COUNTED,
  CRASH_VERDICT_OVER_LIMIT,
} CrashVerdict;

typedef struct _CrashQuota CrashQuota;

CrashQuota *crash_quota_new (void);
void crash_quota_free (CrashQuota *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CrashQuota, crash_quota_free)

/* now_usec: since 1970. Take all counts that are due first: another day begins with none. */
CrashVerdict crash_quota_judge (CrashQuota *self, const CrashCause *cause, gint64 now_usec);
/* It was reported: from now on it is counted. */
void crash_quota_note_report (CrashQuota *self, const CrashCause *cause, gint64 now_usec);
/* It was to be reported or counted, and could not be: it is counted as what is missing. */
void crash_quota_note_loss (CrashQuota *self, gint64 now_usec);

/* (transfer none) (nullable): a count of a day that is over; all: also of this one. */
const CrashTally *crash_quota_find_due (CrashQuota *self, gint64 now_usec, gboolean all);
void crash_quota_note_told (CrashQuota *self, const CrashTally *tally);

void crash_quota_load (CrashQuota *self, GKeyFile *file);
/* Takes the place of what an earlier call wrote. */
void crash_quota_save (CrashQuota *self, GKeyFile *file);

G_END_DECLS
