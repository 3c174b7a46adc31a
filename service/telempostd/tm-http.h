/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * HTTP, and the only file that knows libsoup. One session, one kept connection, one request at a
 * time.
 *
 * tm_http_sever() is what makes a withdrawal true at once: it takes the connection away from under
 * whatever is in flight. Closing is not enough, for the kernel goes on sending what it has buffered
 * of a closed socket. Afterwards the object can be used again; it opens a new connection.
 */
#pragma once

#include <gio/gio.h>

#include "tm-answer.h"
#include "tm-credentials.h"
#include "tm-endpoint.h"

G_BEGIN_DECLS

#define TM_TYPE_HTTP (tm_http_get_type ())
G_DECLARE_FINAL_TYPE (TmHttp, tm_http, TM, HTTP, GObject)

TmHttp *tm_http_new (TmEndpoint *endpoint, TmCredentials *credentials);

/* Sends a compressed body to the records address. Every answer of the server is an answer, also
 * 500; an error is no answer. timeout_seconds: for the whole of it. */
void tm_http_post_async (TmHttp *self,
                         const char *batch_id,
                         GBytes *gzipped_body,
                         guint attempt,
                         guint timeout_seconds,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
TmAnswer *tm_http_post_finish (TmHttp *self, GAsyncResult *result, GError **error);

/* When this returns, nothing that was not sent yet will be. Cancel the request besides. */
void tm_http_sever (TmHttp *self);

G_END_DECLS
