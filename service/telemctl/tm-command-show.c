/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* telemctl show: every byte of a record. */
#include "tm-command.h"
#include "tm-output.h"
#include "tm-remote.h"
#include "tm-terminal.h"

#include <glib/gi18n.h>
#include <stdio.h>

static char *
node_to_text (JsonNode *node)
{
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    return g_strdup (json_node_get_string (node));
  return json_to_string (node, FALSE);
}

/* The payload as it is; JSON in it is laid out for reading. */
static void
print_payload (const char *payload)
{
  g_autoptr (JsonNode) node = json_from_string (payload, NULL);

  g_print ("\n");
  if (node != NULL && !JSON_NODE_HOLDS_VALUE (node) && !JSON_NODE_HOLDS_NULL (node))
    tm_output_json_pretty (node);
  else
    puts (payload);
}

static void
print_record (JsonObject *record)
{
  g_autoptr (GList) members = json_object_get_members (record);

  for (GList *link = members; link != NULL; link = link->next)
    {
      if (g_str_equal (link->data, "payload"))
        continue;
      g_autofree char *text = node_to_text (json_object_get_member (record, link->data));
      tm_terminal_print_column (TM_STYLE_DIM, link->data, 22);
      g_print ("%s\n", text);
    }
  if (json_object_has_member (record, "payload"))
    print_payload (json_object_get_string_member (record, "payload"));
}

static TmExit
print_lines (const char *lines, gboolean json)
{
  if (json)
    {
      fputs (lines, stdout);
      return TM_EXIT_OK;
    }

  g_auto (GStrv) split = g_strsplit (lines, "\n", -1);
  for (guint i = 0; split[i] != NULL && *split[i] != '\0'; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = json_from_string (split[i], &error);
      if (node == NULL)
        return tm_command_fail (g_steal_pointer (&error));
      if (i > 0)
        g_print ("\n");
      print_record (json_node_get_object (node));
    }
  return TM_EXIT_OK;
}

TmExit
tm_command_show (const TmCommand *self, char **arguments)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json,
      N_ ("Print one JSON object a line, as it would travel"), NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GError) error = NULL;
  TmExit exit;
  if (!tm_command_parse (self, &arguments, entries, G_MAXUINT, &exit))
    return exit;

  g_auto (GStrv) ids = arguments;
  if (ids[0] == NULL)
    {
      g_printerr ("%s\n", _ ("telemctl show: which record? Their ids: telemctl journal"));
      return TM_EXIT_USAGE;
    }

  g_autoptr (GDBusConnection) bus = tm_remote_connect (&error);
  g_autofree char *lines = NULL;
  if (bus != NULL)
    lines = tm_remote_call_for_text (bus, "Records", "Read", g_variant_new ("(^as)", ids), &error);
  if (lines == NULL)
    return tm_command_fail (g_steal_pointer (&error));
  return print_lines (lines, json);
}
