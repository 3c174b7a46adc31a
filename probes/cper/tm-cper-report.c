/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-cper-report.h. */
#include "tm-cper-report.h"

#include <string.h>

#include "tm-cper-record.h"

#define HASH_DIGITS 32

/* What names an error, for people and for grouping. */
typedef struct
{
  const char *kind; /* (unowned) */
  char *error;      /* (nullable) */
  char *location;   /* (nullable) */
} Summary;

static void
summary_clear (Summary *self)
{
  g_free (self->error);
  g_free (self->location);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Summary, summary_clear)

static Summary
summarise (const TmCperSection *section)
{
  g_autoptr (JsonObject) decoded = NULL;
  Summary summary = { .kind = "unknown" };
  TmCperReader payload;

  if (section == NULL)
    return summary;

  payload = section->payload;
  payload.wants_all = FALSE;
  decoded = tm_cper_type_decode (section->type, &payload);
  summary.kind = section->type->kind;
  summary.error = tm_cper_type_get_error (section->type, decoded);
  summary.location = tm_cper_type_get_location (section->type, decoded);
  if (section->type->fields == NULL)
    summary.error = g_strdup (section->guid);
  return summary;
}

static char *
get_title (const Summary *summary)
{
  g_autoptr (GString) title = g_string_new (summary->kind);

  g_string_append (title, " error");
  if (summary->error != NULL)
    g_string_append_printf (title, ": %s", summary->error);
  if (summary->location != NULL)
    g_string_append_printf (title, " in %s", summary->location);
  return g_string_free (g_steal_pointer (&title), FALSE);
}

static char *
get_hash (const Summary *summary)
{
  g_autofree char *text =
      g_strdup_printf ("bert|%s|%s|%s", summary->kind, summary->error != NULL ? summary->error : "",
                       summary->location != NULL ? summary->location : "");
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  return g_strndup (hash, HASH_DIGITS);
}

static JsonObject *
get_signature (const Summary *summary)
{
  JsonObject *object = json_object_new ();
  g_autofree char *title = get_title (summary);
  g_autofree char *hash = get_hash (summary);

  json_object_set_int_member (object, "version", TM_CPER_SIGNATURE_VERSION);
  json_object_set_string_member (object, "title", title);
  json_object_set_string_member (object, "hash", hash);
  json_object_set_array_member (object, "alternatives", json_array_new ());
  return object;
}

static const char *
get_severity_name (guint severity)
{
  return tm_cper_name (tm_cper_severity_names, severity);
}

guint
tm_cper_report_get_severity (const TmCperEvent *event)
{
  if (event->severity == TM_CPER_SEVERITY_FATAL)
    return 4;
  for (guint i = 0; i < event->sections->len; i++)
    {
      const TmCperSection *section = g_ptr_array_index (event->sections, i);

      if (section->severity == TM_CPER_SEVERITY_FATAL)
        return 4;
    }

  return 3;
}

static void
append_section (GString *text, const TmCperSection *section)
{
  g_auto (Summary) summary = summarise (section);
  g_autofree char *title = get_title (&summary);
  g_autofree char *place = tm_cper_section_get_place (section);

  g_string_append_printf (text, "%s: %s", get_severity_name (section->severity), title);
  if (place != NULL)
    g_string_append_printf (text, " (%s)", place);
  if (section->time != NULL)
    g_string_append_printf (text, ", %s", section->time);
  g_string_append_c (text, '\n');
}

static char *
get_text (const TmCperEvent *event)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "The firmware reports an error of the hardware: %s\n",
                          get_severity_name (event->severity));
  for (guint i = 0; i < event->sections->len; i++)
    append_section (text, g_ptr_array_index (event->sections, i));
  if (event->n_omitted > 0)
    g_string_append_printf (text, "%u more sections\n", event->n_omitted);
  if (event->is_truncated)
    g_string_append (text, "It is cut off.\n");
  return g_string_free (text, FALSE);
}

static void
set_event (const TmCperEvent *event, gboolean wants_all, JsonObject *object)
{
  JsonArray *sections = json_array_new ();

  if (event->record.n_bytes > 0)
    json_object_set_object_member (object, "header",
                                   tm_cper_record_decode_head (&event->record, wants_all));
  for (guint i = 0; i < event->sections->len; i++)
    json_array_add_object_element (
        sections, tm_cper_section_to_json (g_ptr_array_index (event->sections, i), wants_all));
  json_object_set_array_member (object, "sections", sections);
  json_object_set_int_member (object, "sections_omitted", event->n_omitted);
  json_object_set_boolean_member (object, "truncated", event->is_truncated);
}

static void
set_summary (const TmCperEvent *event, const Summary *summary, JsonObject *object)
{
  g_autofree char *severity = g_ascii_strdown (get_severity_name (event->severity), -1);

  json_object_set_string_member (object, "kind", summary->kind);
  json_object_set_string_member (object, "severity", severity);
  if (summary->error != NULL)
    json_object_set_string_member (object, "error", summary->error);
  if (summary->location != NULL)
    json_object_set_string_member (object, "location", summary->location);
  json_object_set_int_member (object, "index", event->index);
  json_object_set_int_member (object, "count", event->n_events);
}

JsonNode *
tm_cper_report_to_payload (const TmCperEvent *event)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  g_auto (Summary) summary = summarise (tm_cper_event_get_primary (event));
  g_autofree char *text = get_text (event);

  json_object_set_object_member (object, "signature", get_signature (&summary));
  set_summary (event, &summary, object);
  set_event (event, FALSE, object);
  json_object_set_string_member (object, "text", text);
  json_node_take_object (node, object);
  return node;
}

JsonNode *
tm_cper_report_to_json (const TmCperEvent *event)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  set_event (event, TRUE, object);
  json_node_take_object (node, object);
  return node;
}
