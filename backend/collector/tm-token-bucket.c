/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many requests each network may send; see tm-token-bucket.h. */
#include "tm-token-bucket.h"

#define USEC_PER_MINUTE (60 * G_USEC_PER_SEC) /* fits 32 bits */

/* A token is counted as the time it takes to come: whole numbers, no drift. */
typedef struct
{
  gint64 empty_usec; /* the time at which this bucket was, or would have been, empty */
} Bucket;

struct _TmTokenBucket
{
  guint burst;
  gint64 token_usec;   /* time between two tokens */
  GHashTable *buckets; /* (element-type utf8 Bucket): by network */
};

TmTokenBucket *
tm_token_bucket_new (guint burst, guint per_minute)
{
  TmTokenBucket *self = g_new0 (TmTokenBucket, 1);

  g_return_val_if_fail (burst > 0 && per_minute > 0, NULL);

  self->burst = burst;
  self->token_usec = USEC_PER_MINUTE / per_minute;
  self->buckets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  return self;
}

void
tm_token_bucket_free (TmTokenBucket *self)
{
  g_hash_table_unref (self->buckets);
  g_free (self);
}

static gboolean
is_full (gpointer key, gpointer value, gpointer user_data)
{
  const Bucket *bucket = value;
  const gint64 *full_before_usec = user_data;

  return bucket->empty_usec <= *full_before_usec;
}

/* A full bucket says nothing: a network without one has a full one. If all are in use, the attack
 * is wide, and starting over is cheaper than an order of all of them. */
static void
forget (TmTokenBucket *self, gint64 now_usec)
{
  gint64 full_before_usec = now_usec - self->burst * self->token_usec;

  if (g_hash_table_foreach_remove (self->buckets, is_full, &full_before_usec) == 0)
    g_hash_table_remove_all (self->buckets);
}

static Bucket *
ensure_bucket (TmTokenBucket *self, const char *network, gint64 now_usec)
{
  Bucket *bucket = g_hash_table_lookup (self->buckets, network);

  if (bucket != NULL)
    return bucket;

  if (g_hash_table_size (self->buckets) >= TM_TOKEN_BUCKET_MAX_NETWORKS)
    forget (self, now_usec);
  bucket = g_new (Bucket, 1);
  bucket->empty_usec = now_usec - self->burst * self->token_usec;
  g_hash_table_insert (self->buckets, g_strdup (network), bucket);

  return bucket;
}

gboolean
tm_token_bucket_take (TmTokenBucket *self, const char *network, gint64 now_usec, guint *out_seconds)
{
  Bucket *bucket = ensure_bucket (self, network, now_usec);
  gint64 full_usec = now_usec - self->burst * self->token_usec;
  gint64 missing_usec;

  bucket->empty_usec = MAX (bucket->empty_usec, full_usec);
  missing_usec = bucket->empty_usec + self->token_usec - now_usec;
  if (missing_usec > 0)
    {
      *out_seconds = (guint) ((missing_usec + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
      return FALSE;
    }

  bucket->empty_usec += self->token_usec;

  return TRUE;
}

guint
tm_token_bucket_get_n_networks (TmTokenBucket *self)
{
  return g_hash_table_size (self->buckets);
}
