/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Says hello, to try the way of a record out; or, with -H, gives a sign of life: which build runs
 * here, for how long, and how much the probes left out. Without consent it does nothing: no payload
 * is put together, nothing is asked.
 *
 * Exit status: 0 the record is on the disk (or was shown), 1 it was refused or failed, 2 the
 * command line is wrong.
 */
#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <libtelemetry/telemetry-client.h>
#include <stdio.h>

#include "hprobe-heartbeat.h"
#include "tm-probe-agreement.h"
#include "tm-probe-drops.h"
#include "tm-probe.h"
#include "tm-tool.h"

#define CLASS_HELLO "org.telemetrics/hello/world"
#define CLASS_HEARTBEAT "org.telemetrics/heartbeat/ping"

typedef struct
{
  gboolean heartbeat;
  gboolean dry_run;
  gboolean once;
  gboolean verbose;
  gboolean version;
  char *config_file;
  char *input;
  char *root;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->config_file);
  g_free (self->input);
  g_free (self->root);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
parse (Options *self, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "heartbeat", 'H', 0, G_OPTION_ARG_NONE, &self->heartbeat,
      N_ ("Give a sign of life instead: build, uptime, and what probes left out"), NULL },
    { "dry-run", 0, 0, G_OPTION_ARG_NONE, &self->dry_run,
      N_ ("Print the record as JSON and hand over nothing"), NULL },
    { "input", 'i', 0, G_OPTION_ARG_FILENAME, &self->input,
      N_ ("With -H: tell what this state of a probe has counted, not those of all"), N_ ("FILE") },
    { "root", 0, 0, G_OPTION_ARG_FILENAME, &self->root,
      N_ ("Read etc/os-release below this directory"), N_ ("DIR") },
    { "once", 0, 0, G_OPTION_ARG_NONE, &self->once,
      N_ ("Accepted like in other probes; this one always ends"), NULL },
    { "config-file", 'f', 0, G_OPTION_ARG_FILENAME, &self->config_file,
      N_ ("Accepted for old scripts; only looked at"), N_ ("FILE") },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &self->verbose, N_ ("Print the id of the record"),
      NULL },
    { "version", 'V', 0, G_OPTION_ARG_NONE, &self->version, N_ ("Print the version and exit"),
      NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (
      context, _ ("Say hello to the makers of this system, to see whether telemetry works."));
  g_option_context_set_description (
      context,
      _ ("Exit status: 0 the record is on the disk, 1 it was refused or failed, 2 wrong usage."));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc > 1)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION,
                 _ ("“%s” is one argument too many"), (*argv)[1]);
  else if (self->input != NULL && !self->heartbeat)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                         _ ("--input needs --heartbeat: hello reads nothing"));
  return *argc == 1 && (self->input == NULL || self->heartbeat);
}

static gboolean
print_record (const char *classification, const char *payload, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "classification");
  json_builder_add_string_value (builder, classification);
  json_builder_set_member_name (builder, "severity");
  json_builder_add_int_value (builder, TELEMETRY_SEVERITY_LOW);
  json_builder_set_member_name (builder, "payload_format_version");
  json_builder_add_int_value (builder, 1);
  json_builder_set_member_name (builder, "payload");
  json_builder_add_string_value (builder, payload);
  json_builder_end_object (builder);

  g_autoptr (JsonNode) node = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (node, FALSE);
  puts (text);
  return tm_tool_finish_output (error);
}

static gboolean
show (const Options *options, GError **error)
{
  g_autoptr (Heartbeat) heartbeat = NULL;
  g_autofree char *payload = NULL;

  if (!options->heartbeat)
    return print_record (CLASS_HELLO, "hello", error);

  heartbeat = heartbeat_new (options->root, options->input, error);
  if (heartbeat == NULL)
    return FALSE;

  payload = heartbeat_preview (heartbeat);
  return print_record (CLASS_HEARTBEAT, payload, error);
}

static gboolean
submit (const Options *options,
        TelemetryClient *client,
        const char *classification,
        const char *payload,
        GVariant *submit_options,
        GError **error)
{
  g_autofree char *id = telemetry_client_submit (client, classification, TELEMETRY_SEVERITY_LOW,
                                                 payload, submit_options, NULL, error);

  if (id != NULL && options->verbose)
    g_print ("%s\n", id);
  return id != NULL;
}

