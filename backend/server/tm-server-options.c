/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line of telemetrics-server; see tm-server-options.h. */
#include "tm-server-options.h"

static const char summary[] =
    "Takes telemetry records and shows them.\n"
    "\n"
    "Commands:\n"
    "  serve      answer requests until SIGTERM or SIGINT\n"
    "  migrate    bring the database to this program's schema, then end\n"
    "\n"
    "The database is found as libpq finds it: PGHOST, PGDATABASE, ..., or “connection” in the\n"
    "configuration.";

static const char description[] =
    "Exit status: 0 done, 1 failed (the reason is on stderr), 2 wrong "
    "usage.\nSee telemetrics-server(8), telemetrics-server.conf(5).";

static const struct
{
  const char *name;
  TmRole role;
} roles[] = {
  { "all", TM_ROLE_ALL },
  { "collector", TM_ROLE_COLLECTOR },
  { "ui", TM_ROLE_UI },
};

static const struct
{
  const char *name;
  TmCommand command;
} commands[] = {
  { "serve", TM_COMMAND_SERVE },
  { "migrate", TM_COMMAND_MIGRATE },
};

void
tm_server_options_clear (TmServerOptions *self)
{
  g_clear_pointer (&self->config_path, g_free);
  g_clear_pointer (&self->listen, g_strfreev);
}

static gboolean
set_role (TmServerOptions *self, const char *name, GError **error)
{
  self->role = TM_ROLE_ALL;
  if (name == NULL)
    return TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    if (g_str_equal (roles[i].name, name))
      {
        self->role = roles[i].role;
        return TRUE;
      }

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "--role=%s: accepted are all, collector and ui", name);

  return FALSE;
}

static gboolean
set_command (TmServerOptions *self, char **words, GError **error)
{
  if (words == NULL || words[0] == NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                   "no command given: serve or migrate");
      return FALSE;
    }
  if (words[1] != NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "unexpected argument “%s”",
                   words[1]);
      return FALSE;
    }

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i].name, words[0]))
      {
        self->command = commands[i].command;
        return TRUE;
      }

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
               "unknown command “%s”; there are serve and migrate", words[0]);

  return FALSE;
}

gboolean
tm_server_options_init (TmServerOptions *self, int argc, char **argv, GError **error)
{
  gboolean show_version = FALSE;
  g_autofree char *role = NULL;
  g_auto (GStrv) words = NULL;
  const GOptionEntry entries[] = {
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &self->config_path, "Read this configuration",
      "FILE" },
    { "listen", 'l', 0, G_OPTION_ARG_STRING_ARRAY, &self->listen,
      "serve: listen here (IP:PORT or unix:/PATH; repeatable)", "ADDRESS" },
    { "role", 'r', 0, G_OPTION_ARG_STRING, &role, "serve: all (default), collector or ui", "ROLE" },
    { "version", 'V', 0, G_OPTION_ARG_NONE, &show_version, "Print the version and end", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &words, NULL, "COMMAND" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  *self = (TmServerOptions){ .command = TM_COMMAND_NONE };
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_summary (context, summary);
  g_option_context_set_description (context, description);
  if (!g_option_context_parse (context, &argc, &argv, error))
    return FALSE;

  if (show_version)
    {
      g_print ("telemetrics-server %s\n", TM_VERSION);
      return TRUE;
    }

  return set_role (self, role, error) && set_command (self, words, error);
}
