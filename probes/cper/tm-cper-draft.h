/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An error region in the making: what is known of it is put where firmware would have put it, and
 * all lengths, counts and bits of validity follow. What comes in the wrong order is left out.
 */
#pragma once

#include "tm-cper-form.h"

G_BEGIN_DECLS

/* The kernel prints no record of more bytes. */
#define TM_CPER_DRAFT_MAX_DUMP_BYTES 1024
/* 5 records of 1 KiB, and room. */
#define TM_CPER_DRAFT_MAX_BYTES (64 * 1024)

typedef struct _TmCperDraft TmCperDraft;

TmCperDraft *tm_cper_draft_new (void);
void tm_cper_draft_free (TmCperDraft *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmCperDraft, tm_cper_draft_free)

/* FALSE: there is no room for one more. */
gboolean tm_cper_draft_begin_block (TmCperDraft *self, guint severity);
void tm_cper_draft_begin_entry (TmCperDraft *self, guint severity);
/* seconds first, each two digits; as eight bytes of binary coded decimals */
void tm_cper_draft_set_time (TmCperDraft *self, guint64 digits);
void tm_cper_draft_set_fru_id (TmCperDraft *self, const char *guid);
void tm_cper_draft_set_fru_text (TmCperDraft *self, const char *text);
/* form: (nullable): NULL: of bytes that nobody can read further. */
void tm_cper_draft_begin_section (TmCperDraft *self, const TmCperForm *form, const char *guid);
/* (nullable): the section that has begun, and the words for what was begun last in it. */
const TmCperForm *tm_cper_draft_get_form (TmCperDraft *self);
const TmCperWord *tm_cper_draft_get_words (TmCperDraft *self);
/* Whether a section has begun, and whether the entry of one has. */
gboolean tm_cper_draft_has_section (TmCperDraft *self);
gboolean tm_cper_draft_has_entry (TmCperDraft *self);
/* One more of a part that the section repeats. */
void tm_cper_draft_begin_part (TmCperDraft *self, const TmCperForm *part);

/* A number that does not fit is left out. */
void tm_cper_draft_set_number (TmCperDraft *self, const TmCperWord *word, guint64 value);
void tm_cper_draft_set_guid (TmCperDraft *self, const TmCperWord *word, const char *guid);
/* Bytes follow: where the word says, or as many as n_bytes in place of the section. */
void tm_cper_draft_begin_dump (TmCperDraft *self, const TmCperWord *word);
void tm_cper_draft_begin_raw (TmCperDraft *self, gsize n_bytes);
void tm_cper_draft_add_dump (TmCperDraft *self, guint64 offset, gsize n_bytes, guint64 number);

/* (transfer full) (nullable): what tm_cper_parse() reads; NULL: there is no block. */
GBytes *tm_cper_draft_finish (TmCperDraft *self);

G_END_DECLS
