/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the server answers: status, headers, body. Errors are JSON {"message": "..."} everywhere, so
 * that a program finds the reason in one place.
 */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct _TmHttpResponse TmHttpResponse;

typedef void (*TmHttpHeaderFunc) (const char *name, const char *value, gpointer user_data);

TmHttpResponse *tm_http_response_new (guint status);
TmHttpResponse *tm_http_response_new_json (guint status, JsonNode *root);
/* The body is {"message": message}; message is for people and names the field. */
TmHttpResponse *tm_http_response_new_error (guint status, const char *format, ...)
    G_GNUC_PRINTF (2, 3);
TmHttpResponse *tm_http_response_new_redirect (guint status, const char *location);
void tm_http_response_free (TmHttpResponse *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmHttpResponse, tm_http_response_free)

/* Replaces an earlier value. A value with a line break is a programming error and is dropped. */
void tm_http_response_set_header (TmHttpResponse *self, const char *name, const char *value);
void tm_http_response_set_retry_after (TmHttpResponse *self, guint seconds);
/* body: (transfer none) */
void tm_http_response_set_body (TmHttpResponse *self, const char *content_type, GBytes *body);
void tm_http_response_set_text (TmHttpResponse *self, const char *content_type, const char *text);

guint tm_http_response_get_status (TmHttpResponse *self);
GBytes *tm_http_response_get_body (TmHttpResponse *self); /* never NULL */
const char *tm_http_response_get_header (TmHttpResponse *self, const char *name);
void
tm_http_response_foreach_header (TmHttpResponse *self, TmHttpHeaderFunc func, gpointer user_data);

/* All of it as HTTP/1.1 has it, for a connection that is closed afterwards. (transfer full) */
GBytes *tm_http_response_to_text (TmHttpResponse *self);

G_END_DECLS
