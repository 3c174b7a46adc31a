/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* telemetrics-server: the command line in front of TmServer. */
#include "tm-server.h"

#include <locale.h>
#include <stdlib.h>

#define EXIT_USAGE 2

static void
print_warning (const char *message, gpointer user_data)
{
  g_printerr ("telemetrics-server: %s\n", message);
}

static gboolean
run (const TmServerOptions *options, GError **error)
{
  g_autoptr (TmServerConfig) config = tm_server_config_new ();

  if (!tm_server_config_read_file (config, options->config_path, print_warning, NULL, error))
    return FALSE;

  tm_server_config_read_environment (config, print_warning, NULL);
  if (options->command == TM_COMMAND_MIGRATE)
    return tm_server_migrate (config, error);

  return tm_server_serve (config, options, error);
}

int
main (int argc, char **argv)
{
  g_auto (TmServerOptions) options = { 0 };
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  if (!tm_server_options_init (&options, argc, argv, &error))
    {
      g_printerr ("telemetrics-server: %s\nTry “telemetrics-server --help”.\n", error->message);
      return EXIT_USAGE;
    }
  if (options.command == TM_COMMAND_NONE)
    return EXIT_SUCCESS;

  if (!run (&options, &error))
    {
      g_printerr ("telemetrics-server: %s\n", error->message);
      return EXIT_FAILURE;
    }

  return EXIT_SUCCESS;
}
