/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the first call to the last; see tm-lifetime.h. */
#include "tm-lifetime.h"

#include <glib-unix.h>

typedef struct
{
  GMainLoop *loop;
  GDBusConnection *connection;
  TmTransport *transport;
  guint idle_id;
  GError *error; /* (owned) (nullable) */
} Lifetime;

static void
call_bus (Lifetime *self, const char *method, GVariant *arguments, GAsyncReadyCallback callback)
{
  g_dbus_connection_call (self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                          "org.freedesktop.DBus", method, arguments, G_VARIANT_TYPE ("(u)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, callback, self);
}

static void
on_name_released (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Lifetime *self = user_data;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (object), result, NULL);

  g_main_loop_quit (self->loop);
}

static gboolean
on_idle (gpointer user_data)
{
  Lifetime *self = user_data;

  self->idle_id = 0;
  tm_transport_close (self->transport);
  call_bus (self, "ReleaseName", g_variant_new ("(s)", TM_POST_BUS_NAME), on_name_released);
  return G_SOURCE_REMOVE;
}

static void
on_activity (TmTransport *transport, gpointer user_data)
{
  Lifetime *self = user_data;

  g_clear_handle_id (&self->idle_id, g_source_remove);
  if (!tm_transport_is_busy (transport))
    self->idle_id = g_timeout_add_seconds (TM_IDLE_EXIT_SECONDS, on_idle, self);
}

static void
on_name_requested (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Lifetime *self = user_data;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (object), result, &self->error);
  guint32 answer = 0;

  if (reply != NULL)
    g_variant_get (reply, "(u)", &answer);
  if (answer == 1) /* DBUS_REQUEST_NAME_REPLY_PRIMARY_OWNER */
    return;

  if (self->error == NULL)
    g_set_error (&self->error, G_IO_ERROR, G_IO_ERROR_EXISTS, "the name “%s” is taken on the bus",
                 TM_POST_BUS_NAME);
  g_main_loop_quit (self->loop);
}

static void
on_bus_closed (GDBusConnection *connection,
               gboolean remote_peer_vanished,
               GError *error,
               gpointer user_data)
{
  Lifetime *self = user_data;

  if (self->error == NULL)
    g_set_error_literal (&self->error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
                         "the bus has gone");
  g_main_loop_quit (self->loop);
}

/* Whatever is in flight is cut: its body is kept by the other side and comes again. */
static gboolean
on_terminate (gpointer user_data)
{
  Lifetime *self = user_data;

  g_main_loop_quit (self->loop);
  return G_SOURCE_CONTINUE;
}

gboolean
tm_lifetime_run (GDBusConnection *connection, TmTransport *transport, GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Lifetime self = { .loop = loop, .connection = connection, .transport = transport };
  guint terminate_id = g_unix_signal_add (SIGTERM, on_terminate, &self);
  guint interrupt_id = g_unix_signal_add (SIGINT, on_terminate, &self);
  gulong activity_id = g_signal_connect (transport, "activity", G_CALLBACK (on_activity), &self);
  gulong closed_id = g_signal_connect (connection, "closed", G_CALLBACK (on_bus_closed), &self);

  on_activity (transport, &self);
  call_bus (&self, "RequestName",
            g_variant_new ("(su)", TM_POST_BUS_NAME, 4 /* DBUS_NAME_FLAG_DO_NOT_QUEUE */),
            on_name_requested);
  g_main_loop_run (loop);

  g_clear_handle_id (&self.idle_id, g_source_remove);
  g_signal_handler_disconnect (transport, activity_id);
  g_signal_handler_disconnect (connection, closed_id);
  g_source_remove (terminate_id);
  g_source_remove (interrupt_id);
  if (self.error == NULL)
    return TRUE;

  g_propagate_error (error, self.error);
  return FALSE;
}
