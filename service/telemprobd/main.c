/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* telemprobd: takes records from the bus, keeps them, and hands them on for delivery. */
#include "tm-service.h"

#include "tm-dbus.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <sys/resource.h>

#define EXIT_USAGE 2

/* A call may carry a descriptor; TmGate lets 512 of them wait at most in all, and beyond that one
 * for each connection, of which the bus admits 2048. */
#define N_DESCRIPTORS 4096

static gboolean
on_signal (gpointer user_data)
{
  tm_service_quit (user_data);

  return G_SOURCE_CONTINUE;
}

static void
raise_descriptor_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= N_DESCRIPTORS)
    return;

  limit.rlim_cur = MIN (N_DESCRIPTORS, limit.rlim_max);
  setrlimit (RLIMIT_NOFILE, &limit);
}

static gboolean
parse_arguments (int *argc, char ***argv, gboolean *out_show_version, GError **error)
{
  const GOptionEntry entries[] = {
    { "version", 'V', 0, G_OPTION_ARG_NONE, out_show_version, N_ ("Show the version"), NULL },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (
      context, _ ("Keeps telemetry records until they are delivered. Started by the system bus."));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);

  return g_option_context_parse (context, argc, argv, error);
}

int
main (int argc, char **argv)
{
  gboolean show_version = FALSE;
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, TM_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  if (!parse_arguments (&argc, &argv, &show_version, &error))
    {
      g_printerr ("telemprobd: %s\n", error->message);
      return EXIT_USAGE;
    }
  if (show_version)
    {
      g_print ("telemprobd %s\n", TM_VERSION);
      return EXIT_SUCCESS;
    }

  tm_bus_errors_register ();
  raise_descriptor_limit ();

  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (TmService) service = tm_service_new ();

  g_signal_connect_swapped (service, "stopped", G_CALLBACK (g_main_loop_quit), loop);
  g_unix_signal_add (SIGTERM, on_signal, service);
  g_unix_signal_add (SIGINT, on_signal, service);
  tm_service_start (service);
  g_main_loop_run (loop);

  return tm_service_get_exit_status (service);
}
