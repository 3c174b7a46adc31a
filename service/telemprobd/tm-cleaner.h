/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The cleaner removes what may not be kept, or not any longer: at the start whatever consent does
 * not cover (a crash in the middle of a withdrawal, a category that was locked or has ended since),
 * each record when its time is over, and a category's when that ends. One timer, due when the
 * oldest record expires; none while nothing is kept.
 */
#pragma once

#include "tm-committer.h"
#include "tm-standing.h"

G_BEGIN_DECLS

#define TM_TYPE_CLEANER (tm_cleaner_get_type ())
G_DECLARE_FINAL_TYPE (TmCleaner, tm_cleaner, TM, CLEANER, GObject)

/* store_path: of the database; one that does not exist is not made. */
TmCleaner *tm_cleaner_new (TmClock *clock,
                           TmStanding *standing,
                           TmCategorySet *categories,
                           TmCommitter *committer,
                           const char *store_path,
                           gint64 expiry_usec);

/* What the start has to remove; nothing may be delivered before it has ended. */
void tm_cleaner_start_async (TmCleaner *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean tm_cleaner_start_finish (TmCleaner *self, GAsyncResult *result, GError **error);

/* A record was kept: there is something that will expire. */
void tm_cleaner_notice (TmCleaner *self);

G_END_DECLS
