/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-page-writer.h. */
#include "tm-page-writer.h"

#include <string.h>

#include "tm-csv.h"
#include "tm-json.h"
#include "tm-templates.h"

/* Nothing from elsewhere, no script or style within the page, no frame around it. */
#define CONTENT_SECURITY_POLICY                                                                    \
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "                \
  "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
/* When the database is away. */
#define RETRY_SECONDS 5
/* Hex digits of SHA-256 in an ETag. */
#define ETAG_DIGITS 32

struct _TmPageWriter
{
  TmAssets *assets; /* borrowed */
  TmTemplates *templates;
};

TmPageWriter *
tm_page_writer_new (TmAssets *assets)
{
  TmPageWriter *self = g_new0 (TmPageWriter, 1);

  self->assets = assets;
  self->templates = tm_templates_new ();

  return self;
}

void
tm_page_writer_free (TmPageWriter *self)
{
  tm_templates_free (self->templates);
  g_free (self);
}

TmFormat
tm_page_get_format (TmHttpRequest *request)
{
  const char *path = tm_http_request_get_path (request);
  const char *accept = tm_http_request_get_header (request, "Accept");

  if (g_str_has_suffix (path, ".json"))
    return TM_FORMAT_JSON;
  if (g_str_has_suffix (path, ".csv"))
    return TM_FORMAT_CSV;

  /* Browsers name text/html first; who names only another one wants that. Weights are not read:
   * nobody who has a page to show sends them the other way round. */
  if (accept != NULL && strstr (accept, "text/html") == NULL)
    {
      if (strstr (accept, "text/csv") != NULL)
        return TM_FORMAT_CSV;
      if (strstr (accept, "application/json") != NULL)
        return TM_FORMAT_JSON;
    }

  return g_str_has_prefix (path, "/api/") ? TM_FORMAT_JSON : TM_FORMAT_HTML;
}

static gboolean
is_known_to_client (TmHttpRequest *request, const char *etag)
{
  const char *known = tm_http_request_get_header (request, "If-None-Match");

  return known != NULL && (strstr (known, etag) != NULL || g_str_equal (known, "*"));
}

/* Answers 200 as 304 where the client has it already. "no-cache" lets it keep the page and makes it
 * ask every time. */
static void
send (TmHttpRequest *request, TmHttpResponse *response, const char *content_type, GBytes *body)
{
  g_autoptr (TmHttpResponse) answer = response;

  if (tm_http_response_get_status (answer) == 200)
    {
      g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, body);
      g_autofree char *etag = g_strdup_printf ("\"%.*s\"", ETAG_DIGITS, hash);

      if (is_known_to_client (request, etag))
        {
          g_clear_pointer (&answer, tm_http_response_free);
          answer = tm_http_response_new (304);
        }
      tm_http_response_set_header (answer, "ETag", etag);
    }

  if (tm_http_response_get_status (answer) == 503)
    tm_http_response_set_retry_after (answer, RETRY_SECONDS);
  tm_http_response_set_header (answer, "Cache-Control", "private, no-cache");
  tm_http_response_set_header (answer, "Vary", "Accept");
  tm_http_response_set_header (answer, "Content-Security-Policy", CONTENT_SECURITY_POLICY);
  tm_http_response_set_header (answer, "X-Content-Type-Options", "nosniff");
  tm_http_response_set_header (answer, "Referrer-Policy", "no-referrer");
  if (tm_http_response_get_status (answer) != 304)
    tm_http_response_set_body (answer, content_type, body);
  tm_http_request_respond (request, g_steal_pointer (&answer));
}

static void
add_layout (TmPageWriter *self, const char *template, JsonObject *data)
{
  JsonObject *layout = json_object_new ();

  json_object_set_string_member (layout, "style", tm_assets_get_url (self->assets, "style.css"));
  json_object_set_string_member (layout, "icon", tm_assets_get_url (self->assets, "icon.svg"));
  json_object_set_string_member (layout, "version", TM_VERSION);
  /* A single record stands under Records; an error stands nowhere. */
  json_object_set_boolean_member (layout, "is_overview", g_str_equal (template, "overview"));
  json_object_set_boolean_member (layout, "is_records", g_str_has_prefix (template, "record"));
  json_object_set_object_member (data, "layout", layout);
}

void
tm_page_writer_send_html (TmPageWriter *self,
                          TmHttpRequest *request,
                          guint status,
                          const char *template,
                          JsonObject *data)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (GBytes) page = NULL;
  g_autoptr (GError) error = NULL;

  add_layout (self, template, data);
  json_node_take_object (root, data);
  page = tm_templates_render (self->templates, template, root, TM_PAGE_MAX_BYTES, &error);
  if (page == NULL)
    tm_http_request_respond (request, tm_http_response_new_error (500, "%s", error->message));
  else
    send (request, tm_http_response_new (status), "text/html; charset=utf-8", page);
}

static GBytes *
bytes_from_object (JsonObject *data)
{
  g_autoptr (JsonNode) root = json_node_init_object (json_node_alloc (), data);
  gsize n_bytes;
  char *text = tm_json_to_text (root, &n_bytes);

  return g_bytes_new_take (text, n_bytes);
}

void
tm_page_writer_send_json (TmPageWriter *self, TmHttpRequest *request, JsonObject *data)
{
  g_autoptr (GBytes) body = bytes_from_object (data);

  send (request, tm_http_response_new (200), "application/json", body);
}

void
tm_page_writer_send_text (TmPageWriter *self, TmHttpRequest *request, const char *text)
{
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));

  send (request, tm_http_response_new (200), "text/plain; charset=utf-8", body);
}

void
tm_page_writer_send_csv (TmPageWriter *self,
                         TmHttpRequest *request,
                         const char *file_name,
                         const char *const *columns,
                         JsonArray *rows,
                         const char *next)
{
  TmHttpResponse *response = tm_http_response_new (200);
  g_autofree char *disposition = g_strdup_printf ("attachment; filename=\"%s\"", file_name);
  g_autofree char *link = next != NULL ? g_strdup_printf ("<%s>; rel=\"next\"", next) : NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GBytes) body = NULL;

  tm_csv_append (text, columns, rows);
  body = g_string_free_to_bytes (g_steal_pointer (&text));
  tm_http_response_set_header (response, "Content-Disposition", disposition);
  if (link != NULL)
    tm_http_response_set_header (response, "Link", link);
  send (request, response, "text/csv; charset=utf-8; header=present", body);
}

void
tm_page_writer_send_error (TmPageWriter *self,
                           TmHttpRequest *request,
                           guint status,
                           const char *title,
                           const char *message)
{
  g_autoptr (JsonObject) data = json_object_new ();

  if (tm_page_get_format (request) != TM_FORMAT_HTML)
    {
      g_autoptr (GBytes) body = NULL;

      json_object_set_string_member (data, "message", message);
      body = bytes_from_object (data);
      send (request, tm_http_response_new (status), "application/json", body);
      return;
    }

  json_object_set_string_member (data, "title", title);
  json_object_set_string_member (data, "message", message);
  json_object_set_int_member (data, "status", status);
  tm_page_writer_send_html (self, request, status, "error", g_steal_pointer (&data));
}
