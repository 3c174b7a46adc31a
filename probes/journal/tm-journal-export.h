/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The journal's export format, as of "journalctl -o export": an entry is its fields and an empty
 * line. A field is a line NAME=VALUE, or, for a value that is no line, a line NAME, the length of
 * the value in 8 bytes, the lowest first, the value and a line end.
 *
 * What is no field is passed over; an entry that ends in the middle of a value is the last. Nothing
 * is copied: values are a part of the text.
 */
#pragma once

#include "tm-journal-entry.h"

G_BEGIN_DECLS

/* Of one entry; more are passed over. journald accepts as many. */
#define TM_JOURNAL_EXPORT_MAX_FIELDS 1024

typedef struct _TmJournalExport TmJournalExport;

TmJournalExport *tm_journal_export_new (const char *text, gsize n_bytes);
void tm_journal_export_free (TmJournalExport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmJournalExport, tm_journal_export_free)

/* FALSE: there is none any more. */
gboolean tm_journal_export_next (TmJournalExport *self, TmJournalEntry *out_entry);
/* Behind the last: whether the text ended in the middle of a value, or was no export at all. */
gboolean tm_journal_export_is_cut (TmJournalExport *self);

G_END_DECLS
