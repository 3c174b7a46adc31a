/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How much one user may submit: records (100 at once, then 1 a second) and bytes (5 MiB a day),
 * each a bucket that refills evenly on the boot-time clock, so that setting the wall clock gives
 * nobody anything. Counted by uid, never by connection.
 *
 * Memory is bounded: a user whose buckets are full again is forgotten, and at most
 * TM_LIMITS_MAX_USERS are remembered; those beyond share one pair of buckets.
 */
#pragma once

#include "tm-clock.h"
#include "tm-config.h"

G_BEGIN_DECLS

#define TM_LIMITS_MAX_USERS 4096

typedef struct _TmLimits TmLimits;

typedef enum
{
  TM_LIMITS_PASS,         /* keep it */
  TM_LIMITS_KEEP_QUIETLY, /* over the limit, strategy "spool": keep it, but wake no delivery for it
                           */
  TM_LIMITS_REFUSE,       /* error is set */
} TmLimitsVerdict;

/* telemetry_uid: the service's own user, which has the limits of uid 0. */
TmLimits *tm_limits_new (TmConfig *config, guint32 telemetry_uid, TmClock *clock);
void tm_limits_free (TmLimits *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmLimits, tm_limits_free)

/* Charges one record of n_bytes to uid; a refused one costs nothing. Fails with
 * TELEMETRY_ERROR_RATE_LIMITED or TELEMETRY_ERROR_QUOTA_EXCEEDED; the message ends in
 * "retry-after=<s>". A record that is larger than the whole bucket passes when the bucket is full.
 */
TmLimitsVerdict tm_limits_charge (TmLimits *self, guint32 uid, gsize n_bytes, GError **error);
guint tm_limits_get_n_users (TmLimits *self);

G_END_DECLS
