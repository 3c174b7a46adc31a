/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-cper-section.h. */
#include "tm-cper-section.h"

#include "tm-cper-place.h"

const TmCperName tm_cper_severity_names[] = {
  { TM_CPER_SEVERITY_RECOVERABLE, "Recoverable" },
  { TM_CPER_SEVERITY_FATAL, "Fatal" },
  { TM_CPER_SEVERITY_CORRECTED, "Corrected" },
  { TM_CPER_SEVERITY_INFORMATIONAL, "Informational" },
  { 0, NULL },
};

static const TmCperField flags[] = {
  TM_CPER_B ("primary", TM_CPER_ALWAYS, 0, 4, 0),
  TM_CPER_B ("containment_warning", TM_CPER_ALWAYS, 0, 4, 1),
  TM_CPER_B ("reset", TM_CPER_ALWAYS, 0, 4, 2),
  TM_CPER_B ("error_threshold_exceeded", TM_CPER_ALWAYS, 0, 4, 3),
  TM_CPER_B ("resource_not_accessible", TM_CPER_ALWAYS, 0, 4, 4),
  TM_CPER_B ("latent_error", TM_CPER_ALWAYS, 0, 4, 5),
  TM_CPER_B ("propagated", TM_CPER_ALWAYS, 0, 4, 6),
  TM_CPER_B ("overflow", TM_CPER_ALWAYS, 0, 4, 7),
  TM_CPER_END,
};

TmCperSection *
tm_cper_section_new (char *guid, const TmCperReader *payload)
{
  TmCperSection *self = g_new0 (TmCperSection, 1);

  self->guid = guid;
  self->type = tm_cper_type_find (guid);
  self->payload = *payload;
  return self;
}

void
tm_cper_section_free (TmCperSection *self)
{
  g_free (self->guid);
  g_free (self->fru_id);
  g_free (self->fru_text);
  g_free (self->time);
  g_free (self);
}

char *
tm_cper_section_get_place (const TmCperSection *self)
{
  if (self->fru_text == NULL || self->fru_text[0] == '\0')
    return NULL;

  return tm_cper_place_clean (self->fru_text);
}

static void
set_text (JsonObject *object, const char *name, const char *text)
{
  if (text != NULL && text[0] != '\0')
    json_object_set_string_member (object, name, text);
}

static void
set_place (const TmCperSection *self, gboolean wants_all, JsonObject *object)
{
  g_autofree char *clean = tm_cper_section_get_place (self);

  set_text (object, "fru_text", wants_all ? self->fru_text : clean);
}

static void
set_head (const TmCperSection *self, JsonObject *object)
{
  guint32 bits = GUINT32_TO_LE (self->flags);
  TmCperReader reader = { (const guint8 *) &bits, sizeof bits, FALSE };
  JsonObject *type = json_object_new ();
  JsonObject *severity = json_object_new ();
  JsonObject *revision = json_object_new ();
  JsonObject *decoded_flags = json_object_new ();

  json_object_set_string_member (type, "guid", self->guid);
  json_object_set_string_member (type, "name", self->type->name);
  json_object_set_object_member (object, "type", type);
  json_object_set_string_member (object, "kind", self->type->kind);

  json_object_set_int_member (severity, "value", self->severity);
  json_object_set_string_member (severity, "name",
                                 tm_cper_name (tm_cper_severity_names, self->severity));
  json_object_set_object_member (object, "severity", severity);

  json_object_set_int_member (revision, "major", self->revision >> 8);
  json_object_set_int_member (revision, "minor", self->revision & 0xff);
  json_object_set_object_member (object, "revision", revision);

  tm_cper_fields_decode (flags, &reader, 0, decoded_flags);
  json_object_set_object_member (object, "flags", decoded_flags);
}

JsonObject *
tm_cper_section_to_json (const TmCperSection *self, gboolean wants_all)
{
  JsonObject *object = json_object_new ();
  TmCperReader payload = self->payload;

  payload.wants_all = wants_all;
  set_head (self, object);
  if (wants_all)
    set_text (object, "fru_id", self->fru_id);
  set_place (self, wants_all, object);
  set_text (object, "timestamp", self->time);
  json_object_set_int_member (object, "length", (gint64) payload.n_bytes);
  if (self->is_truncated)
    json_object_set_boolean_member (object, "truncated", TRUE);
  json_object_set_object_member (object, self->type->fields != NULL ? "error" : "raw",
                                 tm_cper_type_decode (self->type, &payload));
  return object;
}
