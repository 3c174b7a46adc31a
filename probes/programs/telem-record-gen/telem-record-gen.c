/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Makes a record out of what a script says and hands it to the telemetry service. The options are
 * those of Clear Linux's tool of the same name.
 *
 * Exit status: 0 the record is on the disk (or was only shown), 1 it was refused or failed, with
 * the reason on stderr, 2 the command line is wrong.
 */
#include <errno.h>
#include <glib/gi18n.h>
#include <libtelemetry/telemetry-client.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tm-tool.h"

/* What is read of a payload: one byte more than is accepted, to know that it is too much. */
#define PAYLOAD_MAX_BYTES (1024 * 1024)

typedef struct
{
  char *class;
  int severity;
  char *payload;
  char *payload_file;
  gint64 record_version;
  char *event_id;
  char *config_file;
  gboolean echo;
  gboolean no_post;
  gboolean verbose;
  gboolean version;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->class);
  g_free (self->payload);
  g_free (self->payload_file);
  g_free (self->event_id);
  g_free (self->config_file);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
check_options (const Options *self, GError **error)
{
  const char *message = NULL;

  if (self->class == NULL)
    message = _ ("--class is missing; it says what the record is about: domain/probe/rest");
  else if (self->severity < TELEMETRY_SEVERITY_LOW || self->severity > TELEMETRY_SEVERITY_CRITICAL)
    message = _ ("--severity must be 1 (low), 2 (medium), 3 (high) or 4 (critical)");
  else if (self->record_version < 0 || self->record_version > G_MAXUINT32)
    message = _ ("--record-version must be a number from 0 to 4294967295");
  else if (self->payload != NULL && self->payload_file != NULL)
    message = _ ("--payload and --payload-file exclude each other");
  if (message != NULL)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
  return message == NULL;
}

static gboolean
parse (Options *self, int *argc, char ***argv, GError **error)
{
  /* The payload is taken as it is and not in the locale's encoding: scripts run with LANG=C. */
  const GOptionEntry entries[] = {
    { "class", 'c', 0, G_OPTION_ARG_STRING, &self->class,
      N_ ("What it is about: domain/probe/rest"), N_ ("CLASS") },
    { "severity", 's', 0, G_OPTION_ARG_INT, &self->severity,
      N_ ("1 (low) to 4 (critical); default 1"), N_ ("NUMBER") },
    { "payload", 'p', 0, G_OPTION_ARG_FILENAME, &self->payload, N_ ("What it says, at most 1 MiB"),
      N_ ("TEXT") },
    { "payload-file", 'P', 0, G_OPTION_ARG_FILENAME, &self->payload_file,
      N_ ("Read what it says from a file"), N_ ("FILE") },
    { "record-version", 'R', 0, G_OPTION_ARG_INT64, &self->record_version,
      N_ ("Version of the payload's format; default 1"), N_ ("NUMBER") },
    { "event-id", 'e', 0, G_OPTION_ARG_STRING, &self->event_id,
      N_ ("Groups the records of one event: 32 hex digits"), N_ ("ID") },
    { "echo", 'o', 0, G_OPTION_ARG_NONE, &self->echo, N_ ("Show the record on standard output"),
      NULL },
    { "no-post", 'n', 0, G_OPTION_ARG_NONE, &self->no_post, N_ ("Do not hand it over"), NULL },
    { "config-file", 'f', 0, G_OPTION_ARG_FILENAME, &self->config_file,
      N_ ("Accepted for old scripts; only looked at"), N_ ("FILE") },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &self->verbose, N_ ("Print the id of the record"),
      NULL },
    { "version", 'V', 0, G_OPTION_ARG_NONE, &self->version, N_ ("Print the version and exit"),
      NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context,
                                _ ("Report something to the telemetry service of this machine."));
  g_option_context_set_description (
      context,
      _ ("What the record says is read from standard input if neither --payload nor\n"
         "--payload-file is given.\n\n"
         "Exit status: 0 the record is on the disk, 1 it was refused or failed, 2 wrong usage.\n\n"
         "Example:\n"
         "  echo hello | telem-record-gen --class org.example/hello/world --verbose"));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc > 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION,
                   _ ("“%s” is one argument too many"), (*argv)[1]);
      return FALSE;
    }
  return self->version || check_options (self, error);
}

