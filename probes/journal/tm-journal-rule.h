/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A rule: which entries of the journal are reported, and what of them may leave. The format of the
 * file is telemetrics-journal-rule(5). What a rule does not allow stays here.
 */
#pragma once

#include "tm-journal-entry.h"

G_BEGIN_DECLS

#define TM_JOURNAL_RULE_MAX_BYTES (64 * 1024)
#define TM_JOURNAL_RULE_MAX_ID 40
#define TM_JOURNAL_RULE_MAX_TITLE 120 /* bytes */
#define TM_JOURNAL_RULE_MAX_MATCHES 32
#define TM_JOURNAL_RULE_MAX_FIELDS 16
#define TM_JOURNAL_RULE_MAX_REDACTIONS 16
#define TM_JOURNAL_RULE_MAX_PATTERN 256 /* bytes */
#define TM_JOURNAL_RULE_MAX_WEIGHT 1000

typedef enum
{
  TM_JOURNAL_RULE_KIND_MATCH,       /* entries that the rule describes */
  TM_JOURNAL_RULE_KIND_UNIT_FAILED, /* what systemd says of units that failed */
} TmJournalRuleKind;

typedef struct
{
  char *field;
  char *value;
  gboolean is_glob;
} TmJournalMatch;

typedef struct
{
  char *id;
  TmJournalRuleKind kind;
  char *title; /* (nullable): of what is reported; NULL for a unit that failed */
  guint weight;
  GPtrArray *matches;    /* (element-type TmJournalMatch): all must be met */
  GPtrArray *fields;     /* (element-type utf8): that may leave */
  GPtrArray *redactions; /* (element-type GRegex) */
} TmJournalRule;

/* 1 to 40 of a-z, 0-9 and "-". */
gboolean tm_journal_rule_id_is_valid (const char *id);

/* text: of a file, n_bytes long. Fails in G_KEY_FILE_ERROR, and names file, line, key and what is
 * accepted. */
TmJournalRule *tm_journal_rule_new (
    const char *id, const char *file, const char *text, gsize n_bytes, GError **error);
void tm_journal_rule_free (TmJournalRule *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmJournalRule, tm_journal_rule_free)

gboolean tm_journal_rule_matches (const TmJournalRule *self, const TmJournalEntry *entry);

/* "*" stands for any text, "?" for any byte. In time proportional to the product of the lengths. */
gboolean tm_journal_glob_matches (const char *glob, const char *text);

G_END_DECLS
