/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a server listens, as people write it; see tm-http-address.h. */
#include "tm-http-address.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>

#define MAX_UNIX_PATH_BYTES 107 /* sun_path without NUL */

static gboolean
refuse (const char *text, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "“%s” is no address to listen on; accepted: IPv4:PORT, [IPv6]:PORT, :PORT for all "
               "addresses (PORT 0 to 65535, 0 = any free one), unix:/PATH of at most %d bytes",
               text, MAX_UNIX_PATH_BYTES);

  return FALSE;
}

GSocketAddress *
tm_http_address_parse (const char *text, GError **error)
{
  const char *colon = strrchr (text, ':');
  g_autofree char *host = NULL;
  g_autoptr (GInetAddress) address = NULL;
  guint64 port;

  if (g_str_has_prefix (text, "unix:/") && strlen (text + 5) <= MAX_UNIX_PATH_BYTES)
    return g_unix_socket_address_new (text + 5);

  if (colon == NULL || !g_ascii_string_to_unsigned (colon + 1, 10, 0, G_MAXUINT16, &port, NULL))
    return refuse (text, error), NULL;

  host = g_strndup (text, colon - text);
  if (colon - text > 2 && host[0] == '[' && colon[-1] == ']')
    {
      memmove (host, host + 1, strlen (host));
      host[strlen (host) - 1] = '\0';
    }
  if (host[0] == '\0')
    address = g_inet_address_new_any (G_SOCKET_FAMILY_IPV6);
  else if (g_str_equal (host, "localhost"))
    address = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  else
    address = g_inet_address_new_from_string (host);
  if (address == NULL)
    return refuse (text, error), NULL;

  return g_inet_socket_address_new (address, (guint16) port);
}

char *
tm_http_address_to_uri (GSocketAddress *address)
{
  GInetAddress *inet;
  g_autofree char *host = NULL;
  guint16 port;
  gboolean is_ipv6;

  if (G_IS_UNIX_SOCKET_ADDRESS (address))
    return g_strconcat ("unix:", g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (address)),
                        NULL);

  inet = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address));
  port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  host = g_inet_address_to_string (inet);
  is_ipv6 = g_inet_address_get_family (inet) == G_SOCKET_FAMILY_IPV6;

  return g_strdup_printf (is_ipv6 ? "http://[%s]:%u/" : "http://%s:%u/", host, port);
}
