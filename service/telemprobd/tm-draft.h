/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A record on its way into the store, and what the service knows of its sender. */
#pragma once

#include "tm-record.h"

G_BEGIN_DECLS

typedef struct
{
  TmRecord *record; /* its sequence does not count: the store gives it, in the commit */
  guint32 uid;
  char *category;        /* id */
  char *machine_id;      /* 32 hex: the machine epoch it belongs to */
  char *dedup_key;       /* (nullable) */
  char record_id[37];    /* set by the store: the id it is kept under; of the first record with the
                            same    uid, classification and dedup_key where there is one */
  gboolean is_duplicate; /* set by the store */
  gboolean is_quiet;     /* over its user's limit, but kept: hurries no delivery */
} TmDraft;

/* Takes a reference on record, copies the rest. */
TmDraft *tm_draft_new (TmRecord *record,
                       guint32 uid,
                       const char *category,
                       const char *machine_id,
                       const char *dedup_key);
void tm_draft_free (TmDraft *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmDraft, tm_draft_free)

G_END_DECLS
