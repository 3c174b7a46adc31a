/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * telemctl journal: the records that are kept, oldest first as in any journal, and with --follow
 * those that come, until it is interrupted.
 */
#include "tm-command.h"
#include "tm-dbus.h"
#include "tm-journal-filter.h"
#include "tm-output.h"
#include "tm-remote.h"
#include "tm-terminal.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <unistd.h>

#define PAGE_RECORDS 1000
/* What --follow shows of the past if not asked otherwise, as tail does. */
#define FOLLOW_LINES 10

typedef struct
{
  GDBusConnection *bus;
  TmJournalFilter filter;
  GVariant *filter_variant; /* (owned) (nullable): a{sv} */
  int n_lines;              /* 0: all */
  gboolean follow;
  gboolean include_record;
  gboolean verbose;
  gboolean json;
  char *newest_id; /* (nullable): of what was printed; ids of a machine rise */
  GMainLoop *loop; /* (nullable) */
  GError *error;   /* (nullable): why following ended */
} Journal;

static void
journal_clear (Journal *self)
{
  g_clear_object (&self->bus);
  tm_journal_filter_clear (&self->filter);
  g_clear_pointer (&self->filter_variant, g_variant_unref);
  g_clear_pointer (&self->newest_id, g_free);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_error (&self->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Journal, journal_clear)

static const char *
get_text (GVariant *record, const char *key)
{
  const char *text = "";

  g_variant_lookup (record, key, "&s", &text);
  return text;
}

/* Newest first; ends at the record that was printed last, or at n_lines. */
static GPtrArray *
list_new (Journal *self, GError **error)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  guint64 cursor = 0;

  do
    {
      g_autoptr (GVariantIter) iter = NULL;
      g_autoptr (GVariant) reply =
          tm_remote_call (self->bus, "Records", "List",
                          g_variant_new ("(@a{sv}tu)", self->filter_variant, cursor, PAGE_RECORDS),
                          "(aa{sv}t)", error);
      if (reply == NULL)
        return NULL;

      GVariant *record;
      g_variant_get (reply, "(aa{sv}t)", &iter, &cursor);
      while ((record = g_variant_iter_next_value (iter)) != NULL)
        {
          g_autoptr (GVariant) owned = record;
          if (self->newest_id != NULL &&
              g_strcmp0 (get_text (record, "record_id"), self->newest_id) <= 0)
            return g_steal_pointer (&records);
          if (tm_journal_filter_matches (&self->filter, record))
            g_ptr_array_add (records, g_steal_pointer (&owned));
          if (self->n_lines > 0 && records->len == (guint) self->n_lines)
            return g_steal_pointer (&records);
        }
    }
  while (cursor != 0);

  return g_steal_pointer (&records);
}

/* The record in full, as it would travel: a line of JSON. */
static JsonNode *
read_record (Journal *self, const char *record_id, GError **error)
{
  const char *const ids[] = { record_id, NULL };
  g_autofree char *text =
      tm_remote_call_for_text (self->bus, "Records", "Read", g_variant_new ("(^as)", ids), error);

  return text == NULL ? NULL : json_from_string (text, error);
}

static void
print_header (void)
{
  tm_terminal_print_column (TM_STYLE_DIM, _ ("Time"), 19);
  tm_terminal_print_column (TM_STYLE_DIM, _ ("Severity"), 8);
  tm_terminal_print_column (TM_STYLE_DIM, _ ("State"), 8);
  tm_terminal_print_column (TM_STYLE_DIM, _ ("Record"), 36);
  tm_terminal_print (TM_STYLE_DIM, _ ("Classification"));
  g_print ("\n");
}

static void
print_line (GVariant *record)
{
  gint64 created_at = 0;
  guint severity = 0;

  g_variant_lookup (record, "created_at", "x", &created_at);
  g_variant_lookup (record, "severity", "u", &severity);
  g_autofree char *time = tm_terminal_format_time (created_at);
  tm_terminal_print_column (TM_STYLE_PLAIN, time, 19);
  tm_terminal_print_column (severity >= 3 ? TM_STYLE_BAD : TM_STYLE_PLAIN,
                            tm_terminal_severity_name (severity), 8);
  tm_terminal_print_column (TM_STYLE_PLAIN, get_text (record, "state"), 8);
  tm_terminal_print_column (TM_STYLE_DIM, get_text (record, "record_id"), 36);
  g_print ("%s\n", get_text (record, "classification"));
}

