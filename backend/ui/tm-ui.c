/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Routes and what they share; see tm-ui.h. */
#include "tm-ui.h"

#include "tm-pages.h"

struct _TmUi
{
  TmPages pages;
  TmAssets *assets;
};

TmUi *
tm_ui_new (TmDatabasePool *pool)
{
  TmUi *self = g_new0 (TmUi, 1);

  self->assets = tm_assets_new ();
  self->pages.pool = g_object_ref (pool);
  self->pages.writer = tm_page_writer_new (self->assets);

  return self;
}

void
tm_ui_free (TmUi *self)
{
  tm_page_writer_free (self->pages.writer);
  tm_assets_free (self->assets);
  g_object_unref (self->pages.pool);
  g_free (self);
}

static void
handle_overview (TmHttpRequest *request, gpointer user_data)
{
  TmUi *self = user_data;

  tm_overview_page_handle (request, &self->pages);
}

static void
handle_records (TmHttpRequest *request, gpointer user_data)
{
  TmUi *self = user_data;

  tm_records_page_handle (request, &self->pages);
}

static void
handle_record (TmHttpRequest *request, gpointer user_data)
{
  TmUi *self = user_data;

  tm_record_page_handle (request, &self->pages);
}

static void
handle_payload (TmHttpRequest *request, gpointer user_data)
{
  TmUi *self = user_data;

  tm_record_page_handle_payload (request, &self->pages);
}

static void
handle_missing (TmHttpRequest *request, gpointer user_data)
{
  TmUi *self = user_data;

  tm_page_writer_send_error (self->pages.writer, request, 404, "There is no such page",
                             "Nothing is at this address. The pages are Overview and Records.");
}

static void
handle_asset (TmHttpRequest *request, gpointer user_data)
{
  TmUi *self = user_data;
  TmHttpResponse *response = tm_assets_respond (self->assets, tm_http_request_get_path (request));

  if (response != NULL)
    tm_http_request_respond (request, response);
  else
    handle_missing (request, user_data);
}

static const TmHttpRoute routes[] = {
  { .method = "GET", .pattern = "/", .handler = handle_overview },
  { .method = "GET", .pattern = "/overview.json", .handler = handle_overview },
  { .method = "GET", .pattern = "/overview.csv", .handler = handle_overview },
  { .method = "GET", .pattern = "/records", .handler = handle_records },
  { .method = "GET", .pattern = "/records.json", .handler = handle_records },
  { .method = "GET", .pattern = "/records.csv", .handler = handle_records },
  { .method = "GET", .pattern = "/records/{id}", .handler = handle_record },
  { .method = "GET", .pattern = "/api/v1/overview", .handler = handle_overview },
  { .method = "GET", .pattern = "/api/v1/records", .handler = handle_records },
  { .method = "GET", .pattern = "/api/v1/records/{id}", .handler = handle_record },
  { .method = "GET", .pattern = "/api/v1/records/{id}/payload", .handler = handle_payload },
  { .method = "GET", .pattern = "/assets/{name}", .handler = handle_asset },
  { .method = "GET", .pattern = "/*", .handler = handle_missing },
};

const TmHttpRoute *
tm_ui_get_routes (gsize *out_n_routes)
{
  *out_n_routes = G_N_ELEMENTS (routes);

  return routes;
}
