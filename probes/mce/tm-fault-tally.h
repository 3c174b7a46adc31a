/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How much one machine says about faults of its hardware. A part that fails does so again and
 * again, up to a thousand times a second:
 *
 *   the first fault of a part in this boot ----> told at once
 *   the same again ----------------------------> counted; the count is told after an hour, then
 * after two, and so on up to once a day a fault of one part more than the limit ---> counted as one
 * of those that are not told
 *
 * No I/O and no clock of its own; its memory is a part of a key file.
 */
#pragma once

#include "tm-fault.h"

G_BEGIN_DECLS

/* Faults of different parts that are told in one boot. */
#define TM_FAULT_TALLY_MAX_FAULTS 32

typedef struct
{
  char *exact;    /* of the fault; "" for all that is over the limit */
  TmFault *fault; /* without details; its count is what is still to be told */
  gint64 told_usec;
  gint64 patience_usec; /* from then to the next count */
} TmFaultCount;

typedef struct _TmFaultTally TmFaultTally;

TmFaultTally *tm_fault_tally_new (void);
void tm_fault_tally_free (TmFaultTally *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmFaultTally, tm_fault_tally_free)

/* Faults are of this boot from now on. Take all counts first: those of another one are forgotten.
 */
void tm_fault_tally_set_boot (TmFaultTally *self, const char *boot_id);
const char *tm_fault_tally_get_boot (TmFaultTally *self); /* "" before the first */

/* TRUE: it is to be told, and then noted. FALSE: it was counted. now_usec: since 1970. */
gboolean tm_fault_tally_judge (TmFaultTally *self, const TmFault *fault, gint64 now_usec);
void tm_fault_tally_note (TmFaultTally *self, const TmFault *fault, gint64 now_usec);
/* It was to be told, and could not be: it is a count that is due. */
void tm_fault_tally_note_untold (TmFaultTally *self, const TmFault *fault);

/* (nullable) (transfer none): a count that is to be told, and then noted; all: without patience. */
const TmFaultCount *tm_fault_tally_find_due (TmFaultTally *self, gint64 now_usec, gboolean all);
void tm_fault_tally_note_told (TmFaultTally *self, const TmFaultCount *count, gint64 now_usec);
/* When the next count is due, since 1970; G_MAXINT64: none is. */
gint64 tm_fault_tally_get_next (TmFaultTally *self);
/* How many faults were over the limit, since they were asked for last. */
guint64 tm_fault_tally_take_dropped (TmFaultTally *self);

void tm_fault_tally_load (TmFaultTally *self, GKeyFile *file);
void tm_fault_tally_save (const TmFaultTally *self, GKeyFile *file);

G_END_DECLS