static char *
read_stream (FILE *stream, const char *name, GError **error)
{
  g_autofree char *buffer = g_malloc (PAYLOAD_MAX_BYTES + 2);
  gsize n_bytes = fread (buffer, 1, PAYLOAD_MAX_BYTES + 1, stream);

  if (ferror (stream))
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
                   _ ("“%s” cannot be read: %s"), name, g_strerror (errno));
      return NULL;
    }
  if (n_bytes > PAYLOAD_MAX_BYTES)
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_TOO_LARGE,
                   _ ("the payload from “%s” is too long; accepted are at most %d bytes"), name,
                   PAYLOAD_MAX_BYTES);
      return NULL;
    }
  buffer[n_bytes] = '\0';
  if (strlen (buffer) == n_bytes)
    return g_steal_pointer (&buffer);

  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
               _ ("“%s” has a NUL character; a record is text"), name);
  return NULL;
}

static char *
read_payload (const Options *options, GError **error)
{
  if (options->payload != NULL)
    return g_strdup (options->payload);
  if (options->payload_file == NULL)
    {
      if (isatty (STDIN_FILENO))
        g_printerr ("%s\n", _ ("What does the record say? End with Ctrl-D."));
      return read_stream (stdin, _ ("standard input"), error);
    }

  FILE *file = fopen (options->payload_file, "re");
  if (file == NULL)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
                   _ ("“%s” cannot be read: %s"), options->payload_file, g_strerror (errno));
      return NULL;
    }
  char *payload = read_stream (file, options->payload_file, error);
  fclose (file);
  return payload;
}

static gboolean
echo_record (const Options *options, const char *payload, GError **error)
{
  g_print ("classification: %s\n", options->class);
  g_print ("severity: %d\n", options->severity);
  g_print ("payload_format_version: %" G_GINT64_FORMAT "\n", options->record_version);
  if (options->event_id != NULL)
    g_print ("event_id: %s\n", options->event_id);
  /* Not g_print(), which would change what the locale cannot show. */
  fputc ('\n', stdout);
  fputs (payload, stdout);
  fputc ('\n', stdout);
  return tm_tool_finish_output (error);
}

static gboolean
post_record (TelemetryClient *client, const Options *options, const char *payload, GError **error)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "payload-format-version",
                         g_variant_new_uint32 ((guint32) options->record_version));
  if (options->event_id != NULL)
    g_variant_builder_add (&builder, "{sv}", "event-id", g_variant_new_string (options->event_id));

  g_autofree char *id = telemetry_client_submit (client, options->class, options->severity, payload,
                                                 g_variant_builder_end (&builder), NULL, error);
  if (id != NULL && options->verbose)
    g_print ("%s\n", id);
  return id != NULL;
}

static gboolean
run (const Options *options, GError **error)
{
  if (!tm_tool_check_config_file (options->config_file, error))
    return FALSE;

  g_autoptr (TelemetryClient) client = telemetry_client_new ();
  if (!options->no_post && !telemetry_client_is_active (client))
    {
      g_set_error_literal (
          error, TELEMETRY_ERROR, TELEMETRY_ERROR_DISABLED,
          _ ("telemetry is off on this machine; turn it on with: telemctl opt-in"));
      return FALSE;
    }

  g_autofree char *payload = read_payload (options, error);
  if (payload == NULL)
    return FALSE;
  if (options->echo && !echo_record (options, payload, error))
    return FALSE;
  return options->no_post || post_record (client, options, payload, error);
}

int
main (int argc, char **argv)
{
  g_auto (Options) options = { .severity = TELEMETRY_SEVERITY_LOW, .record_version = 1 };
  g_autoptr (GError) error = NULL;

  tm_tool_set_language ();
  if (!parse (&options, &argc, &argv, &error))
    return tm_tool_fail_usage ("telem-record-gen", error);
  if (options.version)
    {
      g_print ("telem-record-gen %s\n", TM_VERSION);
      return 0;
    }
  if (!run (&options, &error))
    return tm_tool_fail ("telem-record-gen", error);
  return 0;
}
