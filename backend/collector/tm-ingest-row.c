/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A record as a row; see tm-ingest-row.h. */
#include "tm-ingest-row.h"

#include "tm-uuid.h"

#include <stddef.h>
#include <string.h>

#define USEC_PER_DAY (86400 * G_GINT64_CONSTANT (1000000))

typedef enum
{
  FORM_UUID,
  FORM_UUID_OR_NULL,
  FORM_INT8,
  FORM_INT4,
  FORM_INT2,
  FORM_TIME,
} Form;

static const struct
{
  Form form;
  gsize offset;
} columns[TM_ROW_N_COLUMNS] = {
  { FORM_UUID, offsetof (TmIngestRow, record_id) },
  { FORM_UUID, offsetof (TmIngestRow, event_id) },
  { FORM_UUID_OR_NULL, offsetof (TmIngestRow, boot_id) },
  { FORM_INT8, offsetof (TmIngestRow, machine_pk) },
  { FORM_TIME, offsetof (TmIngestRow, created_usec) },
  { FORM_TIME, offsetof (TmIngestRow, received_usec) },
  { FORM_INT8, offsetof (TmIngestRow, boottime_usec) },
  { FORM_INT8, offsetof (TmIngestRow, sequence) },
  { FORM_INT8, offsetof (TmIngestRow, payload_version) },
  { FORM_INT4, offsetof (TmIngestRow, words[TM_WORD_CLASS]) },
  { FORM_INT4, offsetof (TmIngestRow, words[TM_WORD_BUILD]) },
  { FORM_INT4, offsetof (TmIngestRow, words[TM_WORD_SYSTEM]) },
  { FORM_INT4, offsetof (TmIngestRow, words[TM_WORD_KERNEL]) },
  { FORM_INT4, offsetof (TmIngestRow, words[TM_WORD_MODEL]) },
  { FORM_INT4, offsetof (TmIngestRow, words[TM_WORD_CPU]) },
  { FORM_INT4, offsetof (TmIngestRow, words[TM_WORD_BIOS]) },
  { FORM_INT4, offsetof (TmIngestRow, words[TM_WORD_BOARD]) },
  { FORM_INT4, offsetof (TmIngestRow, words[TM_WORD_ARCH]) },
  { FORM_INT4, offsetof (TmIngestRow, words[TM_WORD_APP]) },
  { FORM_INT2, offsetof (TmIngestRow, severity) },
  { FORM_INT2, offsetof (TmIngestRow, flags) },
};

const char tm_ingest_row_columns[] =
    "record_id, event_id, boot_id, machine_pk, created_at, received_at, boottime_us, sequence, "
    "payload_version, class_pk, build_pk, system_pk, kernel_pk, model_pk, cpu_pk, bios_pk, "
    "board_pk, arch_pk, app_pk, severity, flags";

static void
parse_hex32 (const char *text, guint8 out_bytes[16])
{
  for (guint i = 0; i < 16; i++)
    out_bytes[i] =
        (guint8) (g_ascii_xdigit_value (text[2 * i]) << 4 | g_ascii_xdigit_value (text[2 * i + 1]));
}

void
tm_ingest_row_init (TmIngestRow *self, TmIngestJob *job, guint position, const gint32 *words)
{
  TmRecord *record = g_ptr_array_index (job->batch->records, position);

  *self = (TmIngestRow){
    .machine_pk = job->machine_pk,
    .created_usec = (gint64) tm_record_get_number (record, TM_FIELD_CREATED_AT),
    .received_usec = job->received_usec,
    .boottime_usec = (gint64) tm_record_get_number (record, TM_FIELD_BOOTTIME_US),
    .sequence = (gint64) tm_record_get_number (record, TM_FIELD_SEQUENCE),
    .payload_version = (gint64) tm_record_get_number (record, TM_FIELD_PAYLOAD_FORMAT_VERSION),
    .severity = (gint16) tm_record_get_number (record, TM_FIELD_SEVERITY),
    .payload = tm_record_get_text (record, TM_FIELD_PAYLOAD),
    .n_payload_bytes = tm_record_get_n_bytes (record, TM_FIELD_PAYLOAD),
    .job = job,
    .position = position,
  };
  tm_uuid_parse (tm_record_get_text (record, TM_FIELD_RECORD_ID), self->record_id);
  parse_hex32 (tm_record_get_text (record, TM_FIELD_EVENT_ID), self->event_id);
  if (tm_record_has (record, TM_FIELD_BOOT_ID))
    parse_hex32 (tm_record_get_text (record, TM_FIELD_BOOT_ID), self->boot_id);
  if (g_strcmp0 (tm_record_get_text (record, TM_FIELD_ORIGIN), "user") == 0)
    self->flags |= TM_ROW_FLAG_USER;
  memcpy (self->words, words, sizeof self->words);
}

gint32
tm_ingest_row_get_day (const TmIngestRow *self)
{
  return (gint32) (tm_uuid7_get_time_msec (self->record_id) * 1000 / USEC_PER_DAY);
}

int
tm_ingest_row_compare (gconstpointer a, gconstpointer b)
{
  const TmIngestRow *row_a = a, *row_b = b;

  return memcmp (row_a->record_id, row_b->record_id, sizeof row_a->record_id);
}

TmWireType
tm_ingest_row_get_type (guint column)
{
  static const TmWireType types[] = {
    [FORM_UUID] = TM_WIRE_UUID, [FORM_UUID_OR_NULL] = TM_WIRE_UUID,
    [FORM_INT8] = TM_WIRE_INT8, [FORM_INT4] = TM_WIRE_INT4,
    [FORM_INT2] = TM_WIRE_INT2, [FORM_TIME] = TM_WIRE_TIMESTAMPTZ,
  };

  return types[columns[column].form];
}

void
tm_ingest_row_append (const TmIngestRow *self, guint column, GByteArray *wire)
{
  static const guint8 zeros[16] = { 0 };
  const void *member = (const guint8 *) self + columns[column].offset;

  switch (columns[column].form)
    {
    case FORM_UUID_OR_NULL:
      if (memcmp (member, zeros, sizeof zeros) == 0)
        tm_wire_null (wire);
      else
        tm_wire_bytes (wire, member, sizeof zeros);
      break;
    case FORM_UUID:
      tm_wire_bytes (wire, member, sizeof zeros);
      break;
    case FORM_INT8:
      tm_wire_int8 (wire, *(const gint64 *) member);
      break;
    case FORM_TIME:
      tm_wire_time (wire, *(const gint64 *) member);
      break;
    case FORM_INT4:
      tm_wire_int4 (wire, *(const gint32 *) member);
      break;
    case FORM_INT2:
      tm_wire_int2 (wire, *(const gint16 *) member);
      break;
    default:
      g_assert_not_reached ();
    }
}
