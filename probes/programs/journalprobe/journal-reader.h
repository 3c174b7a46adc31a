/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What becomes of an entry: which rules want it, and what they report of it.
 *
 * A unit that fails while the system starts is bootprobe's to report, where starts may be reported:
 * it says so once the start is over, with all others. Here it would be counted twice.
 */
#pragma once

#include "tm-journal-entry.h"
#include "tm-probe-reporter.h"

G_BEGIN_DECLS

typedef struct _JournalReader JournalReader;

/* rules: (transfer none) (element-type TmJournalRule). */
JournalReader *journal_reader_new (TmProbe *probe, GPtrArray *rules, GError **error);
void journal_reader_free (JournalReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (JournalReader, journal_reader_free)

/* Begins under an agreement. (transfer full) (nullable): where reading goes on. */
char *journal_reader_begin (JournalReader *self);
/* FALSE: a record was not taken; the entry is to be read again. */
gboolean journal_reader_take (JournalReader *self, const TmJournalEntry *entry);
/* All is reported that there was before place. FALSE: a count was not taken. */
gboolean journal_reader_pause (JournalReader *self, const char *place);
gboolean journal_reader_has_failed (JournalReader *self);

G_END_DECLS
