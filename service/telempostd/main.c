/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * telempostd: the only process of Telemetrics with a network, and it has nothing else. Started by
 * the bus when telemprobd has something to send; gone 10 seconds after it was sent.
 */
#include <locale.h>
#include <stdlib.h>

#include "tm-lifetime.h"

static gboolean
parse_options (int *argc, char ***argv, gboolean *out_version, GError **error)
{
  const GOptionEntry entries[] = {
    { "version", 'V', 0, G_OPTION_ARG_NONE, out_version, "Print the version and exit", NULL },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("— deliver records to the server");

  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse (context, argc, argv, error);
}

static GDBusConnection *
connect_to_bus (GError **error)
{
  GDBusConnection *connection = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, error);

  if (connection != NULL)
    g_dbus_connection_set_exit_on_close (connection, FALSE);
  return connection;
}

static gboolean
run (GError **error)
{
  g_autoptr (TmConfig) config = tm_config_load ();
  g_auto (TmTransportParts) parts = { 0 };
  g_autoptr (GDBusConnection) connection = connect_to_bus (error);

  if (connection == NULL)
    return FALSE;

  tm_bus_errors_register ();
  tm_transport_parts_init (&parts, config);
  if (parts.problem != NULL)
    g_message ("nothing can be delivered: %s", parts.problem);

  g_autoptr (TmTransport) transport = tm_transport_new (&parts);
  GDBusInterfaceSkeleton *skeleton = G_DBUS_INTERFACE_SKELETON (transport);
  if (!g_dbus_interface_skeleton_export (skeleton, connection, TM_POST_BUS_PATH, error))
    return FALSE;

  gboolean ok = tm_lifetime_run (connection, transport, error);
  g_dbus_interface_skeleton_unexport (skeleton);
  g_dbus_connection_flush_sync (connection, NULL, NULL);
  return ok;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gboolean version = FALSE;

  /* No desktop settings and no remote file systems in a network service, however it was started. */
  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);
  g_setenv ("GIO_USE_VFS", "local", TRUE);
  setlocale (LC_ALL, "");
  if (!parse_options (&argc, &argv, &version, &error))
    {
      g_printerr ("telempostd: %s\n", error->message);
      return 2;
    }
  if (version)
    {
      g_print ("telempostd %s\n", TM_VERSION);
      return EXIT_SUCCESS;
    }
  if (!run (&error))
    {
      g_printerr ("telempostd: %s\n", error->message);
      return EXIT_FAILURE;
    }

  return EXIT_SUCCESS;
}
