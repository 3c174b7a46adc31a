/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is said of an entry: no more than its rule allows, and that without what may never leave. */
#pragma once

#include <json-glib/json-glib.h>

#include "tm-journal-rule.h"
#include "tm-journal-units.h"
#include "tm-oops-scrub.h"

G_BEGIN_DECLS

/* Of the value of a field; the rest is cut, and that is said. */
#define TM_JOURNAL_REPORT_MAX_VALUE 1024

typedef struct
{
  char *title;
  char *group; /* the hash that groups */
  char *exact; /* the hash that tells duplicates */
  JsonNode *payload;
} TmJournalReport;

/* unit: without its instance. */
void tm_journal_report_init_failure (TmJournalReport *self,
                                     const TmJournalFailure *failure,
                                     const char *unit);
/* unit: (nullable): whose entry it is, if that may be said. */
void tm_journal_report_init_match (TmJournalReport *self,
                                   const TmJournalRule *rule,
                                   const TmJournalEntry *entry,
                                   const char *unit,
                                   TmOopsScrubber *scrubber);
void tm_journal_report_clear (TmJournalReport *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TmJournalReport, tm_journal_report_clear)

G_END_DECLS
