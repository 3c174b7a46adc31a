/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The configuration of the services: key files merged key by key, a later file wins:
 *
 *   /usr/share/defaults/telemetrics/telemetrics.conf
 *   /etc/telemetrics/telemetrics.conf
 *   /etc/telemetrics/telemetrics.conf.d/NAME.conf    (in the order of their names)
 *
 * Every key is a line in one table (tm-config-keys.c) with its group, type, unit, range and
 * default. A bad value is a problem that names file, key and what is accepted, and the built-in
 * default is used for it. Not so for consent: there an error means that nobody has agreed
 * (tm_config_consent_is_sound()).
 *
 * Immutable and atomically reference counted: reading it anew makes another one.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  /* [settings]: the names and units of Clear Linux's client */
  TM_CONFIG_SERVER,                   /* text: base URL; "" = records are not delivered */
  TM_CONFIG_SPOOL_MAX_SIZE,           /* number: KiB; -1 = no bound */
  TM_CONFIG_RECORD_EXPIRY,            /* number: minutes */
  TM_CONFIG_RATE_LIMIT_ENABLED,       /* boolean */
  TM_CONFIG_RECORD_BURST_LIMIT,       /* number: records; -1 = no limit */
  TM_CONFIG_RECORD_WINDOW_LENGTH,     /* number: minutes in which the burst is regained; 0 =
                                         at [limits] record_rate */
  TM_CONFIG_BYTE_BURST_LIMIT,         /* number: bytes; -1 = no limit */
  TM_CONFIG_BYTE_WINDOW_LENGTH,       /* number: minutes in which they are regained */
  TM_CONFIG_RATE_LIMIT_STRATEGY,      /* text: "drop" (refused) or "spool" (kept, not hurried) */
  TM_CONFIG_RECORD_RETENTION_ENABLED, /* boolean: sent records stay for their owner to read */
  TM_CONFIG_RECORD_SERVER_DELIVERY_ENABLED, /* boolean */
  TM_CONFIG_CAINFO,                         /* text: path of a PEM file; "" = the system's trust */
  TM_CONFIG_TIDHEADER, /* text: "X-Telemetry-TID: uuid", for the old endpoints */

  /* [delivery] */
  TM_CONFIG_DELIVERY_INTERVAL,           /* number: seconds */
  TM_CONFIG_DELIVERY_JITTER,             /* number: seconds, at most so much later */
  TM_CONFIG_DELIVERY_TIMEOUT,            /* number: seconds for one request */
  TM_CONFIG_DELIVERY_ALLOW_METERED,      /* boolean */
  TM_CONFIG_DELIVERY_ALLOW_PLAIN_HTTP,   /* boolean */
  TM_CONFIG_DELIVERY_BATCH_MAX_RECORDS,  /* number: records */
  TM_CONFIG_DELIVERY_BATCH_MAX_BYTES,    /* number: bytes of records before the batch is closed */
  TM_CONFIG_DELIVERY_TOKEN_FILE,         /* text: path; "" = none */
  TM_CONFIG_DELIVERY_CLIENT_CERTIFICATE, /* text: path; "" = none */
  TM_CONFIG_DELIVERY_CLIENT_KEY,         /* text: path; "" = in the certificate's file */

  /* [limits] */
  TM_CONFIG_LIMITS_RECORD_RATE,   /* number: records a second after the burst */
  TM_CONFIG_LIMITS_SYSTEM_FACTOR, /* number: how many times the limits uid 0 and telemetry have */

  /* [identity] */
  TM_CONFIG_IDENTITY_ROTATION_DAYS, /* number: days */
  TM_CONFIG_IDENTITY_SECRET_DAYS,   /* number: days a past secret is kept, to erase with */

  /* [policy], [consent]: an error here means that nobody has agreed */
  TM_CONFIG_POLICY_VERSION, /* number */
  TM_CONFIG_POLICY_URI,     /* text */
  TM_CONFIG_CONSENT_LOCKED, /* list: ids of categories */
} TmConfigKey;

#define TM_N_CONFIG_KEYS (TM_CONFIG_CONSENT_LOCKED + 1)

typedef struct _TmConfig TmConfig;

/* Reads the files above; never fails, see tm_config_get_problems(). Blocks. */
TmConfig *tm_config_load (void);
/* The same for other files; those that do not exist are left out. */
TmConfig *tm_config_load_files (const char *const *paths);
TmConfig *tm_config_ref (TmConfig *self);
void tm_config_unref (TmConfig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmConfig, tm_config_unref)

/* Each returns the built-in default for a key that is not set or not sound. */
gboolean tm_config_get_boolean (TmConfig *self, TmConfigKey key);
gint64 tm_config_get_number (TmConfig *self, TmConfigKey key);
const char *tm_config_get_text (TmConfig *self, TmConfigKey key);        /* never NULL */
const char *const *tm_config_get_list (TmConfig *self, TmConfigKey key); /* never NULL */

/* FALSE if a file could not be read whole, or a key of [policy] or [consent] is not sound: then
 * nobody has agreed to anything. */
gboolean tm_config_consent_is_sound (TmConfig *self);
/* One sentence for each problem, for people. (transfer none), never NULL */
const char *const *tm_config_get_problems (TmConfig *self);

G_END_DECLS
