/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What handlers read of a request line and its headers: query, cookies, route, address. */
#include "tm-http-address.h"
#include "tm-http-router.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize n_bytes);

static void
handle (TmHttpRequest *request, gpointer user_data)
{
}

static const TmHttpRoute routes[] = {
  { .method = "GET", .pattern = "/a/{b}/c", .handler = handle },
  { .method = "GET", .pattern = "/a/*", .handler = handle },
};

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n_bytes)
{
  g_autofree char *text = g_strndup ((const char *) data, n_bytes);
  g_autoptr (TmHttpRequest) request = tm_http_request_new ("GET", "/", text);
  g_autoptr (GPtrArray) names = tm_http_request_get_parameter_names (request);
  g_autoptr (TmHttpRouter) router = tm_http_router_new ();
  g_autoptr (GHashTable) parts = NULL;
  g_autoptr (TmHttpResponse) answer = NULL;
  g_autoptr (GSocketAddress) address = tm_http_address_parse (text, NULL);
  g_autofree char *cookie = NULL;
  gpointer user_data;

  for (guint i = 0; i < names->len; i++)
    g_assert_true (g_utf8_validate (
        tm_http_request_get_parameter (request, g_ptr_array_index (names, i)), -1, NULL));

  tm_http_request_set_header (request, "Cookie", text);
  cookie = tm_http_request_dup_cookie (request, "a");
  tm_http_router_add (router, routes, G_N_ELEMENTS (routes), NULL);
  tm_http_router_find (router, "GET", text, &user_data, &parts, &answer);

  return 0;
}
