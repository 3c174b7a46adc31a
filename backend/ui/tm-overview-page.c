/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Overview: /, /overview.json, /overview.csv and /api/v1/overview. */
#include "tm-gather.h"
#include "tm-overview-view.h"
#include "tm-pages.h"

#define SQL "/org/telemetrics/server/ui/sql/"
#define DEFAULT_DAYS 30
#define N_CLASSES 10
#define N_BUILDS 8
#define N_LATEST 8
/* $1 to $7 of records.sql: every record. */
#define N_SEARCH_PARAMETERS 7

typedef struct
{
  TmPageJob *base;
  gint64 n_days;
} OverviewJob;

static void
overview_job_free (OverviewJob *self)
{
  g_clear_pointer (&self->base, tm_page_job_free);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OverviewJob, overview_job_free)

static const char *const csv_columns[] = { "day",    "n_records", "n_machines", "low",
                                           "medium", "high",      "critical",   NULL };

/* The days that the page offers; no others, so that every answer is one that a cache can have. */
static gboolean
read_days (TmHttpRequest *request, gint64 *out_n_days)
{
  const char *text = tm_http_request_get_parameter (request, "days");
  static const struct
  {
    const char *text;
    gint64 n_days;
  } choices[] = { { "7", 7 }, { "30", 30 }, { "90", 90 } };

  *out_n_days = DEFAULT_DAYS;
  if (text == NULL || *text == '\0')
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    if (g_str_equal (text, choices[i].text))
      {
        *out_n_days = choices[i].n_days;
        return TRUE;
      }

  return FALSE;
}

static void
add_part (TmGather *gather, const char *name, const char *path, gint64 n_days, gint64 n_rows)
{
  TmQuery *query = tm_query_new_from_resource (path);

  if (n_days > 0)
    tm_query_add_number (query, n_days);
  if (n_rows > 0)
    tm_query_add_number (query, n_rows);
  tm_gather_add (gather, name, query);
}

static TmQuery *
make_latest_query (void)
{
  TmQuery *query = tm_query_new_from_resource (SQL "records.sql");

  for (guint i = 0; i < N_SEARCH_PARAMETERS; i++)
    tm_query_add_null (query);
  tm_query_add_number (query, N_LATEST);
  tm_query_add_null (query);

  return query;
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (OverviewJob) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = tm_gather_run_finish (TM_GATHER (source), result, &error);
  TmPageWriter *writer = self->base->pages->writer;
  TmHttpRequest *request = self->base->request;

  if (answer == NULL)
    {
      tm_page_job_fail (self->base, error);
      return;
    }

  /* The health query has one row by its nature. */
  JsonArray *rows = json_object_get_array_member (answer, "health");
  json_object_set_object_member (answer, "health",
                                 json_object_ref (json_array_get_object_element (rows, 0)));
  json_object_set_int_member (answer, "days", self->n_days);

  switch (tm_page_get_format (request))
    {
    case TM_FORMAT_JSON:
      tm_page_writer_send_json (writer, request, answer);
      return;
    case TM_FORMAT_CSV:
      tm_page_writer_send_csv (writer, request, "overview.csv", csv_columns,
                               json_object_get_array_member (answer, "by_day"), NULL);
      return;
    case TM_FORMAT_HTML:
    default:
      tm_overview_view_dress (answer, g_get_real_time ());
      tm_page_writer_send_html (writer, request, 200, "overview", g_steal_pointer (&answer));
    }
}

void
tm_overview_page_handle (TmHttpRequest *request, const TmPages *pages)
{
  g_autoptr (OverviewJob) self = g_new0 (OverviewJob, 1);
  g_autoptr (TmGather) gather = tm_gather_new (pages->pool);

  self->base = tm_page_job_new (request, pages);
  if (!read_days (request, &self->n_days))
    {
      tm_page_writer_send_error (pages->writer, request, 400, "This period is not understood",
                                 "days: this value is not accepted; accepted is 7, 30 or 90");
      return;
    }

  add_part (gather, "by_day", SQL "overview-days.sql", self->n_days, 0);
  add_part (gather, "classes", SQL "overview-classes.sql", self->n_days, N_CLASSES);
  add_part (gather, "builds", SQL "overview-builds.sql", self->n_days, N_BUILDS);
  tm_gather_add (gather, "latest", make_latest_query ());
  add_part (gather, "health", SQL "overview-health.sql", 0, 0);
  tm_gather_run_async (gather, NULL, on_answer, g_steal_pointer (&self));
}
