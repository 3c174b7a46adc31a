/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PostgreSQL's binary format; see tm-wire.h. */
#include "tm-wire.h"

#include <string.h>

/* PostgreSQL counts from 2000-01-01. */
#define EPOCH_DAYS 10957
#define EPOCH_USEC (EPOCH_DAYS * G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

static void
append_int16 (GByteArray *self, gint16 value)
{
  guint16 wire = GUINT16_TO_BE ((guint16) value);

  g_byte_array_append (self, (const guint8 *) &wire, sizeof wire);
}

static void
append_int32 (GByteArray *self, gint32 value)
{
  guint32 wire = GUINT32_TO_BE ((guint32) value);

  g_byte_array_append (self, (const guint8 *) &wire, sizeof wire);
}

void
tm_wire_bytes (GByteArray *self, const void *data, gsize n_bytes)
{
  g_assert (n_bytes <= G_MAXINT32);

  append_int32 (self, (gint32) n_bytes);
  if (n_bytes > 0)
    g_byte_array_append (self, data, (guint) n_bytes);
}

void
tm_wire_null (GByteArray *self)
{
  append_int32 (self, -1);
}

void
tm_wire_bool (GByteArray *self, gboolean value)
{
  guint8 wire = value ? 1 : 0;

  tm_wire_bytes (self, &wire, sizeof wire);
}

void
tm_wire_int2 (GByteArray *self, gint16 value)
{
  guint16 wire = GUINT16_TO_BE ((guint16) value);

  tm_wire_bytes (self, &wire, sizeof wire);
}

void
tm_wire_int4 (GByteArray *self, gint32 value)
{
  guint32 wire = GUINT32_TO_BE ((guint32) value);

  tm_wire_bytes (self, &wire, sizeof wire);
}

void
tm_wire_int8 (GByteArray *self, gint64 value)
{
  guint64 wire = GUINT64_TO_BE ((guint64) value);

  tm_wire_bytes (self, &wire, sizeof wire);
}

void
tm_wire_time (GByteArray *self, gint64 usec)
{
  tm_wire_int8 (self, usec - EPOCH_USEC);
}

void
tm_wire_date (GByteArray *self, gint32 day)
{
  tm_wire_int4 (self, day - EPOCH_DAYS);
}

void
tm_wire_copy_begin (GByteArray *self)
{
  static const guint8 signature[11] = { 'P', 'G', 'C', 'O', 'P', 'Y', '\n', 0xff, '\r', '\n', 0 };

  g_byte_array_append (self, signature, sizeof signature);
  append_int32 (self, 0); /* flags */
  append_int32 (self, 0); /* no extension of the header */
}

void
tm_wire_copy_row (GByteArray *self, guint n_fields)
{
  append_int16 (self, (gint16) n_fields);
}

void
tm_wire_copy_end (GByteArray *self)
{
  append_int16 (self, -1);
}

void
tm_wire_array (GByteArray *self, TmWireType type, guint n_elements)
{
  append_int32 (self, n_elements > 0 ? 1 : 0); /* dimensions */
  append_int32 (self, 0);                      /* no NULL */
  append_int32 (self, (gint32) type);
  if (n_elements == 0)
    return;

  append_int32 (self, (gint32) n_elements);
  append_int32 (self, 1); /* the first index */
}

guint
tm_wire_array_field_begin (GByteArray *self, TmWireType type, guint n_elements)
{
  guint start = self->len;

  append_int32 (self, 0); /* the length, known at the end */
  tm_wire_array (self, type, n_elements);

  return start;
}

void
tm_wire_array_field_end (GByteArray *self, guint start)
{
  guint32 wire = GUINT32_TO_BE (self->len - start - (guint) sizeof (guint32));

  memcpy (self->data + start, &wire, sizeof wire);
}
