/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server as a whole; see tm-server.h. */
#include "tm-server.h"

#include "tm-collector.h"
#include "tm-database-pool.h"
#include "tm-http-server.h"
#include "tm-schema.h"
#include "tm-status.h"
#include "tm-ui.h"

#include <glib-unix.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>

#define SPARE_DESCRIPTORS 64

typedef struct
{
  const TmServerConfig *config;
  GMainLoop *loop;
  TmHttpServer *http;
  TmDatabasePool *pool;
  TmStatus *status;
  TmCollector *collector; /* (nullable): by role */
  TmUi *ui;               /* (nullable): by role */
  TmHttpRoute *ui_routes; /* (nullable): those of ui, for this machine only */
  guint signal_sources[2];
  guint stop_source;
  gboolean is_stopping;
} Server;

static void
server_clear (Server *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->signal_sources); i++)
    g_clear_handle_id (&self->signal_sources[i], g_source_remove);
  g_clear_handle_id (&self->stop_source, g_source_remove);
  g_clear_object (&self->http);
  g_clear_pointer (&self->collector, tm_collector_free);
  g_clear_pointer (&self->ui, tm_ui_free);
  g_clear_pointer (&self->ui_routes, g_free);
  g_clear_pointer (&self->status, tm_status_free);
  g_clear_object (&self->pool);
  g_clear_pointer (&self->loop, g_main_loop_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Server, server_clear)

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Server *self = user_data;

  tm_http_server_stop_finish (TM_HTTP_SERVER (source), result, NULL);
  g_main_loop_quit (self->loop);
}

static gboolean
on_stop_timeout (gpointer user_data)
{
  Server *self = user_data;

  g_warning ("requests are still in flight after %u seconds", self->config->stop_seconds);
  self->stop_source = 0;
  g_main_loop_quit (self->loop);

  return G_SOURCE_REMOVE;
}

static gboolean
on_signal (gpointer user_data)
{
  Server *self = user_data;

  if (self->is_stopping)
    return G_SOURCE_CONTINUE;

  self->is_stopping = TRUE;
  sd_notify (FALSE, "STOPPING=1");
  self->stop_source = g_timeout_add_seconds (self->config->stop_seconds, on_stop_timeout, self);
  tm_http_server_stop_async (self->http, NULL, on_stopped, self);

  return G_SOURCE_CONTINUE;
}

static gboolean
listen_activated (Server *self, int n_fds, GError **error)
{
  for (int i = 0; i < n_fds; i++)
    if (!tm_http_server_listen_fd (self->http, SD_LISTEN_FDS_START + i, error))
      return FALSE;

  return TRUE;
}

static gboolean
listen_addresses (Server *self, const TmServerOptions *options, GError **error)
{
  g_auto (GStrv) configured = g_strsplit (self->config->listen, ";", -1);
  GStrv addresses = options->listen != NULL ? options->listen : configured;

  for (guint i = 0; addresses[i] != NULL; i++)
    if (addresses[i][0] != '\0' &&
        !tm_http_server_listen (self->http, g_strstrip (addresses[i]), error))
      return FALSE;

  return TRUE;
}

/* Sockets that systemd hands over take the place of all addresses. */
static gboolean
start_listening (Server *self, const TmServerOptions *options, GError **error)
{
  int n_fds = sd_listen_fds (TRUE);
  g_auto (GStrv) uris = NULL;

  if (n_fds > 0 ? !listen_activated (self, n_fds, error) : !listen_addresses (self, options, error))
    return FALSE;

  uris = tm_http_server_get_uris (self->http);
  if (uris[0] == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "there is no address to listen on: set “listen” in the configuration");
      return FALSE;
    }
  for (guint i = 0; uris[i] != NULL; i++)
    g_print ("listening on %s\n", uris[i]);

  return TRUE;
}

