/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server's address, checked once; see tm-endpoint.h. */
#include "tm-endpoint.h"

#include <gio/gio.h>

#include "telemetry-error.h"

#define RECORDS_PATH "/api/v1/records"

struct _TmEndpoint
{
  gatomicrefcount ref_count;
  GUri *records_uri;
  gboolean loopback;
};

/* A name other than localhost may resolve to this machine, but only until somebody changes it. */
static gboolean
host_is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  if (address == NULL)
    return g_ascii_strcasecmp (host, "localhost") == 0;

  return g_inet_address_get_is_loopback (address);
}

static int
uri_get_port (GUri *uri)
{
  int port = g_uri_get_port (uri);

  if (port > 0)
    return port;

  return g_strcmp0 (g_uri_get_scheme (uri), "https") == 0 ? 443 : 80;
}

static gboolean
refuse (GError **error, const char *server, const char *accepted)
{
  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
               "server “%s” cannot be used: %s", server, accepted);
  return FALSE;
}

static gboolean
check_uri (GUri *uri, const char *server, gboolean allow_plain_http, GError **error)
{
  const char *scheme = g_uri_get_scheme (uri);
  const char *host = g_uri_get_host (uri);
  gboolean plain = g_str_equal (scheme, "http");

  if (!plain && !g_str_equal (scheme, "https"))
    return refuse (error, server, "it must begin with https:// or http://");
  if (host == NULL || *host == '\0')
    return refuse (error, server, "it must name a host");
  if (g_uri_get_userinfo (uri) != NULL)
    return refuse (error, server, "a user or password does not belong there, use token_file");
  if (g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    return refuse (error, server, "it must not hold “?” or “#”");
  if (plain && !allow_plain_http && !host_is_loopback (host))
    return refuse (error, server,
                   "plain http is for this machine only; use https, or set allow_plain_http=true");

  return TRUE;
}

TmEndpoint *
tm_endpoint_new (const char *server, gboolean allow_plain_http, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (server, G_URI_FLAGS_ENCODED, error);

  if (uri == NULL)
    {
      g_prefix_error (error, "server “%s” is not a URL: ", server);
      return NULL;
    }
  if (!check_uri (uri, server, allow_plain_http, error))
    return NULL;

  g_autofree char *url = g_uri_to_string (uri);
  gsize length = strlen (url);
  while (length > 0 && url[length - 1] == '/')
    url[--length] = '\0';

  g_autofree char *records_url = g_strconcat (url, RECORDS_PATH, NULL);
  g_autoptr (GUri) records_uri = g_uri_parse (records_url, G_URI_FLAGS_ENCODED, error);
  if (records_uri == NULL)
    return NULL;

  TmEndpoint *self = g_new0 (TmEndpoint, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->records_uri = g_steal_pointer (&records_uri);
  self->loopback = host_is_loopback (g_uri_get_host (uri));
  return self;
}

TmEndpoint *
tm_endpoint_ref (TmEndpoint *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
tm_endpoint_unref (TmEndpoint *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_uri_unref (self->records_uri);
  g_free (self);
}

gboolean
tm_endpoint_is_loopback (TmEndpoint *self)
{
  return self->loopback;
}

GUri *
tm_endpoint_get_records_uri (TmEndpoint *self)
{
  return self->records_uri;
}

GUri *
tm_endpoint_follow (TmEndpoint *self, GUri *from, const char *location)
{
  g_autoptr (GUri) target = g_uri_parse_relative (from, location, G_URI_FLAGS_ENCODED, NULL);

  if (target == NULL || g_uri_get_host (target) == NULL || g_uri_get_userinfo (target) != NULL)
    return NULL;
  if (!g_str_equal (g_uri_get_scheme (target), g_uri_get_scheme (self->records_uri)))
    return NULL;
  if (g_ascii_strcasecmp (g_uri_get_host (target), g_uri_get_host (self->records_uri)) != 0)
    return NULL;
  if (uri_get_port (target) != uri_get_port (self->records_uri))
    return NULL;

  return g_steal_pointer (&target);
}
