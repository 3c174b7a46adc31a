/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses to listen on, and the networks that rates are counted for. */
#include "tm-http-address.h"
#include "tm-http-connection.h"

static void
test_addresses (void)
{
  static const struct
  {
    const char *text;
    const char *uri; /* NULL: not accepted */
  } vectors[] = {
    { "127.0.0.1:8080", "http://127.0.0.1:8080/" },
    { "[::1]:80", "http://[::1]:80/" },
    { ":0", "http://[::]:0/" },
    { "localhost:1", "http://127.0.0.1:1/" },
    { "unix:/run/x.sock", "unix:/run/x.sock" },
    { "", NULL },
    { ":", NULL },
    { "127.0.0.1", NULL },
    { "127.0.0.1:65536", NULL },
    { "127.0.0.1:-1", NULL },
    { "127.0.0.1:8080 ", NULL },
    { "host.example:80", NULL },
    { "[::1:80", NULL },
    { "[]:80", NULL },
    { "[:80", NULL },
    { "unix:relative", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSocketAddress) address = tm_http_address_parse (vectors[i].text, &error);
      g_autofree char *uri = address != NULL ? tm_http_address_to_uri (address) : NULL;

      g_test_message ("vector %u: %s", i, vectors[i].text);
      g_assert_cmpstr (uri, ==, vectors[i].uri);
      if (vectors[i].uri == NULL)
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }
}

/* A path that does not fit into sun_path is refused, not cut. */
static void
test_long_path (void)
{
  for (guint n = 107; n <= 108; n++)
    {
      g_autofree char *path = g_strnfill (n - 1, 'x');
      g_autofree char *text = g_strconcat ("unix:/", path, NULL);
      g_autoptr (GSocketAddress) address = tm_http_address_parse (text, NULL);

      g_assert_cmpint (address != NULL, ==, n == 107);
    }
}

static void
test_networks (void)
{
  static const struct
  {
    const char *address;
    const char *network;
  } vectors[] = {
    { "192.0.2.7", "192.0.2.0/24" },
    { "192.0.3.7", "192.0.3.0/24" },
    { "2001:db8:1:1ff::5", "2001:db8:1:100::/56" },
    { "127.0.0.1", "local" },
    { "127.9.9.9", "local" },
    { "::1", "local" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (vectors[i].address);
      g_autofree char *network = tm_http_network_of (address);

      g_assert_cmpstr (network, ==, vectors[i].network);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-address/vectors", test_addresses);
  g_test_add_func ("/http-address/long-path", test_long_path);
  g_test_add_func ("/http-address/networks", test_networks);

  return g_test_run ();
}
