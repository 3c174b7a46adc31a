/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What handlers read of a request, and what they may write into an answer. */
#include "tm-http-request.h"

static void
test_parameters (void)
{
  static const struct
  {
    const char *query;
    const char *value; /* of the parameter a */
    guint n;           /* of all parameters named a */
  } vectors[] = {
    { NULL, NULL, 0 },      { "", NULL, 0 },
    { "a", "", 1 },         { "a=", "", 1 },
    { "a=1", "1", 1 },      { "b=2&a=1&a=3", "1", 2 },
    { "&&a=1&&", "1", 1 },  { "a=x+y%20z", "x y z", 1 },
    { "%61=1", "1", 1 },    { "a=1=2", "1=2", 1 },
    { "a=%C3%A4", "ä", 1 }, { "a=%FF", "\357\277\275", 1 },
    { "a=%zz", "%zz", 1 },  { "a=%", "%", 1 },
    { "A=1", NULL, 0 },     { "a=%26b%3D1", "&b=1", 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autoptr (TmHttpRequest) request = tm_http_request_new ("GET", "/", vectors[i].query);
      g_autoptr (GPtrArray) values = tm_http_request_get_parameters (request, "a");

      g_test_message ("vector %u", i);
      g_assert_cmpstr (tm_http_request_get_parameter (request, "a"), ==, vectors[i].value);
      g_assert_cmpuint (values->len, ==, vectors[i].n);
    }
}

/* A query of ten thousand parameters costs 256. */
static void
test_parameters_bounded (void)
{
  g_autoptr (GString) query = g_string_new (NULL);
  g_autoptr (TmHttpRequest) request = NULL;
  g_autoptr (GPtrArray) names = NULL;

  for (guint i = 0; i < 10000; i++)
    g_string_append_printf (query, "p%u=1&", i);
  request = tm_http_request_new ("GET", "/", query->str);
  names = tm_http_request_get_parameter_names (request);
  g_assert_cmpuint (names->len, ==, 256);
}

static void
test_headers_and_cookies (void)
{
  g_autoptr (TmHttpRequest) request = tm_http_request_new ("GET", "/", NULL);
  g_autofree char *found = NULL;
  g_autofree char *prefix = NULL;

  tm_http_request_set_header (request, "Cookie", "ab=1; b=2;c=3");
  tm_http_request_set_header (request, "X-Two", "1");
  tm_http_request_set_header (request, "x-TWO", "2");
  g_assert_cmpstr (tm_http_request_get_header (request, "X-two"), ==, "1, 2");
  g_assert_null (tm_http_request_get_header (request, "X-Three"));
  found = tm_http_request_dup_cookie (request, "b");
  g_assert_cmpstr (found, ==, "2");
  prefix = tm_http_request_dup_cookie (request, "a");
  g_assert_null (prefix);
}

static void
count_answer (gpointer message, TmHttpResponse *response)
{
  guint *n_answers = message;

  *n_answers += tm_http_response_get_status (response);
}

/* When the client has gone, an answer goes nowhere. */
static void
test_answer (void)
{
  guint answers = 0;
  g_autoptr (TmHttpRequest) gone = tm_http_request_new ("GET", "/", NULL);
  g_autoptr (TmHttpRequest) there = tm_http_request_new ("GET", "/", NULL);

  tm_http_request_set_message (there, &answers, count_answer);
  tm_http_request_respond (there, tm_http_response_new (200));
  g_assert_cmpuint (answers, ==, 200);

  tm_http_request_set_message (gone, &answers, count_answer);
  tm_http_request_set_message (gone, NULL, NULL);
  tm_http_request_respond (gone, tm_http_response_new (200));
  g_assert_cmpuint (answers, ==, 200);
  g_assert_true (tm_http_request_is_answered (gone));
}

/* What a stranger sent may stand in a message; the answer is valid JSON all the same. */
static void
test_error (void)
{
  g_autoptr (TmHttpResponse) response = tm_http_response_new_error (400, "%s", "a\"b\xff<\n");
  GBytes *body = tm_http_response_get_body (response);
  g_autoptr (JsonParser) parser = json_parser_new ();
  gsize n_bytes;
  const char *text = g_bytes_get_data (body, &n_bytes);

  g_assert_true (json_parser_load_from_data (parser, text, (gssize) n_bytes, NULL));
  g_assert_cmpstr (json_object_get_string_member (
                       json_node_get_object (json_parser_get_root (parser)), "message"),
                   ==, "a\"b\357\277\275<\n");
}

/* A line break in a header would be a second header. */
static void
test_header_injection (void)
{
  g_autoptr (TmHttpResponse) response = tm_http_response_new (200);

  g_test_expect_message (NULL, G_LOG_LEVEL_CRITICAL, "*assertion*");
  tm_http_response_set_header (response, "Location", "/a\r\nSet-Cookie: x");
  g_test_assert_expected_messages ();
  g_assert_null (tm_http_response_get_header (response, "Location"));

  tm_http_response_set_header (response, "Location", "/a");
  tm_http_response_set_header (response, "location", "/b");
  g_assert_cmpstr (tm_http_response_get_header (response, "LOCATION"), ==, "/b");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-request/parameters", test_parameters);
  g_test_add_func ("/http-request/parameters-bounded", test_parameters_bounded);
  g_test_add_func ("/http-request/headers-and-cookies", test_headers_and_cookies);
  g_test_add_func ("/http-request/answer", test_answer);
  g_test_add_func ("/http-request/error", test_error);
  g_test_add_func ("/http-request/header-injection", test_header_injection);

  return g_test_run ();
}
