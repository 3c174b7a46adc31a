/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-remote.h. */
#include "tm-remote.h"

#include "tm-agent.h"
#include "tm-dbus.h"

#include <gio/gunixfdlist.h>
#include <gio/gunixinputstream.h>

/* Long enough to look for a password; short enough that a script with nobody in front of it ends.
 */
#define CALL_MSEC (5 * 60 * 1000)

GDBusConnection *
tm_remote_connect (GError **error)
{
  tm_bus_errors_register ();
  return g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, error);
}

static GVariant *
call_once (GDBusConnection *bus,
           const char *interface,
           const char *method,
           GVariant *arguments,
           const char *type,
           GDBusCallFlags flags,
           GUnixFDList **out_fds,
           GError **error)
{
  g_autofree char *full = g_strconcat (TM_MANAGER_BUS_NAME ".", interface, NULL);

  return g_dbus_connection_call_with_unix_fd_list_sync (
      bus, TM_MANAGER_BUS_NAME, TM_MANAGER_BUS_PATH, full, method, arguments, G_VARIANT_TYPE (type),
      flags, CALL_MSEC, NULL, out_fds, NULL, error);
}

static gboolean
is_password_needed (const GError *error)
{
  g_autofree char *name = g_dbus_error_get_remote_error (error);

  return g_strcmp0 (name, "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired") == 0;
}

/* The first try asks nobody, so that the program that asks on a terminal is started only where
 * somebody must be asked; and where a desktop asks, its dialog comes once. */
static GVariant *
call (GDBusConnection *bus,
      const char *interface,
      const char *method,
      GVariant *arguments,
      const char *type,
      GUnixFDList **out_fds,
      GError **error)
{
  g_autoptr (GVariant) sunk = arguments == NULL ? NULL : g_variant_ref_sink (arguments);
  g_autoptr (GError) refusal = NULL;
  GVariant *reply =
      call_once (bus, interface, method, sunk, type, G_DBUS_CALL_FLAGS_NONE, out_fds, &refusal);
  if (reply != NULL || !is_password_needed (refusal))
    {
      if (refusal != NULL)
        g_propagate_error (error, g_steal_pointer (&refusal));
      return reply;
    }

  g_autoptr (TmAgent) agent = tm_agent_start ();
  return call_once (bus, interface, method, sunk, type,
                    G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION, out_fds, error);
}

GVariant *
tm_remote_call (GDBusConnection *bus,
                const char *interface,
                const char *method,
                GVariant *arguments,
                const char *type,
                GError **error)
{
  return call (bus, interface, method, arguments, type, NULL, error);
}

static char *
read_all (int fd, GError **error)
{
  g_autoptr (GInputStream) input = g_unix_input_stream_new (fd, TRUE);
  g_autoptr (GOutputStream) output = g_memory_output_stream_new_resizable ();

  if (g_output_stream_splice (output, input, G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE, NULL, error) <
          0 ||
      !g_output_stream_write_all (output, "", 1, NULL, NULL, error) ||
      !g_output_stream_close (output, NULL, error))
    return NULL;
  return g_memory_output_stream_steal_data (G_MEMORY_OUTPUT_STREAM (output));
}

char *
tm_remote_call_for_text (GDBusConnection *bus,
                         const char *interface,
                         const char *method,
                         GVariant *arguments,
                         GError **error)
{
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GVariant) reply = call (bus, interface, method, arguments, "(h)", &fds, error);
  if (reply == NULL)
    return NULL;

  gint32 handle;
  g_variant_get (reply, "(h)", &handle);
  int fd = fds == NULL ? -1 : g_unix_fd_list_get (fds, handle, error);
  if (fd < 0)
    {
      g_prefix_error (error, "%s: ", method);
      return NULL;
    }
  /* The position is shared with whoever wrote it. */
  lseek (fd, 0, SEEK_SET);
  return read_all (fd, error);
}

GVariant *
tm_remote_get_all (GDBusConnection *bus, const char *interface, GError **error)
{
  g_autofree char *full = g_strconcat (TM_MANAGER_BUS_NAME ".", interface, NULL);
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      bus, TM_MANAGER_BUS_NAME, TM_MANAGER_BUS_PATH, "org.freedesktop.DBus.Properties", "GetAll",
      g_variant_new ("(s)", full), G_VARIANT_TYPE ("(a{sv})"), G_DBUS_CALL_FLAGS_NONE, -1, NULL,
      error);

  return reply == NULL ? NULL : g_variant_get_child_value (reply, 0);
}
