/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Buckets for each user; see tm-limits.h.
 *
 * A bucket is kept as one number, the point on the boot-time clock at which it is full again: it
 * refills by itself, nothing has to be counted, and "is full" is "that point is past".
 */
#include "tm-limits.h"

#include "telemetry-error.h"

/* How one kind of bucket works. */
typedef struct
{
  gboolean is_unlimited;
  gint64 size;      /* records or bytes */
  gint64 full_usec; /* from empty to full */
} Rule;

/* When each bucket of a user is full again; boot-time clock. */
typedef struct
{
  gint64 records_full_at;
  gint64 bytes_full_at;
} User;

struct _TmLimits
{
  TmClock *clock;    /* (owned) */
  GHashTable *users; /* (owned) uid -> User */
  User shared;       /* of those for whom there was no room */
  gint64 sweep_at;   /* not before: boot-time clock */
  Rule records;
  Rule bytes;
  gint64 system_factor;
  guint32 telemetry_uid;
  gboolean is_enabled;
  gboolean keeps_quietly;
};

static Rule
make_record_rule (TmConfig *config)
{
  gint64 window_minutes = tm_config_get_number (config, TM_CONFIG_RECORD_WINDOW_LENGTH);
  gint64 rate = tm_config_get_number (config, TM_CONFIG_LIMITS_RECORD_RATE);
  Rule rule = { .size = tm_config_get_number (config, TM_CONFIG_RECORD_BURST_LIMIT) };

  rule.is_unlimited = rule.size < 0;
  rule.full_usec =
      window_minutes > 0 ? window_minutes * 60 * G_USEC_PER_SEC : rule.size * G_USEC_PER_SEC / rate;
  return rule;
}

static Rule
make_byte_rule (TmConfig *config)
{
  Rule rule = { .size = tm_config_get_number (config, TM_CONFIG_BYTE_BURST_LIMIT) };

  rule.is_unlimited = rule.size < 0;
  rule.full_usec =
      tm_config_get_number (config, TM_CONFIG_BYTE_WINDOW_LENGTH) * 60 * G_USEC_PER_SEC;
  return rule;
}

TmLimits *
tm_limits_new (TmConfig *config, guint32 telemetry_uid, TmClock *clock)
{
  TmLimits *self = g_new0 (TmLimits, 1);

  self->clock = g_object_ref (clock);
  self->users = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->records = make_record_rule (config);
  self->bytes = make_byte_rule (config);
  self->system_factor = tm_config_get_number (config, TM_CONFIG_LIMITS_SYSTEM_FACTOR);
  self->telemetry_uid = telemetry_uid;
  self->is_enabled = tm_config_get_boolean (config, TM_CONFIG_RATE_LIMIT_ENABLED);
  self->keeps_quietly =
      g_str_equal (tm_config_get_text (config, TM_CONFIG_RATE_LIMIT_STRATEGY), "spool");

  return self;
}

void
tm_limits_free (TmLimits *self)
{
  g_hash_table_unref (self->users);
  g_object_unref (self->clock);
  g_free (self);
}

static gboolean
is_full_again (gpointer uid, gpointer data, gpointer now_usec)
{
  const User *user = data;

  return MAX (user->records_full_at, user->bytes_full_at) <= *(const gint64 *) now_usec;
}

/* At most once a second: whoever comes with thousands of uids must not make each call a search. */
static void
forget_full_users (TmLimits *self, gint64 now_usec)
{
  if (g_hash_table_size (self->users) < TM_LIMITS_MAX_USERS || now_usec < self->sweep_at)
    return;

  g_hash_table_foreach_remove (self->users, is_full_again, &now_usec);
  self->sweep_at = now_usec + G_USEC_PER_SEC;
}

static User *
find_user (TmLimits *self, guint32 uid, gint64 now_usec)
{
  User *user = g_hash_table_lookup (self->users, GUINT_TO_POINTER (uid));

  if (user != NULL)
    return user;

  forget_full_users (self, now_usec);
  if (g_hash_table_size (self->users) >= TM_LIMITS_MAX_USERS)
    return &self->shared;

  user = g_new0 (User, 1);
  g_hash_table_insert (self->users, GUINT_TO_POINTER (uid), user);
  return user;
}

/* When the bucket would be full again if it gave the amount now. Doubles: a bucket of 1 000 000
 * refills in windows of a day, and the product of both does not fit 64 bits of microseconds. */
static gint64
charge_rule (const Rule *rule, gint64 factor, gint64 full_at, gint64 amount, gint64 now_usec)
{
  gdouble cost_usec = (gdouble) amount * rule->full_usec / ((gdouble) MAX (rule->size, 1) * factor);

  return MAX (full_at, now_usec) + (gint64) MIN (cost_usec, (gdouble) rule->full_usec);
}

/* Seconds to wait until the bucket can give it, 0 if it can now. */
static gint64
get_wait_seconds (const Rule *rule, gint64 full_at, gint64 now_usec)
{
  gint64 wait_usec = full_at - now_usec - rule->full_usec;

  if (rule->is_unlimited)
    return 0;
  if (rule->size == 0)
    return rule->full_usec / G_USEC_PER_SEC + 1;

  return MAX (wait_usec + G_USEC_PER_SEC - 1, 0) / G_USEC_PER_SEC;
}

static void
refuse (TmLimits *self,
        TelemetryError code,
        const Rule *rule,
        gint64 factor,
        gint64 wait_seconds,
        GError **error)
{
  gboolean of_bytes = code == TELEMETRY_ERROR_QUOTA_EXCEEDED;

  g_set_error (error, TELEMETRY_ERROR, code,
               "this user may submit %" G_GINT64_FORMAT " %s in %" G_GINT64_FORMAT
               " seconds, retry-after=%" G_GINT64_FORMAT,
               rule->size * factor, of_bytes ? "bytes" : "records",
               rule->full_usec / G_USEC_PER_SEC, MAX (wait_seconds, 1));
}

TmLimitsVerdict
tm_limits_charge (TmLimits *self, guint32 uid, gsize n_bytes, GError **error)
{
  gint64 now_usec = tm_clock_get_boottime_usec (self->clock);
  gint64 factor = uid == 0 || uid == self->telemetry_uid ? self->system_factor : 1;
  gint64 records_full_at;
  gint64 bytes_full_at;
  gint64 wait_records;
  gint64 wait_bytes;
  User *user;

  if (!self->is_enabled)
    return TM_LIMITS_PASS;

  user = find_user (self, uid, now_usec);
  records_full_at = charge_rule (&self->records, factor, user->records_full_at, 1, now_usec);
  bytes_full_at = charge_rule (&self->bytes, factor, user->bytes_full_at, n_bytes, now_usec);
  wait_records = get_wait_seconds (&self->records, records_full_at, now_usec);
  wait_bytes = get_wait_seconds (&self->bytes, bytes_full_at, now_usec);

  if (wait_records == 0 && wait_bytes == 0)
    {
      user->records_full_at = records_full_at;
      user->bytes_full_at = bytes_full_at;
      return TM_LIMITS_PASS;
    }

  if (self->keeps_quietly)
    return TM_LIMITS_KEEP_QUIETLY;

  if (wait_bytes > 0)
    refuse (self, TELEMETRY_ERROR_QUOTA_EXCEEDED, &self->bytes, factor, wait_bytes, error);
  else
    refuse (self, TELEMETRY_ERROR_RATE_LIMITED, &self->records, factor, wait_records, error);
  return TM_LIMITS_REFUSE;
}

guint
tm_limits_get_n_users (TmLimits *self)
{
  return g_hash_table_size (self->users);
}
