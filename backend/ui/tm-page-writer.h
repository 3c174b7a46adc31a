/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The way out of every page: as HTML through a template, as JSON or as CSV, with the headers that
 * belong to it. The only place that knows templates and security headers.
 */
#pragma once

#include <json-glib/json-glib.h>

#include "tm-assets.h"

G_BEGIN_DECLS

typedef enum
{
  TM_FORMAT_HTML, /* for people: /records */
  TM_FORMAT_JSON, /* /api/..., /records.json, or Accept: application/json */
  TM_FORMAT_CSV,  /* /records.csv, or Accept: text/csv */
} TmFormat;

/* No page is larger, in bytes: 1000 records, or one payload of 1 MiB with its colours. */
#define TM_PAGE_MAX_BYTES (32 * 1024 * 1024)

typedef struct _TmPageWriter TmPageWriter;

/* assets must outlive the writer. */
TmPageWriter *tm_page_writer_new (TmAssets *assets);
void tm_page_writer_free (TmPageWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmPageWriter, tm_page_writer_free)

/* The suffix of the path decides, then /api/, then the header Accept. */
TmFormat tm_page_get_format (TmHttpRequest *request);

/* template: such as "records". data: (transfer full); gets the member "layout". All answer the
 * request. */
void tm_page_writer_send_html (TmPageWriter *self,
                               TmHttpRequest *request,
                               guint status,
                               const char *template,
                               JsonObject *data);
void tm_page_writer_send_json (TmPageWriter *self, TmHttpRequest *request, JsonObject *data);
/* next: (nullable): the URL of the next page */
void tm_page_writer_send_csv (TmPageWriter *self,
                              TmHttpRequest *request,
                              const char *file_name,
                              const char *const *columns,
                              JsonArray *rows,
                              const char *next);
/* Text as it is: nobody's to interpret. */
void tm_page_writer_send_text (TmPageWriter *self, TmHttpRequest *request, const char *text);
/* In the format of the request. title is for people, message names what is wrong and how to go on.
 */
void tm_page_writer_send_error (TmPageWriter *self,
                                TmHttpRequest *request,
                                guint status,
                                const char *title,
                                const char *message);

G_END_DECLS
