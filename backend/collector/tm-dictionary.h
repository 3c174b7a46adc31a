/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The words that repeat in every record (class, build, kernel, ...) and the numbers that stand for
 * them in the database, with a cache. One dictionary belongs to one worker. New words are committed
 * on their own before the records that use them, so the cache never knows a number that a rollback
 * has taken away.
 */
#pragma once

#include "tm-database.h"
#include "tm-system.h"

G_BEGIN_DECLS

typedef enum
{
  TM_WORD_CLASS,
  TM_WORD_BUILD,
  TM_WORD_SYSTEM,
  TM_WORD_KERNEL,
  TM_WORD_MODEL,
  TM_WORD_CPU,
  TM_WORD_BIOS,
  TM_WORD_BOARD,
  TM_WORD_ARCH,
  TM_WORD_APP,
} TmWord;

#define TM_N_WORDS (TM_WORD_APP + 1)

/* Words or machines in one cache; beyond it the cache starts over. */
#define TM_DICTIONARY_MAX_CACHED 100000

typedef struct _TmDictionary TmDictionary;

TmDictionary *tm_dictionary_new (void);
void tm_dictionary_free (TmDictionary *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmDictionary, tm_dictionary_free)
/* The database may be another one now. */
void tm_dictionary_clear (TmDictionary *self);

/* Keeps the cache bounded; between want and lookup nothing may be forgotten, so call it before. */
void tm_dictionary_trim (TmDictionary *self);

/* Notes what is not in the cache. */
void tm_dictionary_want_system (TmDictionary *self, TmSystem *system);
void tm_dictionary_want_word (TmDictionary *self, TmWord word, const char *name);
void tm_dictionary_want_machine (TmDictionary *self, const guint8 machine_id[16]);
/* Asks the database for everything noted, adding what it does not have. Blocks. */
gboolean tm_dictionary_resolve (TmDictionary *self, TmDatabase *database, GError **error);

/* After resolve. An absent word is 0. */
void
tm_dictionary_lookup_system (TmDictionary *self, TmSystem *system, gint32 out_words[TM_N_WORDS]);
gint32 tm_dictionary_lookup_word (TmDictionary *self, TmWord word, const char *name);
gint64 tm_dictionary_lookup_machine (TmDictionary *self, const guint8 machine_id[16]);

G_END_DECLS
