/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-fault.h. */
#include "tm-fault.h"

#include <string.h>

#define HASH_DIGITS 32

static const struct
{
  const char *name;
  const char *classification;
  const char *words;
} kinds[] = {
  [TM_FAULT_MCE] = { "mce", "org.telemetrics/hardware/mce", "machine check" },
  [TM_FAULT_MEMORY] = { "memory", "org.telemetrics/hardware/memory", "memory error" },
  [TM_FAULT_PCIE] = { "pcie", "org.telemetrics/hardware/pcie", "PCI Express error" },
  [TM_FAULT_THERMAL] = { "thermal", "org.telemetrics/hardware/thermal", "thermal event" },
};

static const struct
{
  const char *name;
  const char *words;
  const char *meaning;
} severities[] = {
  [TM_FAULT_INFORMATIONAL] = { "informational", "informational", "The hardware only tells of it." },
  [TM_FAULT_CORRECTED] = { "corrected", "corrected",
                           "The hardware corrected it; nothing was lost." },
  [TM_FAULT_DEFERRED] = { "deferred", "deferred",
                          "Bad data was marked as bad before anything used it." },
  [TM_FAULT_NO_ACTION] = { "no-action", "uncorrected",
                           "Bad data was found; the processor goes on and asks for no action." },
  [TM_FAULT_ACTION_OPTIONAL] = { "action-optional", "uncorrected",
                                 "Bad data was found before anything used it; the system can set "
                                 "its memory aside." },
  [TM_FAULT_ACTION_REQUIRED] = { "action-required", "uncorrected",
                                 "Bad data was about to be used; what needed it cannot go on." },
  [TM_FAULT_UNCORRECTED] = { "uncorrected", "uncorrected", "It could not be corrected." },
  [TM_FAULT_FATAL] = { "fatal", "fatal",
                       "What was going on is lost; the system cannot rely on it." },
};

static const char *const source_names[] = {
  [TM_FAULT_FROM_TRACE] = "trace",
  [TM_FAULT_FROM_LOG] = "log",
  [TM_FAULT_FROM_COUNTER] = "counter",
};

TmFault *
tm_fault_new (TmFaultKind kind, TmFaultSeverity severity, char *error)
{
  TmFault *self = g_new0 (TmFault, 1);

  self->kind = kind;
  self->severity = severity;
  self->error = error;
  self->count = 1;
  self->text = g_string_new (NULL);
  return self;
}

void
tm_fault_free (TmFault *self)
{
  g_clear_pointer (&self->details, json_object_unref);
  g_string_free (self->text, TRUE);
  g_free (self->error);
  g_free (self->unit);
  g_free (self->location);
  g_free (self);
}

const char *
tm_fault_get_classification (TmFaultKind kind)
{
  return kinds[kind].classification;
}

const char *
tm_fault_kind_to_name (TmFaultKind kind)
{
  return kinds[kind].name;
}

gboolean
tm_fault_kind_from_name (const char *name, TmFaultKind *out_kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i].name, name) == 0)
      {
        *out_kind = (TmFaultKind) i;
        return TRUE;
      }

  return FALSE;
}

const char *
tm_fault_severity_to_name (TmFaultSeverity severity)
{
  return severities[severity].name;
}

gboolean
tm_fault_severity_from_name (const char *name, TmFaultSeverity *out_severity)
{
  for (guint i = 0; i < G_N_ELEMENTS (severities); i++)
    if (strcmp (severities[i].name, name) == 0)
      {
        *out_severity = (TmFaultSeverity) i;
        return TRUE;
      }

  return FALSE;
}

guint
tm_fault_get_severity (const TmFault *self)
{
  return self->severity >= TM_FAULT_DEFERRED ? 4 : 2;
}

char *
tm_fault_get_title (const TmFault *self)
{
  g_autoptr (GString) title = g_string_new (severities[self->severity].words);

  g_string_append_printf (title, " %s: %s", kinds[self->kind].words, self->error);
  if (self->unit != NULL)
    g_string_append_printf (title, ", %s", self->unit);
  return g_string_free (g_steal_pointer (&title), FALSE);
}

static char *
get_hash (const TmFault *self, const char *location)
{
  g_autofree char *text = g_strdup_printf (
      "fault|%s|%s|%s|%s|%s", kinds[self->kind].name, severities[self->severity].name, self->error,
      self->unit != NULL ? self->unit : "", location != NULL ? location : "");
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  return g_strndup (hash, HASH_DIGITS);
}

char *
tm_fault_get_group (const TmFault *self)
{
  return get_hash (self, NULL);
}

char *
tm_fault_get_exact (const TmFault *self)
{
  return get_hash (self, self->location);
}

JsonObject *
tm_fault_get_details (TmFault *self)
{
  if (self->details == NULL)
    self->details = json_object_new ();

  return self->details;
}

static JsonObject *
get_signature (const TmFault *self)
{
  JsonObject *object = json_object_new ();
  g_autofree char *title = tm_fault_get_title (self);
  g_autofree char *group = tm_fault_get_group (self);
  g_autofree char *exact = tm_fault_get_exact (self);

  json_object_set_int_member (object, "version", TM_FAULT_SIGNATURE_VERSION);
  json_object_set_string_member (object, "title", title);
  json_object_set_string_member (object, "hash", group);
  json_object_set_string_member (object, "exact", exact);
  json_object_set_array_member (object, "alternatives", json_array_new ());
  return object;
}

static char *
get_text (const TmFault *self)
{
  GString *text = g_string_new (NULL);
  g_autofree char *title = tm_fault_get_title (self);

  title[0] = g_ascii_toupper (title[0]);
  g_string_append_printf (text, "%s\n", title);
  if (self->location != NULL)
    g_string_append_printf (text, "Where: %s\n", self->location);
  if (self->kind != TM_FAULT_THERMAL)
    g_string_append_printf (text, "%s\n", severities[self->severity].meaning);
  g_string_append (text, self->text->str);
  if (self->count > 1)
    g_string_append_printf (text, "It happened %" G_GUINT64_FORMAT " times.\n", self->count);
  return g_string_free (text, FALSE);
}

JsonNode *
tm_fault_to_payload (const TmFault *self, JsonObject *platform)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  g_autofree char *text = get_text (self);

  json_object_set_object_member (object, "signature", get_signature (self));
  json_object_set_string_member (object, "kind", kinds[self->kind].name);
  json_object_set_string_member (object, "severity", severities[self->severity].name);
  json_object_set_string_member (object, "error", self->error);
  if (self->unit != NULL)
    json_object_set_string_member (object, "unit", self->unit);
  if (self->location != NULL)
    json_object_set_string_member (object, "location", self->location);
  json_object_set_int_member (object, "count", (gint64) MIN (self->count, G_MAXINT64));
  json_object_set_string_member (object, "source", source_names[self->source]);
  if (platform != NULL)
    json_object_set_object_member (object, "platform", json_object_ref (platform));
  if (self->details != NULL)
    json_object_set_object_member (object, "details", json_object_ref (self->details));
  json_object_set_string_member (object, "text", text);
  json_node_take_object (node, object);
  return node;
}
