/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One record: /records/{id}, with .json, and /api/v1/records/{id}, with /payload. */
#include <string.h>

#include "tm-pages.h"
#include "tm-record-view.h"
#include "tm-uuid.h"

#define SQL "/org/telemetrics/server/ui/sql/"

/* The id of the request without a suffix for the format; FALSE when it is none. */
static gboolean
read_id (TmHttpRequest *request, char out_id[TM_UUID_TEXT_SIZE])
{
  const char *part = tm_http_request_get_part (request, "id");
  gsize n_bytes = strcspn (part, ".");
  guint8 bytes[16];

  if (n_bytes != TM_UUID_TEXT_SIZE - 1 ||
      (part[n_bytes] != '\0' && !g_str_equal (part + n_bytes, ".json")))
    return FALSE;

  g_strlcpy (out_id, part, TM_UUID_TEXT_SIZE);

  return tm_uuid_parse (out_id, bytes);
}

static void
send_missing (TmPageJob *self)
{
  tm_page_writer_send_error (self->pages->writer, self->request, 404, "There is no such record",
                             "No record has this id. It may have expired, its machine may have "
                             "asked for it to be erased, or the address is not complete.");
}

/* The one record of the answer, or NULL: then the request has been answered. */
static JsonObject *
finish (TmPageJob *self, GObject *source, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonArray) rows =
      tm_database_pool_query_finish_json (TM_DATABASE_POOL (source), result, &error);

  if (rows == NULL)
    tm_page_job_fail (self, error);
  else if (json_array_get_length (rows) == 0)
    send_missing (self);
  else
    return json_object_ref (json_array_get_object_element (rows, 0));

  return NULL;
}

static void
ask (TmHttpRequest *request, const TmPages *pages, GAsyncReadyCallback callback)
{
  g_autoptr (TmPageJob) self = tm_page_job_new (request, pages);
  char id[TM_UUID_TEXT_SIZE];

  if (!read_id (request, id))
    {
      send_missing (self);
      return;
    }

  TmQuery *query = tm_query_new_from_resource (SQL "record.sql");
  tm_query_add_text (query, id);
  tm_database_pool_query_async (pages->pool, query, NULL, callback, g_steal_pointer (&self));
}

static void
on_record (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TmPageJob) self = user_data;
  g_autoptr (JsonObject) record = finish (self, source, result);

  if (record == NULL)
    return;
  if (tm_page_get_format (self->request) != TM_FORMAT_HTML)
    {
      tm_page_writer_send_json (self->pages->writer, self->request, record);
      return;
    }

  g_autoptr (JsonObject) page = tm_record_view_new (record, g_get_real_time ());
  tm_page_writer_send_html (self->pages->writer, self->request, 200, "record",
                            g_steal_pointer (&page));
}

void
tm_record_page_handle (TmHttpRequest *request, const TmPages *pages)
{
  ask (request, pages, on_record);
}

static void
on_payload (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TmPageJob) self = user_data;
  g_autoptr (JsonObject) record = finish (self, source, result);

  if (record == NULL)
    return;

  const char *payload = json_object_get_string_member_with_default (record, "payload", NULL);
  if (payload == NULL)
    tm_page_writer_send_error (self->pages->writer, self->request, 404, "The payload has expired",
                               "The record is still here, its payload is not: payloads are kept "
                               "for a shorter time.");
  else
    tm_page_writer_send_text (self->pages->writer, self->request, payload);
}

void
tm_record_page_handle_payload (TmHttpRequest *request, const TmPages *pages)
{
  ask (request, pages, on_payload);
}
