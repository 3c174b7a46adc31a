/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records: /records, /records.json, /records.csv and /api/v1/records. */
#include "tm-pages.h"
#include "tm-records-query.h"
#include "tm-records-view.h"

typedef struct
{
  TmPageJob *base;
  TmRecordFilter *filter;
} RecordsJob;

static void
records_job_free (RecordsJob *self)
{
  g_clear_pointer (&self->base, tm_page_job_free);
  g_clear_pointer (&self->filter, tm_record_filter_free);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RecordsJob, records_job_free)

/* The names of a record's members, in the order of a reader's interest. */
static const char *const csv_columns[] = {
  "record_id",
  "created_at",
  "received_at",
  "classification",
  "severity",
  "machine_id",
  "system.system_name",
  "system.build",
  "system.arch",
  "system.host_type",
  "system.kernel_version",
  "system.board_name",
  "system.cpu_model",
  "system.bios_version",
  "origin",
  "app",
  "event_id",
  "boot_id",
  "boottime_us",
  "sequence",
  "payload_format_version",
  NULL,
};

static void
send_csv (RecordsJob *self, JsonObject *answer)
{
  const char *next = json_object_get_string_member_with_default (answer, "next", NULL);
  g_autofree char *query = tm_record_filter_format_query (self->filter, TM_FILTER_CURSOR, next);
  g_autofree char *url = g_strconcat ("/records.csv", query, NULL);

  tm_page_writer_send_csv (self->base->pages->writer, self->base->request, "records.csv",
                           csv_columns, json_object_get_array_member (answer, "records"),
                           next != NULL ? url : NULL);
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RecordsJob) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer =
      tm_records_query_finish (TM_DATABASE_POOL (source), result, &error);
  TmPageWriter *writer = self->base->pages->writer;

  if (answer == NULL)
    {
      tm_page_job_fail (self->base, error);
      return;
    }

  switch (tm_page_get_format (self->base->request))
    {
    case TM_FORMAT_JSON:
      tm_page_writer_send_json (writer, self->base->request, answer);
      return;
    case TM_FORMAT_CSV:
      send_csv (self, answer);
      return;
    case TM_FORMAT_HTML:
    default:
      tm_records_view_dress (answer, self->filter, g_get_real_time ());
      tm_page_writer_send_html (writer, self->base->request, 200, "records",
                                g_steal_pointer (&answer));
    }
}

void
tm_records_page_handle (TmHttpRequest *request, const TmPages *pages)
{
  g_autoptr (RecordsJob) self = g_new0 (RecordsJob, 1);
  g_autoptr (GError) error = NULL;

  self->base = tm_page_job_new (request, pages);
  self->filter = tm_record_filter_new_from_request (request, g_get_real_time (), &error);
  if (self->filter == NULL)
    {
      tm_page_writer_send_error (pages->writer, request, 400, "This search is not understood",
                                 error->message);
      return;
    }

  const TmRecordFilter *filter = self->filter;
  tm_records_query_async (pages->pool, filter, NULL, on_answer, g_steal_pointer (&self));
}
