/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many requests each network may send: a bucket of tokens per network, filled at a fixed rate.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Networks that are remembered; when there are more, those that have not sent for longest, and so
 * have their full burst again, are forgotten. */
#define TM_TOKEN_BUCKET_MAX_NETWORKS 65536

typedef struct _TmTokenBucket TmTokenBucket;

TmTokenBucket *tm_token_bucket_new (guint burst, guint per_minute);
void tm_token_bucket_free (TmTokenBucket *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmTokenBucket, tm_token_bucket_free)

/* now_usec: a monotonic clock. FALSE when the bucket is empty; out_seconds is then when the next
 * token comes, at least 1. */
gboolean tm_token_bucket_take (TmTokenBucket *self,
                               const char *network,
                               gint64 now_usec,
                               guint *out_seconds);
guint tm_token_bucket_get_n_networks (TmTokenBucket *self);

G_END_DECLS