static void
add_collector (Server *self)
{
  const TmCollectorSettings settings = {
    .conninfo = self->config->database_connection,
    .n_workers = self->config->collector_workers,
    .max_waiting_batches = self->config->collector_queue_batches,
    .max_waiting_bytes = (gsize) self->config->collector_queue_mib * 1024 * 1024,
    .linger_usec = self->config->collector_linger_msec * 1000,
    .patience_seconds = self->config->collector_patience_seconds,
    .max_body_bytes = (gsize) self->config->request_body_kib * 1024,
    .max_inflated_bytes = (gsize) self->config->request_body_mib * 1024 * 1024,
    .rate_burst = self->config->rate_burst,
    .rate_per_minute = self->config->rate_per_minute,
    .rate_limit_local = self->config->rate_limit_local,
  };

  self->collector = tm_collector_new (self->http, &settings);
  tm_status_add_metrics (self->status, tm_collector_append_metrics, self->collector);
}

/* TmHttpCheck. Whoever can reach the dashboard can read it, until there are users who log in. */
static TmHttpResponse *
refuse_strangers (TmHttpRequest *request, gpointer user_data)
{
  if (tm_http_request_is_local (request))
    return NULL;

  return tm_http_response_new_error (
      403, "no user is configured, so the dashboard answers on its own machine only");
}

static void
add_ui (Server *self)
{
  const TmHttpRoute *routes;
  gsize n_routes;

  self->ui = tm_ui_new (self->pool);
  routes = tm_ui_get_routes (&n_routes);
  self->ui_routes = g_memdup2 (routes, n_routes * sizeof *routes);
  for (gsize i = 0; i < n_routes; i++)
    self->ui_routes[i].check = refuse_strangers;
  tm_http_server_add_routes (self->http, self->ui_routes, n_routes, self->ui);
}

/* Each connection is a descriptor. A listener that gets none any more would spin, so there are
 * always some left for the database and for what is open for a moment. */
static guint
get_max_connections (const TmServerConfig *config)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return config->max_connections;

  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  getrlimit (RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur > (rlim_t) config->max_connections + SPARE_DESCRIPTORS)
    return config->max_connections;

  return (guint) MAX (limit.rlim_cur, 2 * SPARE_DESCRIPTORS) - SPARE_DESCRIPTORS;
}

static void
add_rooms (Server *self, TmRole role)
{
  const TmHttpLimits limits = {
    .max_connections = get_max_connections (self->config),
    .max_header_bytes = tm_http_limits_default.max_header_bytes,
    .request_seconds = self->config->request_seconds,
    .idle_seconds = self->config->idle_seconds,
    .response_seconds = self->config->response_seconds,
    .max_received_bytes = (gsize) self->config->max_received_mib * 1024 * 1024,
    .trust_forwarded = self->config->trust_forwarded,
  };
  self->http = tm_http_server_new (&limits);
  self->pool = tm_database_pool_new (self->config->database_connection, "telemetrics-ui",
                                     self->config->database_readers);
  self->status = tm_status_new (self->http, self->pool);
  if (role & TM_ROLE_COLLECTOR)
    add_collector (self);
  if (role & TM_ROLE_UI)
    add_ui (self);
}

gboolean
tm_server_serve (const TmServerConfig *config, const TmServerOptions *options, GError **error)
{
  g_auto (Server) self = { .config = config };

  self.loop = g_main_loop_new (NULL, FALSE);
  add_rooms (&self, options->role);
  if (!start_listening (&self, options, error))
    return FALSE;

  self.signal_sources[0] = g_unix_signal_add (SIGTERM, on_signal, &self);
  self.signal_sources[1] = g_unix_signal_add (SIGINT, on_signal, &self);
  sd_notify (FALSE, "READY=1");
  g_main_loop_run (self.loop);

  return TRUE;
}

gboolean
tm_server_migrate (const TmServerConfig *config, GError **error)
{
  g_autoptr (TmDatabase) database =
      tm_database_new (config->database_connection, "telemetrics-migrate");
  guint n_steps = 0;

  if (!tm_schema_migrate (database, 0, &n_steps, error) ||
      !tm_schema_make_partitions (database, g_get_real_time (), error))
    return FALSE;

  g_print ("schema version %u (%u steps taken)\n", tm_schema_get_newest (), n_steps);

  return TRUE;
}
