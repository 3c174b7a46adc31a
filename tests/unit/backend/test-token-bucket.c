/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rates per network, with a clock that is moved. */
#include "tm-token-bucket.h"

#define SECOND G_GINT64_CONSTANT (1000000)

static void
test_rate (void)
{
  g_autoptr (TmTokenBucket) bucket = tm_token_bucket_new (3, 60);
  guint seconds = 0;
  gint64 now = 1000 * SECOND;

  for (guint i = 0; i < 3; i++)
    g_assert_true (tm_token_bucket_take (bucket, "a", now, &seconds));
  g_assert_false (tm_token_bucket_take (bucket, "a", now, &seconds));
  g_assert_cmpuint (seconds, ==, 1);
  g_assert_true (tm_token_bucket_take (bucket, "b", now, &seconds));

  /* One second, one token; a refusal costs nothing. */
  g_assert_false (tm_token_bucket_take (bucket, "a", now + SECOND - 1, &seconds));
  g_assert_true (tm_token_bucket_take (bucket, "a", now + SECOND, &seconds));
  g_assert_false (tm_token_bucket_take (bucket, "a", now + SECOND, &seconds));

  /* However long it waits, no more than the burst. */
  now += 3600 * SECOND;
  for (guint i = 0; i < 3; i++)
    g_assert_true (tm_token_bucket_take (bucket, "a", now, &seconds));
  g_assert_false (tm_token_bucket_take (bucket, "a", now, &seconds));
}

/* Retry-After is what it really takes. */
static void
test_retry_after (void)
{
  g_autoptr (TmTokenBucket) bucket = tm_token_bucket_new (1, 1);
  guint seconds = 0;

  g_assert_true (tm_token_bucket_take (bucket, "a", 5 * SECOND, &seconds));
  g_assert_false (tm_token_bucket_take (bucket, "a", 6 * SECOND, &seconds));
  g_assert_cmpuint (seconds, ==, 59);
  g_assert_true (tm_token_bucket_take (bucket, "a", (6 + seconds) * SECOND, &seconds));
}

/* However many networks send, memory is bounded, and one that is over its rate stays so. */
static void
test_bounded (void)
{
  g_autoptr (TmTokenBucket) bucket = tm_token_bucket_new (2, 60);
  gint64 now = 1000 * SECOND;
  guint seconds;

  for (guint i = 0; i < TM_TOKEN_BUCKET_MAX_NETWORKS; i++)
    {
      g_autofree char *network = g_strdup_printf ("n%u", i);

      g_assert_true (tm_token_bucket_take (bucket, network, now, &seconds));
    }
  now += 100 * SECOND;
  g_assert_true (tm_token_bucket_take (bucket, "n1", now, &seconds));
  g_assert_true (tm_token_bucket_take (bucket, "n1", now, &seconds));
  g_assert_true (tm_token_bucket_take (bucket, "new", now, &seconds));
  g_assert_cmpuint (tm_token_bucket_get_n_networks (bucket), ==, 2);
  g_assert_false (tm_token_bucket_take (bucket, "n1", now, &seconds));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/token-bucket/rate", test_rate);
  g_test_add_func ("/token-bucket/retry-after", test_retry_after);
  g_test_add_func ("/token-bucket/bounded", test_bounded);

  return g_test_run ();
}
