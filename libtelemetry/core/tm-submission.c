/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options of a submission are a table: key, type, and what takes the value; see tm-submission.h. */
#include "tm-submission.h"

#include <string.h>

#include "telemetry-error.h"

/* What a caller means who says nothing: the first version of whatever the payload is. */
#define DEFAULT_FORMAT_VERSION 1

typedef struct
{
  const char *key;
  const char *type;
  gboolean (*take) (TmSubmission *self, GVariant *value, GError **error);
} Option;

static gboolean
take_payload_format_version (TmSubmission *self, GVariant *value, GError **error)
{
  return tm_record_builder_set_number (&self->builder, TM_FIELD_PAYLOAD_FORMAT_VERSION,
                                       g_variant_get_uint32 (value), error);
}

static gboolean
take_event_id (TmSubmission *self, GVariant *value, GError **error)
{
  gsize n_bytes;
  const char *text = g_variant_get_string (value, &n_bytes);

  return tm_record_builder_set_text (&self->builder, TM_FIELD_EVENT_ID, text, n_bytes, error);
}

static gboolean
take_created_at (TmSubmission *self, GVariant *value, GError **error)
{
  gint64 usec = g_variant_get_int64 (value);

  if (usec >= 0)
    return tm_record_builder_set_number (&self->builder, TM_FIELD_CREATED_AT, usec, error);

  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
               "created-at is %" G_GINT64_FORMAT ", accepted are microseconds since 1970 UTC",
               usec);
  return FALSE;
}

static gboolean
take_dedup_key (TmSubmission *self, GVariant *value, GError **error)
{
  static const TmField field = { .name = "dedup-key",
                                 .type = TM_FIELD_TYPE_LABEL,
                                 .min = 1,
                                 .max = TM_DEDUP_KEY_MAX_BYTES,
                                 .accepts = "1 to 128 bytes of UTF-8 text without controls" };
  gsize n_bytes;
  const char *text = g_variant_get_string (value, &n_bytes);

  if (!tm_field_check_text (&field, text, n_bytes, error))
    return FALSE;

  self->dedup_key = g_strdup (text);
  return TRUE;
}

static gboolean
take_system (TmSubmission *self, GVariant *value, GError **error)
{
  const char *values[TM_N_SYSTEM_FIELDS] = { NULL };
  const char *name, *text;
  GVariantIter iter;

  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &text))
    {
      TmSystemFieldId id;

      if (!tm_system_field_lookup (name, &id))
        {
          g_set_error (
              error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
              "system has no field “%s”, accepted are arch, host_type, system_name, build, "
              "kernel_version, board_name, cpu_model and bios_version",
              name);
          return FALSE;
        }
      values[id] = text;
    }

  self->system = tm_system_new (values, error);
  return self->system != NULL;
}

static const Option known_options[] = {
  { "payload-format-version", "u", take_payload_format_version },
  { "event-id", "s", take_event_id },
  { "created-at", "x", take_created_at },
  { "dedup-key", "s", take_dedup_key },
  { "system", "a{ss}", take_system },
};

static gboolean
take_option (TmSubmission *self, const char *key, GVariant *value, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (known_options); i++)
    {
      const Option *option = &known_options[i];

      if (strcmp (option->key, key) != 0)
        continue;
      if (g_variant_is_of_type (value, G_VARIANT_TYPE (option->type)))
        return option->take (self, value, error);

      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
                   "option %s has type %s, accepted is %s", key, g_variant_get_type_string (value),
                   option->type);
      return FALSE;
    }

  g_set_error (
      error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
      "there is no option “%s”, accepted are payload-format-version, event-id, created-at, "
      "dedup-key and system",
      key);
  return FALSE;
}

static gboolean
take_options (TmSubmission *self, GVariant *options, GError **error)
{
  GVariantIter iter;
  const char *key;
  GVariant *boxed;

  g_variant_iter_init (&iter, options);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &boxed))
    {
      g_autoptr (GVariant) value = boxed;

      /* The bus lets a caller give a key twice: the last one would win, or leak. */
      if (strcmp (key, "dedup-key") == 0)
        g_clear_pointer (&self->dedup_key, g_free);
      if (strcmp (key, "system") == 0)
        g_clear_pointer (&self->system, tm_system_unref);

      if (!take_option (self, key, value, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
set_payload (
    TmSubmission *self, const char *payload, gsize n_bytes, gsize max_bytes, GError **error)
{
  if (n_bytes <= max_bytes)
    return tm_record_builder_set_text (&self->builder, TM_FIELD_PAYLOAD, payload, n_bytes, error);

  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_TOO_LARGE,
               "payload is %" G_GSIZE_FORMAT " bytes long, accepted are at most %" G_GSIZE_FORMAT
               " (by file descriptor at most %u)",
               n_bytes, max_bytes, TM_PAYLOAD_MAX_BYTES);
  return FALSE;
}

gboolean
tm_submission_init (TmSubmission *self,
                    const char *classification,
                    guint32 severity,
                    const char *payload,
                    gsize n_bytes,
                    gsize payload_max_bytes,
                    GVariant *options,
                    GError **error)
{
  g_auto (TmSubmission) submission = { 0 };

  tm_record_builder_init (&submission.builder);
  if (!tm_record_builder_set_text (&submission.builder, TM_FIELD_CLASSIFICATION, classification,
                                   strlen (classification), error) ||
      !tm_record_builder_set_number (&submission.builder, TM_FIELD_SEVERITY, severity, error) ||
      !tm_record_builder_set_number (&submission.builder, TM_FIELD_PAYLOAD_FORMAT_VERSION,
                                     DEFAULT_FORMAT_VERSION, error) ||
      !set_payload (&submission, payload, n_bytes, payload_max_bytes, error) ||
      !take_options (&submission, options, error))
    return FALSE;

  *self = submission;
  submission = (TmSubmission){ 0 };
  return TRUE;
}

void
tm_submission_clear (TmSubmission *self)
{
  tm_record_builder_clear (&self->builder);
  g_clear_pointer (&self->dedup_key, g_free);
  g_clear_pointer (&self->system, tm_system_unref);
}

static GVariant *
field_to_variant (TmRecord *record, TmFieldId id)
{
  TmFieldType type = tm_field_get (id)->type;

  if (type == TM_FIELD_TYPE_TIME)
    return g_variant_new_int64 (tm_record_get_number (record, id));
  if (id == TM_FIELD_SEVERITY || id == TM_FIELD_PAYLOAD_FORMAT_VERSION)
    return g_variant_new_uint32 (tm_record_get_number (record, id));
  if (tm_field_type_is_number (type))
    return g_variant_new_uint64 (tm_record_get_number (record, id));

  return g_variant_new_string (tm_record_get_text (record, id));
}

GVariant *
tm_record_to_variant (TmRecord *record, gboolean with_payload)
{
  GVariantBuilder builder, system;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; i < TM_N_FIELDS; i++)
    if (tm_record_has (record, i) && (with_payload || i != TM_FIELD_PAYLOAD))
      g_variant_builder_add (&builder, "{sv}", tm_field_get (i)->name,
                             field_to_variant (record, i));

  g_variant_builder_init (&system, G_VARIANT_TYPE ("a{ss}"));
  for (guint i = 0; i < TM_N_SYSTEM_FIELDS; i++)
    {
      const char *value = tm_system_get (tm_record_get_system (record), i);

      if (value != NULL)
        g_variant_builder_add (&system, "{ss}", tm_system_field_get (i)->name, value);
    }
  g_variant_builder_add (&builder, "{sv}", "system", g_variant_builder_end (&system));

  return g_variant_builder_end (&builder);
}
