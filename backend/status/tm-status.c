/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What machines ask a server; see tm-status.h. */
#include "tm-status.h"

#include "tm-schema.h"

typedef struct
{
  TmMetricsFunc func;
  gpointer user_data;
} Source;

struct _TmStatus
{
  TmHttpServer *server; /* (unowned) */
  TmDatabasePool *pool;
  GArray *sources; /* (element-type Source) */
};

static TmHttpResponse *
new_ok (void)
{
  TmHttpResponse *response = tm_http_response_new (200);

  tm_http_response_set_text (response, "application/json", "{\"status\":\"ok\"}");

  return response;
}

static void
handle_health (TmHttpRequest *request, gpointer user_data)
{
  tm_http_request_respond (request, new_ok ());
}

static void
on_version (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TmHttpRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TmRows) rows =
      tm_database_pool_query_finish (TM_DATABASE_POOL (source), result, &error);
  gboolean is_empty = g_error_matches (error, TM_DATABASE_ERROR, TM_DATABASE_ERROR_SCHEMA);
  guint version = rows != NULL ? (guint) tm_rows_get_number (rows, 0, 0) : 0;
  g_autofree char *explanation = tm_schema_explain (version);
  TmHttpResponse *response;

  if (rows == NULL && !is_empty)
    response = tm_http_response_new_error (503, "database: %s", error->message);
  else if (version != tm_schema_get_newest ())
    response = tm_http_response_new_error (503, "database: %s", explanation);
  else
    response = new_ok ();

  tm_http_request_respond (request, response);
}

static void
handle_ready (TmHttpRequest *request, gpointer user_data)
{
  TmStatus *self = user_data;

  tm_database_pool_query_async (self->pool, tm_query_new ("select max (version) from schema_step"),
                                NULL, on_version, tm_http_request_ref (request));
}

void
tm_metrics_append (
    GString *text, const char *name, const char *type, const char *help, guint64 value)
{
  g_string_append_printf (text, "# HELP %s %s\n# TYPE %s %s\n%s %" G_GUINT64_FORMAT "\n", name,
                          help, name, type, name, value);
}

static void
append_http (TmStatus *self, GString *text)
{
  TmHttpServerStats stats;

  tm_http_server_get_stats (self->server, &stats);
  tm_metrics_append (text, "telemetrics_http_connections", "gauge", "Open connections.",
                     stats.n_connections);
  tm_metrics_append (text, "telemetrics_http_in_flight", "gauge", "Requests under way.",
                     stats.n_in_flight);
  tm_metrics_append (text, "telemetrics_http_requests_total", "counter", "Requests begun.",
                     stats.n_requests);
  tm_metrics_append (text, "telemetrics_http_cut_total", "counter",
                     "Connections cut because the client was too slow.", stats.n_cut);
  g_string_append (text, "# HELP telemetrics_http_answers_total Answers by class of their status.\n"
                         "# TYPE telemetrics_http_answers_total counter\n");
  for (guint i = 1; i < G_N_ELEMENTS (stats.n_by_class); i++)
    g_string_append_printf (
        text, "telemetrics_http_answers_total{class=\"%uxx\"} %" G_GUINT64_FORMAT "\n", i,
        stats.n_by_class[i]);
}

static void
handle_metrics (TmHttpRequest *request, gpointer user_data)
{
  TmStatus *self = user_data;
  TmHttpResponse *response = tm_http_response_new (200);
  g_autoptr (GString) text = g_string_new (NULL);

  append_http (self, text);
  for (guint i = 0; i < self->sources->len; i++)
    {
      const Source *source = &g_array_index (self->sources, Source, i);

      source->func (text, source->user_data);
    }
  tm_http_response_set_text (response, "text/plain; version=0.0.4; charset=utf-8", text->str);
  tm_http_request_respond (request, response);
}

static const TmHttpRoute routes[] = {
  { .method = "GET", .pattern = "/healthz", .handler = handle_health },
  { .method = "GET", .pattern = "/readyz", .handler = handle_ready },
  { .method = "GET", .pattern = "/metrics", .handler = handle_metrics },
};

TmStatus *
tm_status_new (TmHttpServer *server, TmDatabasePool *pool)
{
  TmStatus *self = g_new0 (TmStatus, 1);

  self->server = server;
  self->pool = g_object_ref (pool);
  self->sources = g_array_new (FALSE, FALSE, sizeof (Source));
  tm_http_server_add_routes (server, routes, G_N_ELEMENTS (routes), self);

  return self;
}

void
tm_status_free (TmStatus *self)
{
  g_object_unref (self->pool);
  g_array_unref (self->sources);
  g_free (self);
}

void
tm_status_add_metrics (TmStatus *self, TmMetricsFunc func, gpointer user_data)
{
  Source source = { func, user_data };

  g_array_append_val (self->sources, source);
}
