/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PostgreSQL's binary format, the part that inserting needs. A field is a length (int32, big
 * endian; -1 is NULL) and that many bytes. Rows of "COPY ... (FORMAT binary)" and elements of an
 * array parameter are both made of fields, so each value is written by the same function either
 * way.
 *
 *   copy:  header, then per row { int16 n_fields, fields }, then int16 -1
 *   array: int32 dimensions, int32 has_null, int32 element type, int32 length, int32 1, fields
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Object ids of built-in types; fixed in PostgreSQL's catalogue. */
typedef enum
{
  TM_WIRE_BYTEA = 17,
  TM_WIRE_INT8 = 20,
  TM_WIRE_INT2 = 21,
  TM_WIRE_INT4 = 23,
  TM_WIRE_TEXT = 25,
  TM_WIRE_DATE = 1082,
  TM_WIRE_TIMESTAMPTZ = 1184,
  TM_WIRE_UUID = 2950,
} TmWireType;

void tm_wire_null (GByteArray *self);
void tm_wire_bool (GByteArray *self, gboolean value);
void tm_wire_int2 (GByteArray *self, gint16 value);
void tm_wire_int4 (GByteArray *self, gint32 value);
void tm_wire_int8 (GByteArray *self, gint64 value);
void tm_wire_time (GByteArray *self, gint64 usec); /* since 1970, UTC */
void tm_wire_date (GByteArray *self, gint32 day);  /* since 1970 */
/* bytea, text, uuid */
void tm_wire_bytes (GByteArray *self, const void *data, gsize n_bytes);

void tm_wire_copy_begin (GByteArray *self);
void tm_wire_copy_row (GByteArray *self, guint n_fields);
void tm_wire_copy_end (GByteArray *self);

/* n_elements fields without NULL must follow. */
void tm_wire_array (GByteArray *self, TmWireType type, guint n_elements);
/* The same as a field of a row; returns what tm_wire_array_field_end() needs. */
guint tm_wire_array_field_begin (GByteArray *self, TmWireType type, guint n_elements);
void tm_wire_array_field_end (GByteArray *self, guint start);

G_END_DECLS
