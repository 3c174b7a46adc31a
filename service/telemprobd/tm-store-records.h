/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records into the store, out of it to read, and out of it for good. Threads: see tm-store.h. */
#pragma once

#include "tm-draft.h"
#include "tm-store.h"

G_BEGIN_DECLS

/* The states of a record that is kept. One that expired or was evicted is gone; the ledger has its
 * count. */
typedef enum
{
  TM_RECORD_STATE_PENDING = 1,  /* waits for delivery, or is on its way */
  TM_RECORD_STATE_REJECTED = 2, /* the server refused it for good, with a reason */
  TM_RECORD_STATE_SENT = 3,     /* the server has it; kept only where retention is on */
} TmRecordState;

const char *tm_record_state_to_text (TmRecordState state); /* "pending", "rejected", "sent" */
gboolean tm_record_state_from_text (const char *text, TmRecordState *out_state);

/* Inserts the drafts (element-type TmDraft) in one transaction, sets their record_id, and keeps the
 * bounds: what has to go for them is counted in the ledger. */
gboolean tm_store_insert (TmStore *self, GPtrArray *drafts, GError **error);

/* Which records; a zero field selects all. Zero-initialise it. */
typedef struct
{
  gboolean has_uid;
  guint32 uid;
  TmRecordState state;
  guint min_severity;
  const char *category;
  const char *classification; /* a glob, as in category files */
  const char *record_id;
  const char *event_id;
  gint64 since_usec; /* created at or after */
  gint64 until_usec; /* created before; 0 = no end */
} TmRecordFilter;

/* A record as it is kept. */
typedef struct
{
  guint64 cursor; /* strictly increasing with acceptance */
  TmRecord *record;
  guint32 uid;
  char *category;
  TmRecordState state;
  char *reason;        /* (nullable): why it was rejected */
  gint64 settled_usec; /* when it was sent or rejected; 0 = it was not */
} TmKeptRecord;

void tm_kept_record_free (TmKeptRecord *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmKeptRecord, tm_kept_record_free)

/* Records before the cursor, newest first; 0 = from the newest. out_next: the cursor of the next
 * page, 0 if this was the last. (element-type TmKeptRecord) */
GPtrArray *tm_store_list (TmStore *self,
                          const TmRecordFilter *filter,
                          guint64 cursor,
                          guint limit,
                          guint64 *out_next,
                          GError **error);

typedef struct
{
  guint64 n_pending;
  guint64 n_rejected;
  guint64 n_sent;
  guint64 n_bytes; /* of all that is kept, as the bound counts them */
  guint64 n_pending_bytes;
  gint64 oldest_pending_usec; /* when the oldest one was accepted; 0 = none is pending */
} TmStoreUsage;

gboolean tm_store_get_usage (TmStore *self, TmStoreUsage *out_usage, GError **error);

/* Removes what is older than the options say, and counts pending ones as "expired". */
gboolean tm_store_expire (TmStore *self, guint *out_n_records, GError **error);

G_END_DECLS
