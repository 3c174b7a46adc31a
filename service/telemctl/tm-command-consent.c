/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* telemctl opt-in, opt-out, is-opted-in. */
#include "tm-category-text.h"
#include "tm-command.h"
#include "tm-paths.h"
#include "tm-remote.h"
#include "tm-terminal.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#define DENIED 1
#define GRANTED 2

static GVariant *
no_options (void)
{
  return g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0);
}

/* All the categories of one call stand for or fall with each other. */
static gboolean
decide (GDBusConnection *bus, char **categories, guint decision, GError **error)
{
  g_autoptr (GVariant) consent = tm_remote_get_all (bus, "Consent", error);
  if (consent == NULL)
    return FALSE;

  GVariantBuilder decisions;
  guint policy_version = 0;
  g_variant_lookup (consent, "PolicyVersion", "u", &policy_version);
  g_variant_builder_init (&decisions, G_VARIANT_TYPE ("a{su}"));
  for (guint i = 0; categories[i] != NULL; i++)
    g_variant_builder_add (&decisions, "{su}", categories[i], decision);

  g_autoptr (GVariant) reply = tm_remote_call (
      bus, "Consent", "SetConsent",
      g_variant_new ("(a{su}u@a{sv})", &decisions, policy_version, no_options ()), "()", error);
  return reply != NULL;
}

static void
print_active (GVariant *categories)
{
  GVariantIter iter;
  const char *id, *title;
  GVariant *details;

  g_variant_iter_init (&iter, categories);
  while (g_variant_iter_next (&iter, "(&s&s&su@a{sv})", &id, &title, NULL, NULL, &details))
    {
      g_autoptr (GVariant) owned = details;
      g_autofree char *text = tm_category_text (details, "title", title);
      gboolean active = FALSE;
      if (!g_variant_lookup (details, "active", "b", &active) || !active)
        continue;
      g_print ("  ");
      tm_terminal_print_column (TM_STYLE_BOLD, id, 12);
      g_print ("%s\n", text);
    }
}

static gboolean
print_what_is_on (GDBusConnection *bus, GError **error)
{
  const char *uri = "";
  g_autoptr (GVariant) consent = tm_remote_get_all (bus, "Consent", error);
  g_autoptr (GVariant) reply = NULL;
  if (consent != NULL)
    reply = tm_remote_call (bus, "Consent", "ListCategories", NULL, "(a(sssua{sv}))", error);
  if (reply == NULL)
    return FALSE;

  g_autoptr (GVariant) categories = g_variant_get_child_value (reply, 0);
  tm_terminal_print (TM_STYLE_BOLD, _ ("Telemetry is on."));
  g_print (" %s\n", _ ("From now on this machine may report:"));
  print_active (categories);
  g_variant_lookup (consent, "PrivacyPolicyUri", "&s", &uri);
  if (*uri != '\0')
    g_print (_ ("The privacy policy: %s\n"), uri);
  g_print ("%s\n", _ ("What each of them means:  telemctl categories\n"
                      "What is kept right now:   telemctl journal\n"
                      "To take it all back:      telemctl opt-out"));
  return TRUE;
}

/* What both begin with; a command line without names means everything. NULL: *out_exit says how the
 * program ends. */
static GDBusConnection *
begin (const TmCommand *self, char **arguments, char ***out_categories, TmExit *out_exit)
{
  g_autoptr (GError) error = NULL;
  if (!tm_command_parse (self, &arguments, NULL, G_MAXUINT, out_exit))
    return NULL;

  *out_categories = arguments;
  GDBusConnection *bus = tm_remote_connect (&error);
  if (bus == NULL)
    *out_exit = tm_command_fail (g_steal_pointer (&error));
  return bus;
}

TmExit
tm_command_opt_in (const TmCommand *self, char **arguments)
{
  g_auto (GStrv) categories = NULL;
  g_autoptr (GError) error = NULL;
  TmExit exit;
  g_autoptr (GDBusConnection) bus = begin (self, arguments, &categories, &exit);
  if (bus == NULL)
    return exit;

  g_autoptr (GVariant) reply = NULL;
  if (categories[0] == NULL)
    reply = tm_remote_call (bus, "Consent", "SetEnabled",
                            g_variant_new ("(b@a{sv})", TRUE, no_options ()), "()", &error);
  if (categories[0] == NULL ? reply == NULL : !decide (bus, categories, GRANTED, &error))
    return tm_command_fail (g_steal_pointer (&error));

  if (!print_what_is_on (bus, &error))
    return tm_command_fail (g_steal_pointer (&error));
  return TM_EXIT_OK;
}

static TmExit
withdraw (GDBusConnection *bus)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = tm_remote_call (
      bus, "Consent", "Withdraw", g_variant_new ("(@a{sv})", no_options ()), "(s)", &error);
  if (reply == NULL)
    return tm_command_fail (g_steal_pointer (&error));

  const char *receipt;
  g_variant_get (reply, "(&s)", &receipt);
  tm_terminal_print (TM_STYLE_BOLD, _ ("Telemetry is off."));
  g_print (" %s\n", _ ("What was kept is deleted, and nothing more leaves this machine."));
  g_print (_ ("Receipt: %s\n"), receipt);
  return TM_EXIT_OK;
}

TmExit
tm_command_opt_out (const TmCommand *self, char **arguments)
{
  g_auto (GStrv) categories = NULL;
  g_autoptr (GError) error = NULL;
  TmExit exit;
  g_autoptr (GDBusConnection) bus = begin (self, arguments, &categories, &exit);
  if (bus == NULL)
    return exit;
  if (categories[0] == NULL)
    return withdraw (bus);

  if (!decide (bus, categories, DENIED, &error))
    return tm_command_fail (g_steal_pointer (&error));
  g_print ("%s\n", _ ("Refused; what was kept of it is deleted."));
  return TM_EXIT_OK;
}

/* Looks at the file that the service keeps for this; nothing is started for the question. */
TmExit
tm_command_is_opted_in (const TmCommand *self, char **arguments)
{
  TmExit exit;
  if (!tm_command_parse (self, &arguments, NULL, 0, &exit))
    return exit;

  g_strfreev (arguments);
  g_autofree char *path = tm_path (TM_PATH_ACTIVE);
  GStatBuf status;
  gboolean active = g_stat (path, &status) == 0 && status.st_size > 0;
  g_print ("%s\n", active ? _ ("yes") : _ ("no"));
  return active ? TM_EXIT_OK : TM_EXIT_FAILED;
}
