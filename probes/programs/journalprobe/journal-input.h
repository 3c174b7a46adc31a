/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where entries come from: a file that somebody named, or the journal of the system. */
#pragma once

#include "journal-reader.h"

G_BEGIN_DECLS

/* A file of a journal, or what "journalctl -o export" wrote; "-" is such on standard input. */
gboolean journal_input_read_file (JournalReader *reader, const char *file, GError **error);

/* Under one agreement. */
gboolean
journal_input_follow (JournalReader *reader, TmProbe *probe, GPtrArray *rules, GError **error);

G_END_DECLS
