/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* telemctl categories: what can be agreed to, in the person's language. */
#include "tm-category-text.h"
#include "tm-command.h"
#include "tm-output.h"
#include "tm-remote.h"
#include "tm-terminal.h"

#include <glib/gi18n.h>

static const char *
decision_name (guint decision, GVariant *details)
{
  gboolean locked = FALSE, expired = FALSE;

  g_variant_lookup (details, "locked", "b", &locked);
  g_variant_lookup (details, "expired", "b", &expired);
  if (locked)
    return C_ ("category", "locked");
  if (expired)
    return C_ ("category", "expired");
  if (decision == 2)
    return C_ ("category", "agreed");
  return decision == 1 ? C_ ("category", "refused") : C_ ("category", "undecided");
}

static void
print_details (GVariant *details, const char *explanation)
{
  const char *purpose = "", *example = "";
  guint retention_days = 0;
  g_autofree char *text = tm_category_text (details, "explanation", explanation);

  g_variant_lookup (details, "purpose", "&s", &purpose);
  g_variant_lookup (details, "example", "&s", &example);
  g_variant_lookup (details, "retention-days", "u", &retention_days);
  g_autofree char *translated = tm_category_text (details, "purpose", purpose);
  g_print ("  %s\n", text);
  g_print (_ ("  Used for: %s\n"), translated);
  g_print (g_dngettext (NULL, "  Kept by the server for %u day\n",
                        "  Kept by the server for %u days\n", retention_days),
           retention_days);
  if (*example != '\0')
    g_print (_ ("  Example: %s\n"), example);
  g_print ("\n");
}

static void
print_category (GVariant *category, gboolean verbose)
{
  const char *id, *title, *explanation;
  guint decision;
  g_autoptr (GVariant) details = NULL;

  g_variant_get (category, "(&s&s&su@a{sv})", &id, &title, &explanation, &decision, &details);
  g_autofree char *text = tm_category_text (details, "title", title);
  tm_terminal_print_column (TM_STYLE_BOLD, id, 12);
  tm_terminal_print_column (decision == 2 ? TM_STYLE_GOOD : TM_STYLE_PLAIN,
                            decision_name (decision, details), 12);
  g_print ("%s\n", text);
  if (verbose)
    print_details (details, explanation);
}

static void
print_json (GVariant *categories)
{
  static const char *const names[] = { "id", "title", "explanation", "decision", "details" };
  g_autoptr (JsonNode) list = json_gvariant_serialize (categories);
  JsonArray *array = json_node_get_array (list);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);

  json_node_take_array (node, json_array_new ());
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonArray *tuple = json_array_get_array_element (array, i);
      JsonObject *object = json_object_new ();
      for (guint j = 0; j < G_N_ELEMENTS (names); j++)
        json_object_set_member (object, names[j], json_array_dup_element (tuple, j));
      json_array_add_object_element (json_node_get_array (node), object);
    }
  tm_output_json (node);
}

TmExit
tm_command_categories (const TmCommand *self, char **arguments)
{
  gboolean json = FALSE, verbose = FALSE;
  const GOptionEntry entries[] = {
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &verbose, N_ ("Say what each of them means"), NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("Print one JSON array"), NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GError) error = NULL;
  TmExit exit;
  if (!tm_command_parse (self, &arguments, entries, 0, &exit))
    return exit;

  g_strfreev (arguments);
  g_autoptr (GDBusConnection) bus = tm_remote_connect (&error);
  g_autoptr (GVariant) reply = NULL;
  if (bus != NULL)
    reply = tm_remote_call (bus, "Consent", "ListCategories", NULL, "(a(sssua{sv}))", &error);
  if (reply == NULL)
    return tm_command_fail (g_steal_pointer (&error));

  g_autoptr (GVariant) categories = g_variant_get_child_value (reply, 0);
  if (json)
    {
      print_json (categories);
      return TM_EXIT_OK;
    }

  for (gsize i = 0; i < g_variant_n_children (categories); i++)
    {
      g_autoptr (GVariant) category = g_variant_get_child_value (categories, i);
      print_category (category, verbose);
    }
  return TM_EXIT_OK;
}
