/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* telemctl: see and decide what this machine reports. */
#include "tm-command.h"
#include "tm-terminal.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <string.h>

static const TmCommand commands[] = {
  { "opt-in", N_ ("[CATEGORY…]"), N_ ("Agree to telemetry, or to some of it"), tm_command_opt_in },
  { "opt-out", N_ ("[CATEGORY…]"), N_ ("Take it back: nothing is kept, nothing more leaves"),
    tm_command_opt_out },
  { "is-opted-in", NULL, N_ ("Exit 0 if telemetry is on, else 1"), tm_command_is_opted_in },
  { "status", NULL, N_ ("Show what is on, what waits, and how delivery goes"), tm_command_status },
  { "categories", NULL, N_ ("Show what can be agreed to"), tm_command_categories },
  { "journal", NULL, N_ ("List the records that are kept"), tm_command_journal },
  { "show", N_ ("RECORD…"), N_ ("Show all of a record"), tm_command_show },
  { "upload", NULL, N_ ("Send what waits now"), tm_command_upload },
  { "stats", NULL, N_ ("Show the service's counters"), tm_command_stats },
  { "rotate-id", NULL, N_ ("Give this machine a new pseudonym"), tm_command_rotate_id },
  { "is-active", NULL, N_ ("Exit 0 if the service runs right now, else 1"), tm_command_is_active },
  { "start", NULL, N_ ("Start the service (with systemd)"), tm_command_service },
  { "stop", NULL, N_ ("Stop the service; consent stays as it is"), tm_command_service },
  { "restart", NULL, N_ ("Restart the service, to read its configuration again"),
    tm_command_service },
};

static void
print_help (void)
{
  g_print ("%s\n  telemctl %s\n\n%s\n\n%s\n", _ ("Usage:"), _ ("COMMAND [OPTION…]"),
           _ ("See and decide what this machine reports to the makers of its system. Nothing is\n"
              "reported until you opt in."),
           _ ("Commands:"));
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      const TmCommand *command = &commands[i];
      g_autofree char *usage =
          g_strjoin (" ", command->name, command->arguments ? _ (command->arguments) : NULL, NULL);
      g_print ("  ");
      tm_terminal_print_column (TM_STYLE_BOLD, usage, 22);
      g_print ("%s\n", _ (command->summary));
    }
  g_print ("\n%s\n",
           _ ("Options of a command: telemctl COMMAND --help. The version: telemctl --version.\n"
              "Exit status: 0 done, 1 refused, failed, or the answer is no, 2 wrong usage."));
}

static const TmCommand *
find_command (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i].name, name))
      return &commands[i];

  return NULL;
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, TM_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  const char *name = argc > 1 ? argv[1] : "--help";
  if (g_str_equal (name, "--help") || g_str_equal (name, "-h") || g_str_equal (name, "help"))
    {
      print_help ();
      return argc > 1 ? TM_EXIT_OK : TM_EXIT_USAGE;
    }
  if (g_str_equal (name, "--version") || g_str_equal (name, "-V"))
    {
      g_print ("telemctl %s\n", TM_VERSION);
      return TM_EXIT_OK;
    }

  const TmCommand *command = find_command (name);
  if (command != NULL)
    return command->run (command, argv + 2);
  g_printerr (_ ("telemctl: there is no command “%s”. Those there are: telemctl --help\n"), name);
  return TM_EXIT_USAGE;
}
