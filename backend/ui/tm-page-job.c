/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-pages.h. */
#include "tm-pages.h"

TmPageJob *
tm_page_job_new (TmHttpRequest *request, const TmPages *pages)
{
  TmPageJob *self = g_new0 (TmPageJob, 1);

  self->request = tm_http_request_ref (request);
  self->pages = pages;

  return self;
}

void
tm_page_job_free (TmPageJob *self)
{
  tm_http_request_unref (self->request);
  g_free (self);
}

void
tm_page_job_fail (TmPageJob *self, const GError *error)
{
  if (g_error_matches (error, TM_DATABASE_ERROR, TM_DATABASE_ERROR_SCHEMA))
    {
      tm_page_writer_send_error (self->pages->writer, self->request, 503,
                                 "The database is not prepared",
                                 "Its tables are not those of this version. Run "
                                 "“telemetrics-server migrate”, then load this page again.");
      return;
    }
  if (error->domain == TM_DATABASE_ERROR && tm_database_error_is_temporary (error))
    {
      tm_page_writer_send_error (self->pages->writer, self->request, 503,
                                 "The database is not there",
                                 "The database does not answer right now. Nothing is lost: try "
                                 "again in a moment.");
      return;
    }

  g_warning ("a page failed: %s", error->message);
  tm_page_writer_send_error (self->pages->writer, self->request, 500, "That did not work",
                             "The server made a mistake; its log says which.");
}
