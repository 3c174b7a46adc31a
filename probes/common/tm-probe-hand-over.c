/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way out of a probe: to the service, or with --dry-run to standard output; see tm-probe.h. */
#include <glib/gi18n.h>
#include <stdio.h>

#include "tm-probe-private.h"
#include "tm-tool.h"

/* Not g_print(), which would change what the locale cannot show. */
static gboolean
print_line (const char *text, GError **error)
{
  fputs (text, stdout);
  fputc ('\n', stdout);
  return tm_tool_finish_output (error);
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
