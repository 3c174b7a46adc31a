/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* telemctl is-active, start, stop, restart, rotate-id. */
#include "tm-command.h"
#include "tm-dbus.h"
#include "tm-remote.h"

#include <glib/gi18n.h>

TmExit
tm_command_rotate_id (const TmCommand *self, char **arguments)
{
  g_autoptr (GError) error = NULL;
  TmExit exit;
  if (!tm_command_parse (self, &arguments, NULL, 0, &exit))
    return exit;

  g_strfreev (arguments);
  g_autoptr (GDBusConnection) bus = tm_remote_connect (&error);
  g_autoptr (GVariant) reply = NULL;
  if (bus != NULL)
    reply =
        tm_remote_call (bus, "Identity", "Rotate", g_variant_new ("(a{sv})", NULL), "()", &error);
  if (reply == NULL)
    return tm_command_fail (g_steal_pointer (&error));
  g_print ("%s\n", _ ("This machine has a new pseudonym."));
  return TM_EXIT_OK;
}

/* Asks the bus and not the service, which would start for the question. */
static gboolean
has_owner (GDBusConnection *bus, const char *name, gboolean *out_owned, GError **error)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner",
      g_variant_new ("(s)", name), G_VARIANT_TYPE ("(b)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, error);

  if (reply == NULL)
    return FALSE;
  g_variant_get (reply, "(b)", out_owned);
  return TRUE;
}

TmExit
tm_command_is_active (const TmCommand *self, char **arguments)
{
  g_autoptr (GError) error = NULL;
  gboolean probd = FALSE, postd = FALSE;
  TmExit exit;
  if (!tm_command_parse (self, &arguments, NULL, 0, &exit))
    return exit;

  g_strfreev (arguments);
  g_autoptr (GDBusConnection) bus = tm_remote_connect (&error);
  if (bus == NULL || !has_owner (bus, TM_BUS_NAME, &probd, &error) ||
      !has_owner (bus, TM_POST_BUS_NAME, &postd, &error))
    return tm_command_fail (g_steal_pointer (&error));

  g_print ("telemprobd : %s\n", probd ? C_ ("service", "active") : C_ ("service", "inactive"));
  g_print ("telempostd : %s\n", postd ? C_ ("service", "active") : C_ ("service", "inactive"));
  return probd ? TM_EXIT_OK : TM_EXIT_FAILED;
}

static TmExit
run_systemctl (const char *program, const char *verb)
{
  g_autoptr (GError) error = NULL;
  /* telempostd comes and goes with telemprobd's calls; stopped, it must not linger. */
  const char *with_post[] = { program, verb, "telemprobd.service", "telempostd.service", NULL };
  const char *without_post[] = { program, verb, "telemprobd.service", NULL };
  g_autoptr (GSubprocess) process =
      g_subprocess_newv (g_str_equal (verb, "stop") ? with_post : without_post,
                         G_SUBPROCESS_FLAGS_STDIN_INHERIT, &error);

  if (process == NULL || !g_subprocess_wait_check (process, NULL, &error))
    return tm_command_fail (g_steal_pointer (&error));
  return TM_EXIT_OK;
}

/* start, stop, restart: the name of the command is the verb. */
TmExit
tm_command_service (const TmCommand *self, char **arguments)
{
  TmExit exit;
  if (!tm_command_parse (self, &arguments, NULL, 0, &exit))
    return exit;

  g_strfreev (arguments);
  g_autofree char *program = g_find_program_in_path ("systemctl");
  if (program != NULL && g_file_test ("/run/systemd/system", G_FILE_TEST_IS_DIR))
    return run_systemctl (program, self->name);

  g_printerr (
      "telemctl: %s\n",
      _ ("This system is not run by systemd. The service is started by the message bus when "
         "it is needed, and ends by itself when telemetry is off."));
  return TM_EXIT_FAILED;
}
