/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The committer: the one thread that writes to the disk, so that the main loop never waits for it.
 *
 * Group commit: what arrived while the last commit ran goes into one transaction, and each caller
 * is answered after it. Nothing is waited for when the thread is idle: the commit itself, some
 * hundred microseconds to a few milliseconds, is what gathers the next group.
 *
 *    submit --> [ queue, bounded ] --> thread: begin, insert..., commit --> replies --> checkpoint
 *
 * If a commit fails, all of its group get TELEMETRY_ERROR_STORAGE, and the next group tries again
 * from the beginning, which includes opening the database: when the disk has room again, or is
 * writable again, the service works again, without a restart.
 *
 * The callbacks run in the thread-default main context of the caller. A cancelled call may have
 * been carried out.
 */
#pragma once

#include "tm-store-records.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* What may wait for the disk; beyond it a call fails with TELEMETRY_ERROR_RATE_LIMITED. */
#define TM_COMMITTER_MAX_DRAFTS 20000
#define TM_COMMITTER_MAX_BYTES (64 * 1024 * 1024)

#define TM_TYPE_COMMITTER (tm_committer_get_type ())
G_DECLARE_FINAL_TYPE (TmCommitter, tm_committer, TM, COMMITTER, GObject)

/* Starts the thread, which opens the store when there is work for it. Copies options. The thread
 * holds a reference until tm_committer_stop(). */
TmCommitter *tm_committer_new (const TmStoreOptions *options, TmClock *clock);

/* drafts: (element-type TmDraft), not to be touched before the answer. The finish function gives
 * them back, each with its record_id: (transfer full). */
void tm_committer_submit_async (TmCommitter *self,
                                GPtrArray *drafts,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
GPtrArray *tm_committer_submit_finish (TmCommitter *self, GAsyncResult *result, GError **error);

/* Work on the commit thread, in a transaction of its own (rolled back when func returns FALSE), in
 * the order of the calls and of the submits. data belongs to the thread until the callback; results
 * go into it. */
typedef gboolean (*TmCommitterFunc) (TmStore *store, gpointer data, GError **error);

void tm_committer_run_async (TmCommitter *self,
                             TmCommitterFunc func,
                             gpointer data,
                             GDestroyNotify destroy,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
/* The same without a transaction, for reading and deleting: if there is no database, none is made;
 * func sees an empty store. */
void tm_committer_visit_async (TmCommitter *self,
                               TmCommitterFunc func,
                               gpointer data,
                               GDestroyNotify destroy,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/* For work on other files that has its place in the order: saving consent and identity. store is
 * NULL. */
void tm_committer_run_file_async (TmCommitter *self,
                                  TmCommitterFunc func,
                                  gpointer data,
                                  GDestroyNotify destroy,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/* data that was given to run_async, which must not be NULL: (transfer none), lives as long as
 * result. NULL on error. */
gpointer tm_committer_run_finish (TmCommitter *self, GAsyncResult *result, GError **error);

/* Counts a record that was dropped before the store; written with the next commit, or by itself
 * within a second. */
void tm_committer_count_loss (TmCommitter *self,
                              const char *machine_id,
                              const char *reason,
                              const char *classification);
/* Losses that wait to be written are forgotten: for withdrawal. */
void tm_committer_forget_losses (TmCommitter *self);

/* Carries out what waits, closes the store and ends the thread; blocks. Everything later fails with
 * TELEMETRY_ERROR_STORAGE. */
void tm_committer_stop (TmCommitter *self);

typedef struct
{
  guint64 n_commits;
  guint64 n_records;
  guint64 n_failed; /* commits */
  guint max_group;  /* records in the biggest commit */
  guint n_resets;   /* damaged databases that were put aside */
  char *problem;    /* (nullable): why the last commit failed; NULL once one works again */
} TmCommitterStatistics;

/* Calls that the thread has not begun with. */
guint tm_committer_get_n_waiting (TmCommitter *self);
void tm_committer_get_statistics (TmCommitter *self, TmCommitterStatistics *out_statistics);
void tm_committer_statistics_clear (TmCommitterStatistics *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TmCommitterStatistics, tm_committer_statistics_clear)

/* Signal "problem-changed" (no arguments), in the main context the committer was made in: problem
 * or n_resets is another. */

G_END_DECLS
