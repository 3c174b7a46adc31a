/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which handler answers which request: each room brings a table of routes.
 *
 * A pattern is a path whose parts are literal or "{name}" (one part, not empty); a last part "*"
 * takes the rest of the path. Literal parts win over "{name}", "{name}" wins over "*". A route for
 * GET answers HEAD as well (the server leaves the body out).
 */
#pragma once

#include "tm-http-request.h"

G_BEGIN_DECLS

/* Must call tm_http_request_respond() once, at once or later, from the main loop. */
typedef void (*TmHttpHandler) (TmHttpRequest *request, gpointer user_data);
/* Runs when the headers are there and the body is not. Returns a response to refuse the request, or
 * NULL to go on. After a refusal the connection is closed: the body is never read. */
typedef TmHttpResponse *(*TmHttpCheck) (TmHttpRequest *request, gpointer user_data);

typedef struct
{
  const char *method;
  const char *pattern;
  TmHttpHandler handler;
  gsize max_body_bytes; /* 0: takes no body */
  TmHttpCheck check;    /* (nullable) */
} TmHttpRoute;

typedef struct _TmHttpRouter TmHttpRouter;

TmHttpRouter *tm_http_router_new (void);
void tm_http_router_free (TmHttpRouter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmHttpRouter, tm_http_router_free)

/* routes must stay valid; user_data goes to their handlers and checks. */
void tm_http_router_add (TmHttpRouter *self,
                         const TmHttpRoute *routes,
                         gsize n_routes,
                         gpointer user_data);

/* Returns NULL and an answer (404, or 405 with Allow) when there is no route. */
const TmHttpRoute *tm_http_router_find (TmHttpRouter *self,
                                        const char *method,
                                        const char *path,
                                        gpointer *out_user_data,
                                        GHashTable **out_parts,
                                        TmHttpResponse **out_answer);

G_END_DECLS
