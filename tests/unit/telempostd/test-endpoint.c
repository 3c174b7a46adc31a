/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which servers are accepted, and which redirects stay on one. */
#include "tm-endpoint.h"

#include <string.h>

static void
test_accepted (void)
{
  static const struct
  {
    const char *server;
    gboolean allow_plain_http;
    const char *records_url; /* NULL: refused */
    gboolean loopback;
  } cases[] = {
    { "https://example.org", FALSE, "https://example.org/api/v1/records", FALSE },
    { "https://example.org/", FALSE, "https://example.org/api/v1/records", FALSE },
    { "https://example.org:8443/base//", FALSE, "https://example.org:8443/base/api/v1/records",
      FALSE },
    { "http://127.0.0.1:8080", FALSE, "http://127.0.0.1:8080/api/v1/records", TRUE },
    { "http://127.9.9.9", FALSE, "http://127.9.9.9/api/v1/records", TRUE },
    { "http://[::1]:80", FALSE, "http://[::1]:80/api/v1/records", TRUE },
    { "http://localhost", FALSE, "http://localhost/api/v1/records", TRUE },
    { "http://LOCALHOST", FALSE, "http://LOCALHOST/api/v1/records", TRUE },
    { "http://example.org", TRUE, "http://example.org/api/v1/records", FALSE },
    { "http://example.org", FALSE, NULL, FALSE },
    { "http://localhost.example.org", FALSE, NULL, FALSE },
    { "http://127.0.0.1.example.org", FALSE, NULL, FALSE },
    { "http://0.0.0.0", FALSE, NULL, FALSE },
    { "https://", FALSE, NULL, FALSE },
    { "https:///path", FALSE, NULL, FALSE },
    { "https://user@example.org", FALSE, NULL, FALSE },
    { "https://user:word@example.org", FALSE, NULL, FALSE },
    { "https://example.org/?a", FALSE, NULL, FALSE },
    { "https://example.org/#a", FALSE, NULL, FALSE },
    { "ftp://example.org", TRUE, NULL, FALSE },
    { "file:///etc/passwd", TRUE, NULL, FALSE },
    { "example.org", TRUE, NULL, FALSE },
    { "", TRUE, NULL, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TmEndpoint) endpoint =
          tm_endpoint_new (cases[i].server, cases[i].allow_plain_http, &error);

      g_test_message ("case %zu: “%s”", i, cases[i].server);
      if (cases[i].records_url == NULL)
        {
          g_assert_null (endpoint);
          g_assert_nonnull (error);
          g_assert_nonnull (strstr (error->message, cases[i].server));
          continue;
        }

      g_assert_no_error (error);
      g_autofree char *url = g_uri_to_string (tm_endpoint_get_records_uri (endpoint));
      g_assert_cmpstr (url, ==, cases[i].records_url);
      g_assert_cmpint (tm_endpoint_is_loopback (endpoint), ==, cases[i].loopback);
    }
}

static void
test_follow (void)
{
  static const struct
  {
    const char *location;
    const char *target; /* NULL: not followed */
  } cases[] = {
    { "/other", "https://example.org/other" },
    { "other", "https://example.org/api/v1/other" },
    { "https://example.org/x", "https://example.org/x" },
    { "https://EXAMPLE.org:443/x", "https://EXAMPLE.org:443/x" },
    { "//example.org/x", "https://example.org/x" },
    { "https://example.org:8443/", NULL },
    { "http://example.org/", NULL },
    { "https://example.com/", NULL },
    { "https://example.org.evil.example/", NULL },
    { "https://example.org@evil.example/", NULL },
    { "https://someone@example.org/", NULL },
    { "//evil.example/", NULL },
    { "file:///etc/passwd", NULL },
    { "data:,x", NULL },
    { "https://[", NULL },
  };
  g_autoptr (TmEndpoint) endpoint = tm_endpoint_new ("https://example.org", FALSE, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GUri *from = tm_endpoint_get_records_uri (endpoint);
      g_autoptr (GUri) target = tm_endpoint_follow (endpoint, from, cases[i].location);
      g_autofree char *url = target != NULL ? g_uri_to_string (target) : NULL;

      g_test_message ("case %zu: “%s”", i, cases[i].location);
      g_assert_cmpstr (url, ==, cases[i].target);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/endpoint/accepted", test_accepted);
  g_test_add_func ("/endpoint/follow", test_follow);
  return g_test_run ();
}
