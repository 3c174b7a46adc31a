/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One HTTP request as the rooms of the server see it: no libsoup in here. Lives on the main loop;
 * a handler may keep a reference and answer later, but must answer exactly once. When the client
 * has gone meanwhile, the answer is dropped.
 */
#pragma once

#include "tm-http-response.h"

G_BEGIN_DECLS

typedef struct _TmHttpRequest TmHttpRequest;

TmHttpRequest *tm_http_request_ref (TmHttpRequest *self);
void tm_http_request_unref (TmHttpRequest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmHttpRequest, tm_http_request_unref)

const char *tm_http_request_get_method (TmHttpRequest *self); /* GET for HEAD, too */
/* Percent-decoded; always begins with "/". */
const char *tm_http_request_get_path (TmHttpRequest *self);
/* The part of the path that a "{name}" of the route's pattern matched, or NULL. */
const char *tm_http_request_get_part (TmHttpRequest *self, const char *name);
/* The raw query without "?", or NULL. */
const char *tm_http_request_get_query (TmHttpRequest *self);
/* More parameters than any page has are not looked at; a request with so many is refused. */
#define TM_HTTP_MAX_PARAMETERS 256
gboolean tm_http_request_has_too_many_parameters (TmHttpRequest *self);
/* The first value of a parameter, decoded as a form is; NULL if absent. */
const char *tm_http_request_get_parameter (TmHttpRequest *self, const char *name);
/* (transfer container) (element-type utf8): all values of a parameter, in order. */
GPtrArray *tm_http_request_get_parameters (TmHttpRequest *self, const char *name);
/* (transfer container) (element-type utf8): the names of all parameters, each once, in order. */
GPtrArray *tm_http_request_get_parameter_names (TmHttpRequest *self);
/* name is compared without case; several lines of one name are joined by ", ". */
const char *tm_http_request_get_header (TmHttpRequest *self, const char *name);
/* The value of a cookie, or NULL. (transfer full) */
char *tm_http_request_dup_cookie (TmHttpRequest *self, const char *name);
/* As it came, still compressed; empty if the request has none. (transfer none) */
GBytes *tm_http_request_get_body (TmHttpRequest *self);
/* The network the client is in, as text: "192.0.2.0/24", "2001:db8:1:100::/56", "local". */
const char *tm_http_request_get_network (TmHttpRequest *self);
/* The client is on this machine: loopback or Unix socket. */
gboolean tm_http_request_is_local (TmHttpRequest *self);
gint64 tm_http_request_get_received_usec (TmHttpRequest *self); /* wall clock, headers complete */

/* response: (transfer full) */
void tm_http_request_respond (TmHttpRequest *self, TmHttpResponse *response);

/* For the server alone. */
typedef void (*TmHttpRespondFunc) (gpointer message, TmHttpResponse *response);

TmHttpRequest *tm_http_request_new (const char *method, const char *path, const char *query);
void tm_http_request_set_header (TmHttpRequest *self, const char *name, const char *value);
void tm_http_request_set_peer (TmHttpRequest *self, const char *network, gboolean is_local);
void tm_http_request_set_parts (TmHttpRequest *self, GHashTable *parts); /* (transfer full) */
void tm_http_request_set_body (TmHttpRequest *self, GBytes *body);
/* message: (transfer none); respond is called at most once, never after a call with NULL. */
void tm_http_request_set_message (TmHttpRequest *self, gpointer message, TmHttpRespondFunc respond);
gboolean tm_http_request_is_answered (TmHttpRequest *self);

G_END_DECLS
