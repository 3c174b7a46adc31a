/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Cuts reports out of a stream of kernel log lines. Bounded: a report has at most
 * TM_OOPS_MAX_LINES lines and TM_OOPS_MAX_BYTES bytes, and four are held at a time. Where the log
 * says which task or CPU speaks, each report takes only the lines of its own.
 *
 *   begin line --> open --end mark--> closing --20 more lines, panic, gap, flush--> done
 *                  open --next begin line, gap, limit, last words, flush--> done
 */
#pragma once

#include "tm-oops.h"

G_BEGIN_DECLS

#define TM_OOPS_MAX_LINES 300
#define TM_OOPS_MAX_BYTES (32 * 1024)
/* Log time without a related line after which a report is over. */
#define TM_OOPS_MAX_GAP_USEC (3 * G_USEC_PER_SEC)

typedef struct _TmOopsReader TmOopsReader;

/* oops: (transfer full) */
typedef void (*TmOopsFunc) (TmOops *oops, gpointer user_data);

/* rules must outlive the reader. */
TmOopsReader *tm_oops_reader_new (TmOopsRules *rules, TmOopsFunc func, gpointer user_data);
void tm_oops_reader_free (TmOopsReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmOopsReader, tm_oops_reader_free)

/* Lines whose facility is known and not the kernel's are passed over: anyone can write those. */
void tm_oops_reader_feed (TmOopsReader *self, const TmKlogLine *line);
/* The end of the input, or of patience: what is open is a report. */
void tm_oops_reader_flush (TmOopsReader *self);

G_END_DECLS
