/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* telemctl status, stats. */
#include "tm-command.h"
#include "tm-output.h"
#include "tm-remote.h"
#include "tm-terminal.h"

#include <glib/gi18n.h>

/* Everything the service says about itself, by interface. */
typedef struct
{
  GVariant *consent;
  GVariant *delivery;
  GVariant *identity;
  GVariant *health;
  GVariant *statistics;
} Status;

static void
status_clear (Status *self)
{
  g_clear_pointer (&self->consent, g_variant_unref);
  g_clear_pointer (&self->delivery, g_variant_unref);
  g_clear_pointer (&self->identity, g_variant_unref);
  g_clear_pointer (&self->health, g_variant_unref);
  g_clear_pointer (&self->statistics, g_variant_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Status, status_clear)

static GVariant *
get_statistics (GDBusConnection *bus, GError **error)
{
  g_autoptr (GVariant) reply =
      tm_remote_call (bus, "Health", "GetStatistics", NULL, "(a{sv})", error);

  return reply == NULL ? NULL : g_variant_get_child_value (reply, 0);
}

static gboolean
status_get (Status *self, GDBusConnection *bus, GError **error)
{
  return (self->consent = tm_remote_get_all (bus, "Consent", error)) != NULL &&
         (self->delivery = tm_remote_get_all (bus, "Delivery", error)) != NULL &&
         (self->identity = tm_remote_get_all (bus, "Identity", error)) != NULL &&
         (self->health = tm_remote_get_all (bus, "Health", error)) != NULL &&
         (self->statistics = get_statistics (bus, error)) != NULL;
}

static gboolean
is_enabled (const Status *self)
{
  gboolean enabled = FALSE;

  g_variant_lookup (self->consent, "Enabled", "b", &enabled);
  return enabled;
}

static void
print_consent (const Status *self)
{
  g_autoptr (GVariant) decisions = NULL;
  guint n_granted = 0, n_all = 0, decision;
  gboolean prompt_needed = FALSE;
  GVariantIter iter;

  tm_terminal_print_field (_ ("Telemetry"), is_enabled (self) ? TM_STYLE_GOOD : TM_STYLE_BOLD,
                           is_enabled (self) ? C_ ("telemetry", "on") : C_ ("telemetry", "off"));
  if (!is_enabled (self) || !g_variant_lookup (self->consent, "Decisions", "@a{su}", &decisions))
    return;

  g_variant_iter_init (&iter, decisions);
  while (g_variant_iter_next (&iter, "{su}", NULL, &decision))
    {
      n_all++;
      n_granted += decision == 2;
    }
  g_autofree char *text = g_strdup_printf (_ ("%u of %u agreed to"), n_granted, n_all);
  tm_terminal_print_field (_ ("Categories"), TM_STYLE_PLAIN, text);
  g_variant_lookup (self->consent, "PromptNeeded", "b", &prompt_needed);
  if (prompt_needed)
    tm_terminal_print_field (_ ("Privacy policy"), TM_STYLE_BOLD,
                             _ ("has changed since it was agreed to"));
}

/* A point in time of the Delivery interface, if there is one. */
static void
print_time (const Status *self, const char *key, const char *label)
{
  guint64 usec = 0;

  g_variant_lookup (self->delivery, key, "t", &usec);
  if (usec == 0)
    return;
  g_autofree char *text = tm_terminal_format_time (usec);
  tm_terminal_print_field (label, TM_STYLE_PLAIN, text);
}

static void
print_delivery (const Status *self)
{
  const char *state = "", *endpoint = "";
  g_autofree const char **blocked_by = NULL;
  guint pending = 0;

  g_variant_lookup (self->statistics, "pending-records", "u", &pending);
  g_autofree char *waiting =
      g_strdup_printf (g_dngettext (NULL, "%u record", "%u records", pending), pending);
  tm_terminal_print_field (_ ("Waiting"), TM_STYLE_PLAIN, waiting);

  g_variant_lookup (self->delivery, "Endpoint", "&s", &endpoint);
  tm_terminal_print_field (_ ("Server"), TM_STYLE_PLAIN,
                           *endpoint != '\0' ? endpoint
                                             : _ ("none: records stay here until they expire"));

  g_variant_lookup (self->delivery, "State", "&s", &state);
  g_variant_lookup (self->delivery, "BlockedBy", "^a&s", &blocked_by);
  g_autofree char *reasons =
      blocked_by == NULL ? g_strdup ("") : g_strjoinv (", ", (char **) blocked_by);
  g_autofree char *text =
      *reasons == '\0' ? g_strdup (state) : g_strdup_printf ("%s (%s)", state, reasons);
  tm_terminal_print_field (_ ("Delivery"), TM_STYLE_PLAIN, text);
  print_time (self, "NextAttempt", _ ("Next attempt"));
  print_time (self, "LastSuccess", _ ("Last delivered"));
}

static void
print_health (const Status *self)
{
  const char *status = "", *version = "";
  g_autofree const char **problems = NULL;

  g_variant_lookup (self->health, "Status", "&s", &status);
  g_variant_lookup (self->health, "Version", "&s", &version);
  g_variant_lookup (self->health, "Problems", "^a&s", &problems);
  tm_terminal_print_field (_ ("Service"), g_str_equal (status, "ok") ? TM_STYLE_GOOD : TM_STYLE_BAD,
                           status);
  for (guint i = 0; problems != NULL && problems[i] != NULL; i++)
    tm_terminal_print_field ("", TM_STYLE_PLAIN, problems[i]);
  tm_terminal_print_field (_ ("Version"), TM_STYLE_PLAIN, version);
}

static void
print_json (const Status *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "consent", self->consent);
  g_variant_builder_add (&builder, "{sv}", "delivery", self->delivery);
  g_variant_builder_add (&builder, "{sv}", "identity", self->identity);
  g_variant_builder_add (&builder, "{sv}", "health", self->health);
  g_variant_builder_add (&builder, "{sv}", "statistics", self->statistics);
  g_autoptr (GVariant) all = g_variant_ref_sink (g_variant_builder_end (&builder));
  tm_output_variant (all);
}

