/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-probe.h. */
#include "tm-probe.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tm-probe-private.h"
#include "tm-tool.h"

static const char description[] =
    N_ ("Exit status: 0 done, or nothing to do (also without consent); 1 failed; 2 wrong usage.");

void
tm_probe_free (TmProbe *self)
{
  g_clear_object (&self->client);
  if (self->consent_fd >= 0)
    close (self->consent_fd);
  if (self->lock_fd >= 0)
    close (self->lock_fd);
  tm_probe_forget_drops (self);
  g_free (self->drops_since);
  g_free (self->since);
  g_free (self->input);
  g_free (self->root);
  g_free (self);
}

static gboolean
parse (TmProbe *self, int argc, char **argv, gboolean *out_version, GError **error)
{
  const GOptionEntry entries[] = {
    { "input", 'i', 0, G_OPTION_ARG_FILENAME, &self->input,
      N_ ("Read this file instead of the system, then end"), N_ ("FILE") },
    { "root", 0, 0, G_OPTION_ARG_FILENAME, &self->root,
      N_ ("Take everything of the system from below this directory"), N_ ("DIR") },
    { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &self->is_dry_run,
      N_ ("Print records as JSON lines, hand over nothing"), NULL },
    { "once", 0, 0, G_OPTION_ARG_NONE, &self->is_once, N_ ("Read what is there, then end"), NULL },
    { "version", 'V', 0, G_OPTION_ARG_NONE, out_version, N_ ("Print the version and exit"), NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, _ (self->info->summary));
  g_option_context_set_description (context, _ (description));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (self->info->options != NULL)
    g_option_context_add_main_entries (context, self->info->options, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &argc, &argv, error))
    return FALSE;
  if (argc == 1)
    return TRUE;

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION,
               _ ("“%s” is one argument too many"), argv[1]);
  return FALSE;
}

TmProbe *
tm_probe_new_plain (const TmProbeInfo *info, const char *root)
{
  TmProbe *self = g_new0 (TmProbe, 1);

  self->info = info;
  self->root = g_strdup (root);
  self->consent_fd = -1;
  self->lock_fd = -1;
  return self;
}

TmProbe *
tm_probe_new (const TmProbeInfo *info, int argc, char **argv, int *out_status)
{
  g_autoptr (TmProbe) self = tm_probe_new_plain (info, NULL);
  g_autoptr (GError) error = NULL;
  gboolean version = FALSE;

  tm_tool_set_language ();

  if (!parse (self, argc, argv, &version, &error))
    {
      g_printerr (_ ("%s: %s\nTry “%s --help”.\n"), info->name, error->message, info->name);
      *out_status = TM_PROBE_EXIT_USAGE;
      return NULL;
    }
  if (version)
    {
      g_print ("%s %s\n", info->name, TM_VERSION);
      *out_status = TM_PROBE_EXIT_OK;
      return NULL;
    }

  return g_steal_pointer (&self);
}

const char *
tm_probe_get_input (TmProbe *self)
{
  return self->input;
}

void
tm_probe_set_input (TmProbe *self, const char *file)
{
  g_free (self->input);
  self->input = g_strdup (file);
}

gboolean
tm_probe_check_input (TmProbe *self, const char *option, gboolean needs_input)
{
  if ((self->input != NULL) == needs_input)
    return TRUE;

  if (needs_input)
    g_printerr (_ ("%s: %s needs --input\n"), self->info->name, option);
  else
    g_printerr (_ ("%s: %s and --input exclude each other\n"), self->info->name, option);
  return FALSE;
}

gboolean
tm_probe_is_once (TmProbe *self)
{
  return self->is_once || self->input != NULL;
}

gboolean
tm_probe_is_dry_run (TmProbe *self)
{
  return self->is_dry_run;
}

const char *
tm_probe_get_root (TmProbe *self)
{
  return self->root != NULL ? self->root : g_getenv ("TELEMETRICS_ROOT");
}

gboolean
tm_probe_is_stateless (TmProbe *self)
{
  return self->is_dry_run || self->input != NULL;
}

char *
tm_probe_get_path (TmProbe *self, const char *absolute)
{
  const char *root = tm_probe_get_root (self);

  return root == NULL ? g_strdup (absolute) : g_build_filename (root, absolute, NULL);
}

/* Not g_print(), which would change what the locale cannot show, and tells nobody of a full disk.
 */
static gboolean
print_line (const char *text, GError **error)
{
  int saved_errno;

  if (fputs (text, stdout) != EOF && fputc ('\n', stdout) != EOF && fflush (stdout) == 0)
    return TRUE;

  saved_errno = errno;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno),
               _ ("cannot write to standard output: %s"), g_strerror (saved_errno));
  return FALSE;
}

static gboolean
print_record (const TmProbeRecord *record, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  g_autofree char *text = NULL;

  json_object_set_string_member (object, "classification", record->classification);
  json_object_set_int_member (object, "severity", record->severity);
  json_object_set_int_member (object, "payload_format_version", 1);
  if (record->event_id != NULL)
    json_object_set_string_member (object, "event_id", record->event_id);
  if (record->system != NULL)
    json_object_set_member (object, "system", json_gvariant_serialize (record->system));
  json_object_set_member (object, "payload", json_node_copy (record->payload));
  json_node_take_object (node, object);
  text = json_to_string (node, FALSE);
  return print_line (text, error);
}

static GVariant *
get_options (const TmProbeRecord *record)
{
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "payload-format-version", "u", 1);
  if (record->created_at_usec != 0)
    g_variant_dict_insert (&options, "created-at", "x", record->created_at_usec);
  if (record->dedup_key != NULL)
    g_variant_dict_insert (&options, "dedup-key", "s", record->dedup_key);
  if (record->event_id != NULL)
    g_variant_dict_insert (&options, "event-id", "s", record->event_id);
  if (record->system != NULL)
    g_variant_dict_insert_value (&options, "system", record->system);
  return g_variant_dict_end (&options);
}

gboolean
tm_probe_hand_over (TmProbe *self, const TmProbeRecord *record, GError **error)
{
  g_autofree char *payload = NULL;
  g_autofree char *record_id = NULL;
  g_autoptr (GVariant) system = NULL;

  if (record->system != NULL)
    system = g_variant_ref_sink (record->system);
  if (self->since != NULL && !tm_probe_may_continue (self))
    {
      g_set_error_literal (error, TELEMETRY_ERROR, TELEMETRY_ERROR_DISABLED,
                           _ ("the agreement under which it was found is over"));
      return FALSE;
    }
  if (self->is_dry_run)
    return print_record (record, error);

  if (self->client == NULL)
    self->client = telemetry_client_new ();
  payload = json_to_string (record->payload, FALSE);
  record_id = telemetry_client_submit (self->client, record->classification, record->severity,
                                       payload, get_options (record), NULL, error);
  return record_id != NULL;
}

gboolean
tm_probe_is_final (const GError *error)
{
  return g_error_matches (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS) ||
         g_error_matches (error, TELEMETRY_ERROR, TELEMETRY_ERROR_TOO_LARGE);
}
