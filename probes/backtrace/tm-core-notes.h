/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel wrote into the notes of a core file besides registers: the signal, which files
 * were mapped where, and the program. A process may choose the names of its files, so this is a
 * parser for what a stranger wrote.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* siginfo's si_code where the core does not tell it. */
#define TM_CORE_CODE_UNKNOWN G_MININT32

typedef struct _TmCoreNotes TmCoreNotes;

/* n_word_bytes: 4 or 8, of the process. */
TmCoreNotes *tm_core_notes_new (guint n_word_bytes);
void tm_core_notes_free (TmCoreNotes *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmCoreNotes, tm_core_notes_free)

/* type: as in the note's head, of the owner "CORE". Notes that are too short add nothing. */
void tm_core_notes_add (TmCoreNotes *self, guint32 type, const guint8 *data, gsize n_bytes);

/* 0: unknown. */
int tm_core_notes_get_signal (TmCoreNotes *self);
int tm_core_notes_get_code (TmCoreNotes *self);
guint tm_core_notes_get_n_threads (TmCoreNotes *self);

/* (transfer none) (nullable): the path of the file mapped at address, and where its first mapping
 * begins. A file that has been deleted since has its old path; memory that processes share has
 * none. */
const char *
tm_core_notes_find_file (TmCoreNotes *self, guint64 address, guint64 *out_first_address);

/* Whether the kernel's own page begins at address. */
gboolean tm_core_notes_is_vdso (TmCoreNotes *self, guint64 address);

/* (transfer none) (nullable): the path of the program. */
const char *tm_core_notes_get_exe (TmCoreNotes *self);

G_END_DECLS
