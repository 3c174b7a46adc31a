/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel prints of the boot error region, for machines on which the region itself cannot
 * be read. The region is made again of the lines, as far as they tell, and then read as any other:
 *
 *   BERT: Error records from previous boot:
 *   [Hardware Error]: event severity: fatal
 *   [Hardware Error]:  Error 0, type: fatal
 *   [Hardware Error]:  fru_text: DIMM_A1
 *   [Hardware Error]:   section_type: memory error
 *   [Hardware Error]:   node:0 card:1 module:2
 *   [Hardware Error]:   error_type: 3, multi-bit ECC
 *   BERT: [Hardware Error]: Skipped 2 error records
 *   BERT: Total records found: 3
 *
 * The kernel prints 5 records at most, and none that is longer than 1 KiB; what it skips is
 * counted. Without I/O; lines are the kernel's own, without what stands in front of them.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What it begins with. */
#define TM_CPER_TEXT_BEGIN "BERT: Error records from previous boot:"

typedef struct _TmCperText TmCperText;

TmCperText *tm_cper_text_new (void);
void tm_cper_text_free (TmCperText *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmCperText, tm_cper_text_free)

/* FALSE: no line behind this one belongs to it. */
gboolean tm_cper_text_feed (TmCperText *self, const char *line, gsize n_bytes);
/* (transfer full) (nullable): what tm_cper_parse() reads; NULL: nothing was printed. */
GBytes *tm_cper_text_finish (TmCperText *self);
/* Records that were found and not printed. */
guint tm_cper_text_get_skipped (TmCperText *self);

G_END_DECLS
