/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of fields and the checks that it promises; see tm-field.h. */
#include "tm-field.h"

#include <string.h>

#include "telemetry-error.h"
#include "tm-uuid.h"

/* JSON numbers are read as signed 64 bit integers by everything on our way. */
#define MAX_NUMBER G_MAXINT64
/* 0001-01-01 to 9999-12-31 is what RFC 3339 can write; events before 1970 do not happen to us. */
#define MAX_TIME_USEC (G_GINT64_CONSTANT (253402300799) * G_USEC_PER_SEC + 999999)

#define LABEL(field_name, max_bytes)                                                               \
  {                                                                                                \
    .name = field_name, .type = TM_FIELD_TYPE_LABEL, .max = max_bytes,                             \
    .accepts = "at most " #max_bytes " bytes of UTF-8 text without control characters"             \
  }

static const TmField fields[TM_N_FIELDS] = {
  [TM_FIELD_RECORD_ID] = { .name = "record_id",
                           .type = TM_FIELD_TYPE_UUID7,
                           .required = TRUE,
                           .accepts = "a UUID of version 7 in lower case with dashes" },
  [TM_FIELD_CLASSIFICATION] = { .name = "classification",
                                .type = TM_FIELD_TYPE_CLASSIFICATION,
                                .required = TRUE,
                                .min = 5,
                                .max = TM_CLASSIFICATION_MAX_BYTES,
                                .accepts =
                                    "domain/probe/rest, exactly two '/', each part 1 to 40 of "
                                    "[A-Za-z0-9._:+-]" },
  [TM_FIELD_SEVERITY] = { .name = "severity",
                          .type = TM_FIELD_TYPE_NUMBER,
                          .required = TRUE,
                          .min = TM_SEVERITY_LOW,
                          .max = TM_SEVERITY_CRITICAL,
                          .accepts = "1 (low), 2 (medium), 3 (high) or 4 (critical)" },
  [TM_FIELD_PAYLOAD_FORMAT_VERSION] = { .name = "payload_format_version",
                                        .type = TM_FIELD_TYPE_NUMBER,
                                        .required = TRUE,
                                        .max = G_MAXUINT32,
                                        .accepts = "a number from 0 to 4294967295" },
  [TM_FIELD_EVENT_ID] = { .name = "event_id",
                          .type = TM_FIELD_TYPE_HEX32,
                          .required = TRUE,
                          .accepts = "32 lower-case hex digits" },
  [TM_FIELD_CREATED_AT] = { .name = "created_at",
                            .type = TM_FIELD_TYPE_TIME,
                            .required = TRUE,
                            .max = MAX_TIME_USEC,
                            .accepts = "a time from 1970 to 9999 (RFC 3339, UTC, microseconds)" },
  [TM_FIELD_BOOT_ID] = { .name = "boot_id",
                         .type = TM_FIELD_TYPE_HEX32,
                         .accepts = "32 lower-case hex digits" },
  [TM_FIELD_BOOTTIME_US] = { .name = "boottime_us",
                             .type = TM_FIELD_TYPE_NUMBER,
                             .max = MAX_NUMBER,
                             .accepts = "microseconds since boot, from 0 to 9223372036854775807" },
  [TM_FIELD_SEQUENCE] = { .name = "sequence",
                          .type = TM_FIELD_TYPE_NUMBER,
                          .required = TRUE,
                          .max = MAX_NUMBER,
                          .accepts = "a number from 0 to 9223372036854775807" },
  [TM_FIELD_ORIGIN] = { .name = "origin",
                        .type = TM_FIELD_TYPE_ORIGIN,
                        .required = TRUE,
                        .accepts = "\"system\" or \"user\"" },
  [TM_FIELD_APP] = { .name = "app",
                     .type = TM_FIELD_TYPE_LABEL,
                     .max = TM_APP_MAX_BYTES,
                     .accepts = "at most 256 bytes of UTF-8 text without control characters" },
  [TM_FIELD_PAYLOAD] = { .name = "payload",
                         .type = TM_FIELD_TYPE_TEXT,
                         .required = TRUE,
                         .max = TM_PAYLOAD_MAX_BYTES,
                         .accepts = "at most 1048576 bytes of UTF-8 text without NUL" },
};

/* 249 and 199 bytes are what collectors of Clear Linux take. */
static const TmField system_fields[TM_N_SYSTEM_FIELDS] = {
  [TM_SYSTEM_ARCH] = LABEL ("arch", 64),
  [TM_SYSTEM_HOST_TYPE] = LABEL ("host_type", 249),
  [TM_SYSTEM_SYSTEM_NAME] = LABEL ("system_name", 128),
  [TM_SYSTEM_BUILD] = LABEL ("build", 128),
  [TM_SYSTEM_KERNEL_VERSION] = LABEL ("kernel_version", 128),
  [TM_SYSTEM_BOARD_NAME] = LABEL ("board_name", 199),
  [TM_SYSTEM_CPU_MODEL] = LABEL ("cpu_model", 199),
  [TM_SYSTEM_BIOS_VERSION] = LABEL ("bios_version", 199),
};

