/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What systemd says of its units: that one failed, and what it said before that belongs to it, the
 * exit of its process and how often it was restarted. Anybody can send an entry that looks the
 * same; believed is what the process with the number 1 wrote.
 */
#pragma once

#include "tm-journal-entry.h"

G_BEGIN_DECLS

/* Units that are remembered at once; the one that was heard of first is forgotten. */
#define TM_JOURNAL_UNITS_MAX 64

/* Of the entries that must be taken, for a selection; ends with NULL. */
extern const char *const tm_journal_units_message_ids[];
#define TM_JOURNAL_UNITS_MATCH "_PID=1"

typedef enum
{
  TM_JOURNAL_UNITS_NOTHING,
  TM_JOURNAL_UNITS_FAILED,  /* a unit of the system; out_failure has it */
  TM_JOURNAL_UNITS_STARTED, /* the start of the system is over */
} TmJournalUnitsNews;

typedef struct
{
  char *unit; /* with its instance, as systemd says it */
  const char *result;
  char *exit_code;    /* (nullable): "exited", "killed" or "dumped" */
  gint64 exit_status; /* or the number of the signal; only with an exit_code */
  guint64 n_restarts; /* by systemd itself, before this failure */
} TmJournalFailure;

void tm_journal_failure_clear (TmJournalFailure *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TmJournalFailure, tm_journal_failure_clear)

typedef struct _TmJournalUnits TmJournalUnits;

TmJournalUnits *tm_journal_units_new (void);
void tm_journal_units_free (TmJournalUnits *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmJournalUnits, tm_journal_units_free)

/* Entries in their order; all others are passed over. */
TmJournalUnitsNews tm_journal_units_take (TmJournalUnits *self,
                                          const TmJournalEntry *entry,
                                          TmJournalFailure *out_failure);

G_END_DECLS
