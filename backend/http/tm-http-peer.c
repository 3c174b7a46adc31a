/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who asks; see tm-http-peer.h. */
#include "tm-http-peer.h"

#include <string.h>

/* What proxies write; only the first is read. */
static const char *const proxy_headers[] = { "X-Forwarded-For", "Forwarded", "X-Real-IP", "Via" };

static gboolean
is_forwarded (TmHttpRequest *request)
{
  for (guint i = 0; i < G_N_ELEMENTS (proxy_headers); i++)
    if (tm_http_request_get_header (request, proxy_headers[i]) != NULL)
      return TRUE;

  return FALSE;
}

/* (nullable): the header is not there, or ends in something else */
static GInetAddress *
parse_last (const char *forwarded)
{
  const char *comma;
  g_autofree char *text = NULL;

  if (forwarded == NULL)
    return NULL;

  comma = strrchr (forwarded, ',');
  text = g_strstrip (g_strdup (comma != NULL ? comma + 1 : forwarded));

  return g_inet_address_new_from_string (text);
}

void
tm_http_peer_identify (TmHttpRequest *request,
                       TmHttpConnection *connection,
                       gboolean trust_forwarded)
{
  const char *network = tm_http_connection_get_network (connection);
  gboolean is_local = tm_http_connection_is_local (connection);
  g_autofree char *client_network = NULL;
  g_autoptr (GInetAddress) client = NULL;

  if (!is_local || !is_forwarded (request))
    {
      tm_http_request_set_peer (request, network, is_local);
      return;
    }

  if (trust_forwarded)
    client = parse_last (tm_http_request_get_header (request, "X-Forwarded-For"));
  if (client == NULL)
    {
      tm_http_request_set_peer (request, network, FALSE);
      return;
    }

  client_network = tm_http_network_of (client);
  tm_http_request_set_peer (request, client_network, g_inet_address_get_is_loopback (client));
}
