/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One entry of a journal, wherever it comes from: fields that can be asked for by name. A name that
 * begins with an underscore is journald's own word; all others anybody can write.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Of a value, in bytes; one that is longer is none. A stack trace of systemd-coredump fits. */
#define TM_JOURNAL_ENTRY_MAX_VALUE (1024 * 1024)

typedef struct
{
  /* (transfer full) (nullable): the first value; NULL also where it has a zero byte. */
  char *(*get_text) (gpointer source, const char *field);
  gpointer source;
} TmJournalEntry;

static inline char *
tm_journal_entry_get (const TmJournalEntry *self, const char *field)
{
  return self->get_text (self->source, field);
}

G_END_DECLS