static gboolean
print_record (Journal *self, GVariant *record, GError **error)
{
  g_autoptr (JsonNode) whole = NULL;

  if (self->include_record)
    {
      whole = read_record (self, get_text (record, "record_id"), error);
      /* It may have been delivered and deleted since it was listed. */
      if (whole == NULL && !g_error_matches (*error, TELEMETRY_ERROR, TELEMETRY_ERROR_NOT_FOUND))
        return FALSE;
      g_clear_error (error);
    }

  const char *payload = NULL;
  if (whole != NULL)
    payload =
        json_object_get_string_member_with_default (json_node_get_object (whole), "payload", NULL);
  if (self->json)
    {
      g_autoptr (JsonNode) node = tm_output_record_node (record);
      if (payload != NULL)
        json_object_set_string_member (json_node_get_object (node), "payload", payload);
      tm_output_json (node);
      return TRUE;
    }

  print_line (record);
  if (payload != NULL)
    puts (payload);
  fflush (stdout);
  return TRUE;
}

static gboolean
print_new (Journal *self, GError **error)
{
  g_autoptr (GPtrArray) records = list_new (self, error);
  if (records == NULL)
    return FALSE;

  for (guint i = records->len; i > 0; i--)
    {
      g_autoptr (GError) read_error = NULL;
      if (!print_record (self, g_ptr_array_index (records, i - 1), &read_error))
        {
          g_propagate_error (error, g_steal_pointer (&read_error));
          return FALSE;
        }
    }
  if (records->len > 0)
    {
      g_free (self->newest_id);
      self->newest_id = g_strdup (get_text (g_ptr_array_index (records, 0), "record_id"));
    }
  return TRUE;
}

static void
on_changed (GDBusConnection *bus,
            const char *sender,
            const char *path,
            const char *interface,
            const char *signal,
            GVariant *parameters,
            gpointer user_data)
{
  Journal *self = user_data;

  self->n_lines = 0; /* from now on, everything that is new */
  if (!print_new (self, &self->error))
    g_main_loop_quit (self->loop);
}

static TmExit
run (Journal *self)
{
  g_autoptr (GError) error = NULL;

  self->filter_variant = tm_journal_filter_to_variant (&self->filter, &error);
  if (self->filter_variant == NULL)
    {
      g_printerr ("telemctl journal: %s\n", error->message);
      return TM_EXIT_USAGE;
    }
  g_variant_ref_sink (self->filter_variant);
  self->bus = tm_remote_connect (&error);
  if (self->bus == NULL)
    return tm_command_fail (g_steal_pointer (&error));

  /* Before the first look, so that nothing falls between the two. */
  if (self->follow)
    g_dbus_connection_signal_subscribe (
        self->bus, TM_MANAGER_BUS_NAME, TM_MANAGER_BUS_RECORDS_INTERFACE, "Changed",
        TM_MANAGER_BUS_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_changed, self, NULL);
  if (!self->json && (self->verbose || isatty (STDOUT_FILENO)))
    print_header ();
  if (!print_new (self, &error))
    return tm_command_fail (g_steal_pointer (&error));
  if (!self->follow)
    return TM_EXIT_OK;

  self->loop = g_main_loop_new (NULL, FALSE);
  g_main_loop_run (self->loop);
  return tm_command_fail (g_steal_pointer (&self->error));
}

TmExit
tm_command_journal (const TmCommand *command, char **arguments)
{
  g_auto (Journal) self = { .n_lines = -1 };
  GOptionEntry filters[TM_JOURNAL_FILTER_N_ENTRIES];
  const GOptionEntry others[] = {
    { "lines", 'n', 0, G_OPTION_ARG_INT, &self.n_lines, N_ ("Only the newest so many; 0 for all"),
      N_ ("NUMBER") },
    { "follow", 'f', 0, G_OPTION_ARG_NONE, &self.follow, N_ ("Go on with those that come"), NULL },
    { "include-record", 'i', 0, G_OPTION_ARG_NONE, &self.include_record, N_ ("Show what they say"),
      NULL },
    { "include_record", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &self.include_record, NULL,
      NULL },
    { "verbose", 'V', 0, G_OPTION_ARG_NONE, &self.verbose, N_ ("Print the names of the columns"),
      NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &self.json, N_ ("Print one JSON object a line"), NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  TmExit exit;

  tm_journal_filter_get_entries (&self.filter, filters);
  g_autoptr (GArray) entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));
  g_array_append_vals (entries, filters, G_N_ELEMENTS (filters));
  g_array_append_vals (entries, others, G_N_ELEMENTS (others));
  if (!tm_command_parse (command, &arguments, (GOptionEntry *) entries->data, 0, &exit))
    return exit;

  g_strfreev (arguments);
  if (self.n_lines < 0)
    self.n_lines = self.follow ? FOLLOW_LINES : 0;
  return run (&self);
}
