/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One accepted connection; see tm-http-connection.h. */
#include "tm-http-connection.h"

#include "tm-http-stream.h"

#include <string.h>

/* What a provider gives one customer: a /24 is a small site, a /56 is the usual home prefix. */
#define IPV4_PREFIX_BITS 24
#define IPV6_PREFIX_BITS 56
#define THROW_AWAY_BYTES (64 * 1024)

struct _TmHttpConnection
{
  GWeakRef stream; /* (element-type TmHttpStream) */
  GSocket *socket;
  GSocketAddress *key;
  char *network;
  gboolean is_local;
  guint seconds[TM_HTTP_N_PHASES];
  TmHttpPhase phase;
  GSource *deadline;
  GObject *owner; /* (nullable) */
  TmHttpExpiredFunc expired;
  gpointer user_data;
};

char *
tm_http_network_of (GInetAddress *address)
{
  GSocketFamily family = g_inet_address_get_family (address);
  guint n_bits = family == G_SOCKET_FAMILY_IPV4 ? IPV4_PREFIX_BITS : IPV6_PREFIX_BITS;
  gsize n_bytes = g_inet_address_get_native_size (address);
  guint8 bytes[16] = { 0 };
  g_autoptr (GInetAddress) network = NULL;
  g_autofree char *text = NULL;

  if (g_inet_address_get_is_loopback (address))
    return g_strdup ("local");

  memcpy (bytes, g_inet_address_to_bytes (address), n_bytes);
  memset (bytes + n_bits / 8, 0, n_bytes - n_bits / 8);
  network = g_inet_address_new_from_bytes (bytes, family);
  text = g_inet_address_to_string (network);

  return g_strdup_printf ("%s/%u", text, n_bits);
}

static gboolean
on_deadline (gpointer user_data)
{
  TmHttpConnection *self = user_data;

  g_source_set_ready_time (self->deadline, -1);
  self->expired (self, self->user_data);

  return G_SOURCE_CONTINUE;
}

static gboolean
deadline_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs deadline_funcs = { NULL, NULL, deadline_dispatch, NULL, NULL, NULL };

static GInetAddress *
get_peer (GSocketConnection *stream)
{
  g_autoptr (GSocketAddress) address = g_socket_connection_get_remote_address (stream, NULL);

  if (!G_IS_INET_SOCKET_ADDRESS (address))
    return g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);

  return g_object_ref (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

TmHttpConnection *
tm_http_connection_new (GSocketConnection *stream,
                        const guint *seconds,
                        TmHttpExpiredFunc expired,
                        gpointer user_data)
{
  TmHttpConnection *self = g_new0 (TmHttpConnection, 1);
  g_autoptr (GInetAddress) peer = get_peer (stream);

  g_weak_ref_init (&self->stream, stream);
  self->socket = g_object_ref (g_socket_connection_get_socket (stream));
  self->key = g_inet_socket_address_new (peer, 0);
  self->network = tm_http_network_of (peer);
  self->is_local = g_inet_address_get_is_loopback (peer);
  memcpy (self->seconds, seconds, sizeof self->seconds);
  self->expired = expired;
  self->user_data = user_data;
  self->deadline = g_source_new (&deadline_funcs, sizeof (GSource));
  g_source_set_static_name (self->deadline, "[tm-http] deadline of a connection");
  g_source_set_callback (self->deadline, on_deadline, self, NULL);
  g_source_attach (self->deadline, g_main_context_get_thread_default ());
  tm_http_connection_set_phase (self, TM_HTTP_PHASE_WAITING);

  return self;
}

void
tm_http_connection_free (TmHttpConnection *self)
{
  tm_http_connection_set_owner (self, NULL);
  g_source_destroy (self->deadline);
  g_source_unref (self->deadline);
  g_weak_ref_clear (&self->stream);
  g_object_unref (self->socket);
  g_object_unref (self->key);
  g_free (self->network);
  g_free (self);
}

void
tm_http_connection_set_phase (TmHttpConnection *self, TmHttpPhase phase)
{
  gint64 limit_usec = self->seconds[phase] * G_USEC_PER_SEC;

  self->phase = phase;
  g_source_set_ready_time (self->deadline,
                           limit_usec == 0 ? -1 : g_get_monotonic_time () + limit_usec);
}

TmHttpPhase
tm_http_connection_get_phase (TmHttpConnection *self)
{
  return self->phase;
}

GSocketConnection *
tm_http_connection_dup_stream (TmHttpConnection *self)
{
  return g_weak_ref_get (&self->stream);
}

const char *
tm_http_connection_get_network (TmHttpConnection *self)
{
  return self->network;
}

gboolean
tm_http_connection_is_local (TmHttpConnection *self)
{
  return self->is_local;
}

GSocketAddress *
tm_http_connection_get_key (TmHttpConnection *self)
{
  return self->key;
}

static void
on_end (gpointer user_data)
{
  TmHttpConnection *self = user_data;

  self->expired (self, self->user_data);
}

void
tm_http_connection_set_owner (TmHttpConnection *self, GObject *owner)
{
  g_autoptr (GSocketConnection) stream = tm_http_connection_dup_stream (self);

  g_set_object (&self->owner, owner);
  if (stream != NULL)
    tm_http_stream_tell_end (TM_HTTP_STREAM (stream), owner != NULL ? on_end : NULL, self);
}

GObject *
tm_http_connection_get_owner (TmHttpConnection *self)
{
  return self->owner;
}

void
tm_http_connection_cut (TmHttpConnection *self)
{
  g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
}

static void throw_away (GSocketConnection *stream);

static void
on_thrown_away (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GSocketConnection) stream = user_data;

  /* The end, a fault, or cut by the deadline: the last reference closes the stream. */
  if (g_input_stream_skip_finish (G_INPUT_STREAM (source), result, NULL) > 0)
    throw_away (stream);
}

static void
throw_away (GSocketConnection *stream)
{
  g_input_stream_skip_async (g_io_stream_get_input_stream (G_IO_STREAM (stream)), THROW_AWAY_BYTES,
                             G_PRIORITY_LOW, NULL, on_thrown_away, g_object_ref (stream));
}

static void
on_refusal_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GSocketConnection) stream = user_data;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL))
    return;

  g_socket_shutdown (g_socket_connection_get_socket (stream), FALSE, TRUE, NULL);
  throw_away (stream);
}

void
tm_http_connection_refuse (TmHttpConnection *self, GBytes *text)
{
  g_autoptr (GSocketConnection) stream = tm_http_connection_dup_stream (self);
  GBytes *kept = g_bytes_ref (text);

  if (stream == NULL)
    {
      g_bytes_unref (kept);
      return;
    }

  tm_http_connection_set_phase (self, TM_HTTP_PHASE_LINGERING);
  /* The text lives as long as the stream that writes it. */
  g_object_weak_ref (G_OBJECT (stream), (GWeakNotify) (void (*) (void)) g_bytes_unref, kept);
  g_output_stream_write_all_async (
      g_io_stream_get_output_stream (G_IO_STREAM (stream)), g_bytes_get_data (kept, NULL),
      g_bytes_get_size (kept), G_PRIORITY_DEFAULT, NULL, on_refusal_written, g_object_ref (stream));
}
