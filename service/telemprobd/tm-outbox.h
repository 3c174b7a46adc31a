/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The batch on its way, as the main loop sees it: each function here is one piece of work on the
 * commit thread, in one transaction. What it does is in tm-store-delivery.h; this adds the making
 * of the body and the order of the steps.
 */
#pragma once

#include "tm-committer.h"
#include "tm-store-delivery.h"

G_BEGIN_DECLS

/* What the next batch may be. */
typedef struct
{
  TmSystem *system; /* of this machine */
  guint min_severity;
  guint max_records;
  gsize max_bytes;
  gboolean without_ledger; /* for a server to which the smallest batch was too large */
} TmOutboxWish;

/* The batch that is on its way already, or else a new one. One that is not urgent gives way if the
 * wish is for urgent records only. */
void tm_outbox_next_async (TmCommitter *committer,
                           const TmOutboxWish *wish,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
/* (transfer full): NULL without an error if there is nothing to send. */
TmTransmission *tm_outbox_next_finish (TmCommitter *committer,
                                       GAsyncResult *result,
                                       gint64 *out_last_success_usec,
                                       GError **error);

/* The outcome of each record. A batch that is not there any more is no error: its owner has deleted
 * what was in it. The same is true of the two below. */
void tm_outbox_settle_async (TmCommitter *committer,
                             const char *batch_id,
                             GPtrArray *results,
                             const char *url,
                             gint64 now_usec,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
/* The same bytes again at next_attempt_usec, or earlier if somebody wants it, but not before
 * not_before_usec. hold: (nullable): why the server wants nothing of us. */
void tm_outbox_postpone_async (TmCommitter *committer,
                               const char *batch_id,
                               guint attempt,
                               gint64 next_attempt_usec,
                               gint64 not_before_usec,
                               const char *hold,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/* Its records wait again, for another batch. */
void tm_outbox_abandon_async (TmCommitter *committer,
                              const char *batch_id,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
/* For the three above. */
gboolean tm_outbox_note_finish (TmCommitter *committer, GAsyncResult *result, GError **error);

G_END_DECLS
