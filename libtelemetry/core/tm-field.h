/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The fields of a record, in one table: name on the wire, type, limits, who sets it. Codecs,
 * validation, the store and the tests iterate this table; a new field is a new line in it.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Limits, each in the unit its name says. The contracts fix them (record format 1). */
#define TM_CLASSIFICATION_PART_MAX_BYTES 40
#define TM_CLASSIFICATION_MAX_BYTES 122
#define TM_PAYLOAD_INLINE_MAX_BYTES (32 * 1024)
#define TM_PAYLOAD_MAX_BYTES (1024 * 1024)
#define TM_APP_MAX_BYTES 256
#define TM_SEVERITY_LOW 1
#define TM_SEVERITY_MEDIUM 2
#define TM_SEVERITY_HIGH 3
#define TM_SEVERITY_CRITICAL 4

typedef enum
{
  TM_FIELD_TYPE_UUID7,          /* text: a UUID of version 7, lower case, with dashes */
  TM_FIELD_TYPE_CLASSIFICATION, /* text: domain/probe/rest */
  TM_FIELD_TYPE_NUMBER,         /* number: min..max */
  TM_FIELD_TYPE_TEXT,           /* text: UTF-8 without NUL, min..max bytes */
  TM_FIELD_TYPE_LABEL,          /* text without control characters, min..max bytes */
  TM_FIELD_TYPE_HEX32,          /* text: 32 lower-case hex digits */
  TM_FIELD_TYPE_TIME,           /* number: microseconds since 1970 UTC; RFC 3339 as text */
  TM_FIELD_TYPE_ORIGIN,         /* text: "system" or "user" */
} TmFieldType;

typedef enum
{
  TM_FIELD_RECORD_ID,
  TM_FIELD_CLASSIFICATION,
  TM_FIELD_SEVERITY,
  TM_FIELD_PAYLOAD_FORMAT_VERSION,
  TM_FIELD_EVENT_ID,
  TM_FIELD_CREATED_AT,
  TM_FIELD_BOOT_ID,
  TM_FIELD_BOOTTIME_US,
  TM_FIELD_SEQUENCE,
  TM_FIELD_ORIGIN,
  TM_FIELD_APP,
  TM_FIELD_PAYLOAD,
} TmFieldId;

#define TM_N_FIELDS (TM_FIELD_PAYLOAD + 1)

typedef struct
{
  const char *name; /* the key in JSON */
  TmFieldType type;
  gboolean required;
  guint64 min;         /* smallest number, or fewest bytes */
  guint64 max;         /* largest number, or most bytes */
  const char *accepts; /* for people: what a value must be, units included */
} TmField;

const TmField *tm_field_get (TmFieldId id);
gboolean tm_field_lookup (const char *name, TmFieldId *out_id);
gboolean tm_field_type_is_number (TmFieldType type);

/* Both fail with TELEMETRY_ERROR_INVALID_FIELDS, or TOO_LARGE for a payload over its limit. */
gboolean
tm_field_check_text (const TmField *field, const char *text, gsize n_bytes, GError **error);
gboolean tm_field_check_number (const TmField *field, guint64 number, GError **error);

/* The fields that describe the system a record comes from; all are labels, all are optional. */
typedef enum
{
  TM_SYSTEM_ARCH,
  TM_SYSTEM_HOST_TYPE,
  TM_SYSTEM_SYSTEM_NAME,
  TM_SYSTEM_BUILD,
  TM_SYSTEM_KERNEL_VERSION,
  TM_SYSTEM_BOARD_NAME,
  TM_SYSTEM_CPU_MODEL,
  TM_SYSTEM_BIOS_VERSION,
} TmSystemFieldId;

#define TM_N_SYSTEM_FIELDS (TM_SYSTEM_BIOS_VERSION + 1)

const TmField *tm_system_field_get (TmSystemFieldId id);
gboolean tm_system_field_lookup (const char *name, TmSystemFieldId *out_id);

G_END_DECLS
