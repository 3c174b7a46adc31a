/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The numbers of delivery; see tm-retry.h. */
#include "tm-retry.h"

#define USEC_PER_SEC ((double) G_USEC_PER_SEC)

/* A fleet that was told the same Retry-After must not come back in the same second. */
#define SPREAD 0.1

static double
spread_seconds (double seconds, double random)
{
  return seconds * (1 + SPREAD * random);
}

static double
backoff_seconds (guint n_failures)
{
  double seconds = TM_RETRY_BASE_SECONDS;

  for (guint i = 1; i < n_failures && seconds < TM_RETRY_MAX_SECONDS; i++)
    seconds *= 2;

  return MIN (seconds, TM_RETRY_MAX_SECONDS);
}

gint64
tm_retry_delay_usec (guint n_failures, guint64 retry_after_seconds, double random)
{
  double jitter = backoff_seconds (n_failures) * random;
  double asked = spread_seconds ((double) retry_after_seconds, random);

  return (gint64) (MAX (jitter, asked) * USEC_PER_SEC);
}

gint64
tm_hold_delay_usec (guint64 retry_after_seconds, double random)
{
  double seconds = (double) MAX (retry_after_seconds, TM_HOLD_SECONDS);

  return (gint64) (spread_seconds (seconds, random) * USEC_PER_SEC);
}

gint64
tm_round_delay_usec (guint64 interval_seconds, guint64 jitter_seconds, double random)
{
  return (gint64) (((double) interval_seconds + (double) jitter_seconds * random) * USEC_PER_SEC);
}

gint64
tm_retry_remaining_usec (gint64 due_usec, gint64 now_usec)
{
  gint64 farthest_usec = (gint64) TM_RETRY_FARTHEST_SECONDS * G_USEC_PER_SEC;

  if (due_usec <= now_usec)
    return 0;
  /* One of the two times is wrong: the clock was set back, or a machine without a battery has just
   * booted and does not know the year yet. A minute is time to learn it. */
  if (due_usec - now_usec > farthest_usec)
    return (gint64) TM_RETRY_BASE_SECONDS * G_USEC_PER_SEC;

  return due_usec - now_usec;
}

guint
tm_retry_halve (guint n_records)
{
  return n_records / 2;
}
