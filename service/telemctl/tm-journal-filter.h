/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of telemctl journal that say which records, and the filter of Records.List. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *classification;
  char *category;
  char *state;
  char *scope;
  char *record_id;
  char *event_id;
  char *boot_id; /* looked at here: the service's filter has no such key */
  char *since;
  char *until;
  int severity;
} TmJournalFilter;

void tm_journal_filter_clear (TmJournalFilter *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TmJournalFilter, tm_journal_filter_clear)

#define TM_JOURNAL_FILTER_N_ENTRIES 12

/* The entries point into self. Their names are those of Clear Linux's telemctl, and with dashes. */
void tm_journal_filter_get_entries (TmJournalFilter *self,
                                    GOptionEntry out_entries[TM_JOURNAL_FILTER_N_ENTRIES]);

/* (transfer floating): a{sv}. Fails with G_OPTION_ERROR for a time that is none. */
GVariant *tm_journal_filter_to_variant (const TmJournalFilter *self, GError **error);

/* What the service cannot filter by. */
gboolean tm_journal_filter_matches (const TmJournalFilter *self, GVariant *record);

G_END_DECLS