const TmField *
tm_field_get (TmFieldId id)
{
  g_return_val_if_fail ((guint) id < TM_N_FIELDS, NULL);

  return &fields[id];
}

gboolean
tm_field_lookup (const char *name, TmFieldId *out_id)
{
  for (guint i = 0; i < TM_N_FIELDS; i++)
    if (strcmp (fields[i].name, name) == 0)
      {
        *out_id = i;
        return TRUE;
      }

  return FALSE;
}

const TmField *
tm_system_field_get (TmSystemFieldId id)
{
  g_return_val_if_fail ((guint) id < TM_N_SYSTEM_FIELDS, NULL);

  return &system_fields[id];
}

gboolean
tm_system_field_lookup (const char *name, TmSystemFieldId *out_id)
{
  for (guint i = 0; i < TM_N_SYSTEM_FIELDS; i++)
    if (strcmp (system_fields[i].name, name) == 0)
      {
        *out_id = i;
        return TRUE;
      }

  return FALSE;
}

gboolean
tm_field_type_is_number (TmFieldType type)
{
  return type == TM_FIELD_TYPE_NUMBER || type == TM_FIELD_TYPE_TIME;
}

static gboolean
is_hex (const char *text, gsize n_bytes)
{
  for (gsize i = 0; i < n_bytes; i++)
    if (!g_ascii_isdigit (text[i]) && (text[i] < 'a' || text[i] > 'f'))
      return FALSE;

  return TRUE;
}

static gboolean
is_classification (const char *text, gsize n_bytes)
{
  guint n_slashes = 0;
  gsize n_part = 0;

  for (gsize i = 0; i < n_bytes; i++)
    {
      if (text[i] == '/')
        {
          if (n_part == 0 || ++n_slashes > 2)
            return FALSE;
          n_part = 0;
        }
      else if (!g_ascii_isalnum (text[i]) && (text[i] == '\0' || strchr ("._:+-", text[i]) == NULL))
        return FALSE;
      else if (++n_part > TM_CLASSIFICATION_PART_MAX_BYTES)
        return FALSE;
    }

  return n_slashes == 2 && n_part > 0;
}

/* DEL and the C0 and C1 controls: nothing that a label for people needs, and all that moves
 * cursors. */
static gboolean
is_label (const char *text, gsize n_bytes)
{
  const char *end = text + n_bytes;

  if (!g_utf8_validate_len (text, n_bytes, NULL))
    return FALSE;

  for (const char *c = text; c < end; c = g_utf8_next_char (c))
    if (g_unichar_iscntrl (g_utf8_get_char (c)))
      return FALSE;

  return TRUE;
}

static gboolean
is_uuid7 (const char *text)
{
  guint8 bytes[16];

  return tm_uuid_parse (text, bytes) && tm_uuid_is_version7 (bytes);
}

static gboolean
text_has_form (const TmField *field, const char *text, gsize n_bytes)
{
  switch (field->type)
    {
    case TM_FIELD_TYPE_UUID7:
      return n_bytes == TM_UUID_TEXT_SIZE - 1 && is_uuid7 (text);
    case TM_FIELD_TYPE_CLASSIFICATION:
      return is_classification (text, n_bytes);
    case TM_FIELD_TYPE_TEXT:
      return g_utf8_validate_len (text, n_bytes, NULL);
    case TM_FIELD_TYPE_LABEL:
      return is_label (text, n_bytes);
    case TM_FIELD_TYPE_HEX32:
      return n_bytes == 32 && is_hex (text, n_bytes);
    case TM_FIELD_TYPE_ORIGIN:
      return strcmp (text, "system") == 0 || strcmp (text, "user") == 0;
    case TM_FIELD_TYPE_NUMBER:
    case TM_FIELD_TYPE_TIME:
    default:
      return FALSE;
    }
}

gboolean
tm_field_check_text (const TmField *field, const char *text, gsize n_bytes, GError **error)
{
  if (field->max != 0 && n_bytes > field->max)
    {
      gboolean is_payload = field->type == TM_FIELD_TYPE_TEXT;

      g_set_error (error, TELEMETRY_ERROR,
                   is_payload ? TELEMETRY_ERROR_TOO_LARGE : TELEMETRY_ERROR_INVALID_FIELDS,
                   "%s is %" G_GSIZE_FORMAT " bytes long, accepted is %s", field->name, n_bytes,
                   field->accepts);
      return FALSE;
    }

  if (n_bytes < field->min || !text_has_form (field, text, n_bytes))
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
                   "%s is not valid, accepted is %s", field->name, field->accepts);
      return FALSE;
    }

  return TRUE;
}

gboolean
tm_field_check_number (const TmField *field, guint64 number, GError **error)
{
  if (tm_field_type_is_number (field->type) && number >= field->min && number <= field->max)
    return TRUE;

  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
               "%s is %" G_GUINT64_FORMAT ", accepted is %s", field->name, number, field->accepts);
  return FALSE;
}
