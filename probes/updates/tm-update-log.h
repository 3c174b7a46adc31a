/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The logs in which package managers say what they did, as transactions, oldest first. Readers
 * without I/O: whatever the text is, memory does not grow with it, and nothing of it is kept but
 * counts, builds and names that the rules allow.
 */
#pragma once

#include "tm-update-rules.h"

G_BEGIN_DECLS

typedef struct
{
  const char *text; /* need not end in NUL */
  gsize n_bytes;
  gboolean is_whole; /* nobody is going to write at its end; else the last one may be under way */
  GTimeZone *zone;   /* of times that do not say theirs */
  const TmUpdateRules *rules;
  TmUpdateFunc take;
  gpointer user_data;
} TmUpdateLog;

/* /var/log/apt/history.log: a paragraph for each transaction. */
void tm_update_log_read_apt (const TmUpdateLog *self);
/* dnf.rpm.log of dnf 4, from wherever there is no more of it: a line for each package, under a line
 * for each start of dnf. What is at the end counts once the log is whole. */
void tm_update_log_read_dnf (const TmUpdateLog *self);
/* What "swupd update" writes for people. */
void tm_update_log_read_swupd (const TmUpdateLog *self);

/* A part of the text, not NUL-terminated. */
typedef struct
{
  const char *text;
  gsize n_bytes;
} TmUpdateSlice;

/* Each line, without its line feed; the last one need not have any. */
void tm_update_log_for_each_line (const TmUpdateLog *self,
                                  void (*read_line) (gpointer reader, const TmUpdateSlice *line),
                                  gpointer reader);

/* What a line, or a word, counts. */
typedef struct
{
  const char *key; /* what it begins with; NULL: end of the table */
  gsize count;     /* offset in TmUpdate */
} TmUpdateAction;

/* (nullable): the count in update that this is of; out_rest is what follows its key. */
guint *tm_update_action_find (const TmUpdateAction *actions,
                              TmUpdate *update,
                              const TmUpdateSlice *text,
                              TmUpdateSlice *out_rest);

/* If it begins with prefix, FALSE otherwise: out_rest is what follows. */
gboolean
tm_update_slice_skip (const TmUpdateSlice *self, const char *prefix, TmUpdateSlice *out_rest);
/* What may be the version of a build; NULL for what may not. */
char *tm_update_slice_to_build (const TmUpdateSlice *self);

G_END_DECLS
