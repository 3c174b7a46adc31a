/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-command.h. */
#include "tm-command.h"

#include "telemetry-error.h"

#include <glib/gi18n.h>

gboolean
tm_command_parse (const TmCommand *self,
                  char ***arguments,
                  const GOptionEntry *entries,
                  guint max_arguments,
                  TmExit *out_exit)
{
  g_autofree char *name = self->arguments == NULL
                              ? g_strdup (self->name)
                              : g_strdup_printf ("%s %s", self->name, _ (self->arguments));
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  /* GOption drops the first word, which for it is the program's name. */
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *program = g_strdup_printf ("telemctl %s", name);
  g_strv_builder_add (builder, program);
  g_strv_builder_addv (builder, (const char **) *arguments);
  g_auto (GStrv) words = g_strv_builder_end (builder);

  g_set_prgname (program);
  g_option_context_set_summary (context, _ (self->summary));
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  *out_exit = TM_EXIT_USAGE;
  if (!g_option_context_parse_strv (context, &words, &error))
    {
      g_printerr ("telemctl %s: %s\n", self->name, error->message);
      return FALSE;
    }
  if (g_strv_length (words) - 1 > max_arguments)
    {
      g_printerr (_ ("telemctl %s: “%s” is one argument too many\n"), self->name,
                  words[1 + max_arguments]);
      return FALSE;
    }

  *arguments = g_strdupv (words + 1);
  return TRUE;
}

/* What a person can do about it, or NULL. */
static const char *
advice_for (const GError *error)
{
  if (g_error_matches (error, TELEMETRY_ERROR, TELEMETRY_ERROR_DISABLED))
    return _ ("Telemetry is off. To turn it on: telemctl opt-in");
  if (g_error_matches (error, TELEMETRY_ERROR, TELEMETRY_ERROR_UNKNOWN_CATEGORY))
    return _ ("To see which categories there are: telemctl categories");
  if (g_error_matches (error, TELEMETRY_ERROR, TELEMETRY_ERROR_POLICY_CHANGED))
    return _ ("The privacy policy has just changed. Please read it and try again.");
  if (g_error_matches (error, TELEMETRY_ERROR, TELEMETRY_ERROR_OFFLINE))
    return _ ("The records will go out when there is a network.");
  if (g_error_matches (error, TELEMETRY_ERROR, TELEMETRY_ERROR_METERED))
    return _ ("The records will go out when there is a network without costs.");
  return NULL;
}

static gboolean
is_not_allowed (const GError *error)
{
  g_autofree char *name = g_dbus_error_get_remote_error (error);

  return g_strcmp0 (name, "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired") == 0 ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_AUTH_FAILED) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED);
}

TmExit
tm_command_fail (GError *error)
{
  g_autoptr (GError) owned = error;

  if (is_not_allowed (owned))
    {
      g_printerr ("telemctl: %s\n",
                  _ ("You may not do that. Ask an administrator of this machine, or try sudo."));
      return TM_EXIT_FAILED;
    }
  if (g_error_matches (owned, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
      g_error_matches (owned, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER))
    {
      g_printerr ("telemctl: %s\n", _ ("The telemetry service is not installed."));
      return TM_EXIT_FAILED;
    }

  const char *advice = advice_for (owned);
  g_dbus_error_strip_remote_error (owned);
  g_printerr ("telemctl: %s\n", owned->message);
  if (advice != NULL)
    g_printerr ("%s\n", advice);
  return TM_EXIT_FAILED;
}
