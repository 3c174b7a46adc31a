/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The listening sockets and the connections that came in through them; see tm-http-listener.h. */
#include "tm-http-listener.h"

#include "tm-http-address.h"
#include "tm-http-stream.h"

#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>

struct _TmHttpListener
{
  GSocketService *service;
  GPtrArray *addresses;    /* (element-type GSocketAddress): where it listens */
  GHashTable *connections; /* (element-type GSocketAddress TmHttpConnection): by their keys */
  guint max_connections;
  guint seconds[TM_HTTP_N_PHASES];
  TmHttpAcceptFunc accept;
  TmHttpExpiredFunc expired;
  gpointer user_data;
};

typedef struct
{
  GHashTable *connections;
  GSocketAddress *key;
} StreamWatch;

static void
on_stream_gone (gpointer user_data, GObject *where_it_was)
{
  StreamWatch *watch = user_data;

  g_hash_table_remove (watch->connections, watch->key);
  g_hash_table_unref (watch->connections);
  g_object_unref (watch->key);
  g_free (watch);
}

/* The stream that GSocketService made closes its descriptor when it goes, and goes soon. (transfer
 * full) (nullable) */
static GSocketConnection *
make_stream (GSocketConnection *incoming)
{
  GSocket *socket = g_socket_connection_get_socket (incoming);
  int fd = fcntl (g_socket_get_fd (socket), F_DUPFD_CLOEXEC, 0);
  g_autoptr (GSocket) kept = fd >= 0 ? g_socket_new_from_fd (fd, NULL) : NULL;

  if (kept == NULL && fd >= 0)
    g_close (fd, NULL);

  return kept != NULL ? tm_http_stream_new (kept) : NULL;
}

static gboolean
on_incoming (GSocketService *service,
             GSocketConnection *incoming,
             GObject *source,
             gpointer user_data)
{
  TmHttpListener *self = user_data;
  g_autoptr (GSocketConnection) stream = NULL;
  GSocket *socket;
  TmHttpConnection *connection;
  StreamWatch *watch;

  if (g_hash_table_size (self->connections) < self->max_connections)
    stream = make_stream (incoming);
  if (stream == NULL)
    return TRUE; /* the last reference closes it */

  socket = g_socket_connection_get_socket (stream);

  /* An answer is one small write: waiting for more to fill a packet would only cost time. */
  if (g_socket_get_family (socket) != G_SOCKET_FAMILY_UNIX)
    g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);

  connection = tm_http_connection_new (stream, self->seconds, self->expired, self->user_data);
  watch = g_new (StreamWatch, 1);
  watch->connections = g_hash_table_ref (self->connections);
  watch->key = g_object_ref (tm_http_connection_get_key (connection));
  g_hash_table_insert (self->connections, watch->key, connection);
  g_object_weak_ref (G_OBJECT (stream), on_stream_gone, watch);
  self->accept (stream, connection, self->user_data);

  return TRUE;
}

TmHttpListener *
tm_http_listener_new (guint max_connections,
                      const guint *seconds,
                      TmHttpAcceptFunc accept,
                      TmHttpExpiredFunc expired,
                      gpointer user_data)
{
  TmHttpListener *self = g_new0 (TmHttpListener, 1);

  self->service = g_socket_service_new ();
  self->addresses = g_ptr_array_new_with_free_func (g_object_unref);
  self->connections =
      g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) tm_http_connection_free);
  self->max_connections = max_connections;
  memcpy (self->seconds, seconds, sizeof self->seconds);
  self->accept = accept;
  self->expired = expired;
  self->user_data = user_data;
  g_signal_connect (self->service, "incoming", G_CALLBACK (on_incoming), self);

  return self;
}

void
tm_http_listener_free (TmHttpListener *self)
{
  g_signal_handlers_disconnect_by_data (self->service, self);
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_object_unref (self->service);
  g_ptr_array_unref (self->addresses);
  /* A stream that is still alive somewhere keeps the table, but no connection calls back. */
  g_hash_table_remove_all (self->connections);
  g_hash_table_unref (self->connections);
  g_free (self);
}

/* A socket that a killed server has left behind is in the way of its successor. */
static void
remove_stale_socket (GSocketAddress *address)
{
  const char *path = g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (address));
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) stream = NULL;
  GStatBuf info;

  if (g_lstat (path, &info) != 0 || !S_ISSOCK (info.st_mode))
    return;

  stream = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, NULL);
  if (stream == NULL)
    g_unlink (path);
}

gboolean
tm_http_listener_add_address (TmHttpListener *self, const char *text, GError **error)
{
  g_autoptr (GSocketAddress) address = tm_http_address_parse (text, error);
  g_autoptr (GSocketAddress) effective = NULL;

  if (address == NULL)
    return FALSE;

  if (G_IS_UNIX_SOCKET_ADDRESS (address))
    remove_stale_socket (address);
  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), address,
                                      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL,
                                      &effective, error))
    {
      g_prefix_error (error, "cannot listen on “%s”: ", text);
      return FALSE;
    }
  /* A proxy of another user comes in here; who may is decided by the directory. */
  if (G_IS_UNIX_SOCKET_ADDRESS (address))
    g_chmod (g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (address)), 0666);
  g_ptr_array_add (self->addresses, g_steal_pointer (&effective));

  return TRUE;
}

gboolean
tm_http_listener_add_fd (TmHttpListener *self, int fd, GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, error);
  GSocketAddress *address;

  if (socket == NULL)
    return FALSE;

  address = g_socket_get_local_address (socket, error);
  if (address == NULL ||
      !g_socket_listener_add_socket (G_SOCKET_LISTENER (self->service), socket, NULL, error))
    {
      g_clear_object (&address);
      return FALSE;
    }
  g_ptr_array_add (self->addresses, address);

  return TRUE;
}

GStrv
tm_http_listener_get_uris (TmHttpListener *self)
{
  g_autoptr (GStrvBuilder) uris = g_strv_builder_new ();

  for (guint i = 0; i < self->addresses->len; i++)
    {
      g_autofree char *uri = tm_http_address_to_uri (self->addresses->pdata[i]);

      g_strv_builder_add (uris, uri);
    }

  return g_strv_builder_end (uris);
}

TmHttpConnection *
tm_http_listener_find (TmHttpListener *self, GSocketAddress *key)
{
  return g_hash_table_lookup (self->connections, key);
}

guint
tm_http_listener_get_n_connections (TmHttpListener *self)
{
  return g_hash_table_size (self->connections);
}

void
tm_http_listener_stop (TmHttpListener *self)
{
  GHashTableIter iter;
  TmHttpConnection *connection;

  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));

  g_hash_table_iter_init (&iter, self->connections);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &connection))
    if (tm_http_connection_get_phase (connection) == TM_HTTP_PHASE_WAITING)
      tm_http_connection_cut (connection);
}

GSocket *
tm_http_listener_new_nowhere (GError **error)
{
  g_autofree char *directory = g_dir_make_tmp ("telemetrics-XXXXXX", error);
  g_autofree char *path = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GSocket) socket = NULL;
  gboolean ok;

  if (directory == NULL)
    return NULL;

  path = g_build_filename (directory, "s", NULL);
  address = g_unix_socket_address_new (path);
  socket =
      g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);
  ok = socket != NULL && g_socket_bind (socket, address, FALSE, error) &&
       g_socket_listen (socket, error);
  g_unlink (path);
  g_rmdir (directory);

  return ok ? g_steal_pointer (&socket) : NULL;
}
