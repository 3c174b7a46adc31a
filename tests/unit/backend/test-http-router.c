/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which route a path finds. */
#include "tm-http-router.h"

static void
handle (TmHttpRequest *request, gpointer user_data)
{
}

static const TmHttpRoute routes[] = {
  { .method = "GET", .pattern = "/", .handler = handle },
  { .method = "GET", .pattern = "/records", .handler = handle },
  { .method = "POST", .pattern = "/records", .handler = handle },
  { .method = "GET", .pattern = "/records/{id}", .handler = handle },
  { .method = "GET", .pattern = "/records/new", .handler = handle },
  { .method = "GET", .pattern = "/assets/*", .handler = handle },
};

static const TmHttpRoute everything[] = {
  { .method = "GET", .pattern = "/*", .handler = handle },
};

static void
test_find (void)
{
  static const struct
  {
    const char *method;
    const char *path;
    const char *pattern; /* NULL: none */
    const char *part;    /* of {id} or * */
    guint status;        /* when there is none */
  } vectors[] = {
    { "GET", "/", "/", NULL, 0 },
    { "HEAD", "/", "/", NULL, 0 },
    { "GET", "/records", "/records", NULL, 0 },
    { "POST", "/records", "/records", NULL, 0 },
    { "GET", "/records/7", "/records/{id}", "7", 0 },
    { "GET", "/records/new", "/records/new", NULL, 0 },
    { "GET", "/assets/a/b.css", "/assets/*", "a/b.css", 0 },
    { "GET", "/assets/", "/assets/*", "", 0 },
    { "GET", "/records/", NULL, NULL, 404 },
    { "GET", "/records/7/8", NULL, NULL, 404 },
    { "GET", "//records", NULL, NULL, 404 },
    { "GET", "/none", NULL, NULL, 404 },
    { "DELETE", "/records", NULL, NULL, 405 },
    { "POST", "/", NULL, NULL, 405 },
  };
  g_autoptr (TmHttpRouter) router = tm_http_router_new ();
  int tag = 0;

  tm_http_router_add (router, routes, G_N_ELEMENTS (routes), &tag);
  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      gpointer user_data = NULL;
      g_autoptr (GHashTable) parts = NULL;
      g_autoptr (TmHttpResponse) answer = NULL;
      const TmHttpRoute *route = tm_http_router_find (router, vectors[i].method, vectors[i].path,
                                                      &user_data, &parts, &answer);
      const char *part;

      g_test_message ("vector %u: %s %s", i, vectors[i].method, vectors[i].path);
      if (vectors[i].pattern == NULL)
        {
          g_assert_null (route);
          g_assert_cmpuint (tm_http_response_get_status (answer), ==, vectors[i].status);
          continue;
        }
      g_assert_cmpstr (route->pattern, ==, vectors[i].pattern);
      g_assert_true (user_data == &tag);
      part = g_hash_table_lookup (parts, "id");
      if (part == NULL)
        part = g_hash_table_lookup (parts, "*");
      g_assert_cmpstr (part, ==, vectors[i].part);
    }
}

/* Each method stands once in Allow, HEAD with GET; a page for what is missing allows nothing. */
static void
test_allow (void)
{
  static const struct
  {
    const char *path;
    const char *allow; /* NULL: 404 */
  } vectors[] = {
    { "/", "GET, HEAD" },
    { "/records", "GET, HEAD, POST" },
    { "/records/new", "GET, HEAD" },
    { "/none", NULL },
  };
  g_autoptr (TmHttpRouter) router = tm_http_router_new ();

  tm_http_router_add (router, routes, G_N_ELEMENTS (routes), NULL);
  tm_http_router_add (router, everything, G_N_ELEMENTS (everything), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      gpointer user_data = NULL;
      g_autoptr (GHashTable) parts = NULL;
      g_autoptr (TmHttpResponse) answer = NULL;

      g_test_message ("vector %u: %s", i, vectors[i].path);
      g_assert_null (
          tm_http_router_find (router, "DELETE", vectors[i].path, &user_data, &parts, &answer));
      g_assert_cmpuint (tm_http_response_get_status (answer), ==,
                        vectors[i].allow != NULL ? 405 : 404);
      g_assert_cmpstr (tm_http_response_get_header (answer, "Allow"), ==, vectors[i].allow);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-router/find", test_find);
  g_test_add_func ("/http-router/allow", test_allow);

  return g_test_run ();
}
