/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules of this system: those of its maker, and those of its administrator in their place. */
#pragma once

#include "tm-journal-rule.h"
#include "tm-probe-journal.h"
#include "tm-probe.h"

G_BEGIN_DECLS

/* All together; more are an error. */
#define JOURNAL_MAX_RULES 100

/* Reads one file. The error names it, the line, the key, and what is accepted. NULL without an
 * error: it is empty, so the rule of its name is off. */
TmJournalRule *journal_rules_read (const char *file, GError **error);

/* (transfer full) (element-type TmJournalRule): sorted by id. A rule that is broken is off, and why
 * is said on standard error. */
GPtrArray *journal_rules_load (TmProbe *probe);

/* So that only entries are read that one of the rules may want. */
gboolean journal_rules_select (GPtrArray *rules, TmProbeJournal *journal, GError **error);

G_END_DECLS