/* What both commands begin with. NULL: *out_exit says how the program ends. */
static GDBusConnection *
begin (const TmCommand *self, char **arguments, gboolean *out_json, TmExit *out_exit)
{
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, out_json, N_ ("Print one JSON object"), NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GError) error = NULL;
  if (!tm_command_parse (self, &arguments, entries, 0, out_exit))
    return NULL;

  g_strfreev (arguments);
  GDBusConnection *bus = tm_remote_connect (&error);
  if (bus == NULL)
    *out_exit = tm_command_fail (g_steal_pointer (&error));
  return bus;
}

TmExit
tm_command_status (const TmCommand *self, char **arguments)
{
  gboolean json = FALSE;
  g_auto (Status) status = { NULL };
  g_autoptr (GError) error = NULL;
  TmExit exit;
  g_autoptr (GDBusConnection) bus = begin (self, arguments, &json, &exit);
  if (bus == NULL)
    return exit;
  if (!status_get (&status, bus, &error))
    return tm_command_fail (g_steal_pointer (&error));
  if (json)
    {
      print_json (&status);
      return TM_EXIT_OK;
    }

  print_consent (&status);
  if (is_enabled (&status))
    print_delivery (&status);
  print_health (&status);
  if (!is_enabled (&status))
    g_print ("\n%s\n", _ ("Nothing is recorded. To turn telemetry on: telemctl opt-in"));
  return TM_EXIT_OK;
}

static void
print_statistic (const char *key, GVariant *value)
{
  const char *reason, *classification;
  guint64 count;
  GVariantIter iter;

  if (!g_variant_is_container (value))
    {
      g_autofree char *text = g_variant_print (value, FALSE);
      tm_terminal_print_column (TM_STYLE_PLAIN, key, 24);
      g_print ("%s\n", text);
      return;
    }

  tm_terminal_print_column (TM_STYLE_PLAIN, key, 24);
  g_print ("%s\n", g_variant_n_children (value) == 0 ? "-" : "");
  g_variant_iter_init (&iter, value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE ("a(sst)")))
    while (g_variant_iter_next (&iter, "(&s&st)", &reason, &classification, &count))
      g_print ("  %" G_GUINT64_FORMAT " %s %s\n", count, reason, classification);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE ("a{st}")))
    while (g_variant_iter_next (&iter, "{&st}", &reason, &count))
      g_print ("  %" G_GUINT64_FORMAT " %s\n", count, reason);
}

TmExit
tm_command_stats (const TmCommand *self, char **arguments)
{
  gboolean json = FALSE;
  g_autoptr (GError) error = NULL;
  TmExit exit;
  g_autoptr (GDBusConnection) bus = begin (self, arguments, &json, &exit);
  if (bus == NULL)
    return exit;

  g_autoptr (GVariant) statistics = get_statistics (bus, &error);
  if (statistics == NULL)
    return tm_command_fail (g_steal_pointer (&error));
  if (json)
    {
      tm_output_variant (statistics);
      return TM_EXIT_OK;
    }

  GVariantIter iter;
  const char *key;
  GVariant *value;
  g_variant_iter_init (&iter, statistics);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      print_statistic (key, value);
      g_variant_unref (value);
    }
  return TM_EXIT_OK;
}
