/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The configuration of telemetrics-server: a key file, then the environment over it. One table
 * (tm-server-config.c) says which keys there are, with range and default; the manual and the tests
 * follow it. A bad value is a warning that names file, key and what is accepted, and the default
 * stays: a typing error must not stop a fleet's collector.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *listen;              /* addresses, separated by ";" */
  char *database_connection; /* as libpq reads it; "" = the environment */
  guint database_readers;    /* connections for pages */

  guint collector_workers;          /* threads with one connection each */
  guint collector_queue_batches;    /* waiting ones; further ones get 503 */
  guint collector_queue_mib;        /* bytes of waiting batches */
  guint collector_linger_msec;      /* how long a small group waits for more */
  guint collector_patience_seconds; /* how long a batch waits for a database that is away */

  guint rate_burst;          /* requests of one network at once */
  guint rate_per_minute;     /* requests of one network; 0 = no limit */
  gboolean rate_limit_local; /* also for clients on this machine */

  guint request_body_kib; /* as it comes */
  guint request_body_mib; /* inflated */
  guint request_seconds;  /* for a request to arrive */
  guint idle_seconds;     /* of a kept connection */
  guint response_seconds; /* for an answer to be taken */
  guint max_connections;
  guint max_received_mib;   /* bodies of all requests together */
  gboolean trust_forwarded; /* X-Forwarded-For of a proxy on this machine */
  guint stop_seconds;       /* for requests in flight, when the server stops */
} TmServerConfig;

typedef void (*TmConfigWarningFunc) (const char *message, gpointer user_data);

TmServerConfig *tm_server_config_new (void);
void tm_server_config_free (TmServerConfig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmServerConfig, tm_server_config_free)

/* path: (nullable): the default one, which may be absent; one that is named must be there. */
gboolean tm_server_config_read_file (TmServerConfig *self,
                                     const char *path,
                                     TmConfigWarningFunc warn,
                                     gpointer user_data,
                                     GError **error);
/* TELEMETRICS_SERVER_<KEY>, with the key in capitals and "-" as "_". */
void tm_server_config_read_environment (TmServerConfig *self,
                                        TmConfigWarningFunc warn,
                                        gpointer user_data);

G_END_DECLS
