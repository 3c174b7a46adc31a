/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The handlers of the pages; tm-ui.c has their routes. Each asks one question, gets one answer in
 * JSON, and hands it to the writer in the format that the request wants.
 */
#pragma once

#include "tm-database-pool.h"
#include "tm-http-request.h"
#include "tm-page-writer.h"

G_BEGIN_DECLS

typedef struct
{
  TmDatabasePool *pool;
  TmPageWriter *writer;
} TmPages;

void tm_overview_page_handle (TmHttpRequest *request, const TmPages *pages);
void tm_records_page_handle (TmHttpRequest *request, const TmPages *pages);
void tm_record_page_handle (TmHttpRequest *request, const TmPages *pages);
/* The payload alone, as text. */
void tm_record_page_handle_payload (TmHttpRequest *request, const TmPages *pages);

/* One request on its way: the pages outlive it. Embed it as the first member, or use it as it is.
 */
typedef struct
{
  TmHttpRequest *request;
  const TmPages *pages;
} TmPageJob;

TmPageJob *tm_page_job_new (TmHttpRequest *request, const TmPages *pages);
void tm_page_job_free (TmPageJob *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmPageJob, tm_page_job_free)

/* Answers with what has gone wrong in the database: 503 where another try may help. */
void tm_page_job_fail (TmPageJob *self, const GError *error);

G_END_DECLS