static GVariant *
get_options (Heartbeat *heartbeat)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  if (heartbeat_get_key (heartbeat) != NULL)
    g_variant_dict_insert (&dict, "dedup-key", "s", heartbeat_get_key (heartbeat));
  if (heartbeat_get_made_usec (heartbeat) != 0)
    g_variant_dict_insert (&dict, "created-at", "x", heartbeat_get_made_usec (heartbeat));
  return g_variant_dict_end (&dict);
}

/* Whether the service has answered, or there was nobody to ask. Else the record may be kept. */
static gboolean
is_certain (const GError *error)
{
  return error->domain == TELEMETRY_ERROR ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

/* One heartbeat. */
static gboolean
beat (const Options *options, TelemetryClient *client, Heartbeat *heartbeat, GError **error)
{
  g_autoptr (GError) submit_error = NULL;

  if (submit (options, client, CLASS_HEARTBEAT, heartbeat_get_payload (heartbeat),
              get_options (heartbeat), &submit_error))
    return heartbeat_settle (heartbeat, HEARTBEAT_TAKEN, error);

  if (tm_probe_is_final (submit_error))
    heartbeat_settle (heartbeat, HEARTBEAT_WRONG, NULL);
  else if (is_certain (submit_error))
    heartbeat_settle (heartbeat, HEARTBEAT_NOT_TAKEN, NULL);
  g_propagate_error (error, g_steal_pointer (&submit_error));
  return FALSE;
}

/* The counts stay for the next one. That people may not read them is as it should be. */
static void
complain (GError *error)
{
  if (!g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_ACCES))
    g_printerr ("hprobe: %s\n", error->message);
  g_error_free (error);
}

static gboolean
give_sign_of_life (const Options *options, TelemetryClient *client, GError **error)
{
  gboolean is_agreed = tm_probe_is_agreed (TM_PROBE_CATEGORY_HEARTBEAT);
  g_autoptr (Heartbeat) heartbeat =
      heartbeat_new (options->root, is_agreed ? options->input : NULL, error);
  g_autoptr (GError) note_error = NULL;
  gboolean was_earlier;

  if (heartbeat == NULL)
    return FALSE;
  if (!is_agreed)
    {
      g_set_error_literal (error, TELEMETRY_ERROR, TELEMETRY_ERROR_DISABLED,
                           _ ("nobody has agreed to the heartbeat; to agree: telemctl opt-in "
                              "heartbeat"));
      return FALSE;
    }

  /* First the one before, if nobody knows whether it was taken. */
  do
    {
      if (!heartbeat_prepare (heartbeat, &note_error))
        complain (g_steal_pointer (&note_error));
      was_earlier = heartbeat_get_made_usec (heartbeat) != 0;
      if (!beat (options, client, heartbeat, error))
        return FALSE;
    }
  while (was_earlier);

  return TRUE;
}

static gboolean
run (const Options *options, GError **error)
{
  g_autoptr (TelemetryClient) client = NULL;

  if (options->dry_run)
    return show (options, error);

  client = telemetry_client_new ();
  if (telemetry_client_is_active (client))
    return options->heartbeat ? give_sign_of_life (options, client, error)
                              : submit (options, client, CLASS_HELLO, "hello", NULL, error);

  g_set_error_literal (error, TELEMETRY_ERROR, TELEMETRY_ERROR_DISABLED,
                       _ ("telemetry is off on this machine; turn it on with: telemctl opt-in"));
  return FALSE;
}

int
main (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  g_autoptr (GError) error = NULL;

  tm_tool_set_language ();
  if (!parse (&options, &argc, &argv, &error))
    return tm_tool_fail_usage ("hprobe", error);
  if (options.version)
    {
      g_print ("hprobe %s\n", TM_VERSION);
      return 0;
    }
  if (!tm_tool_check_config_file (options.config_file, &error) || !run (&options, &error))
    return tm_tool_fail ("hprobe", error);
  return 0;
}
