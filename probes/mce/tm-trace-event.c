/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-trace-event.h. */
#include "tm-trace-event.h"

#include <string.h>

/* No event of the hardware has a longer text. */
#define MAX_TEXT_BYTES 1024

guint64
tm_trace_number (const guint8 *data, gsize n_bytes)
{
  guint16 two;
  guint32 four;
  guint64 eight;

  switch (n_bytes)
    {
    case 1:
      return data[0];
    case 2:
      memcpy (&two, data, sizeof two);
      return two;
    case 4:
      memcpy (&four, data, sizeof four);
      return four;
    case 8:
      memcpy (&eight, data, sizeof eight);
      return eight;
    default:
      return 0;
    }
}

static guint64
read_number (const TmCperReader *data, const TmTraceField *field)
{
  if (!tm_cper_reader_has (data, field->offset, field->n_bytes))
    return 0;

  return tm_trace_number (data->data + field->offset, field->n_bytes);
}

gboolean
tm_trace_event_has (const TmTraceEvent *self, const char *name)
{
  const TmTraceField *field = tm_trace_format_find (self->format, name);

  return field != NULL && tm_cper_reader_has (&self->data, field->offset, field->n_bytes);
}

guint64
tm_trace_event_get_number (const TmTraceEvent *self, const char *name)
{
  const TmTraceField *field = tm_trace_format_find (self->format, name);

  return field != NULL && field->place == TM_TRACE_FIXED ? read_number (&self->data, field) : 0;
}

gint64
tm_trace_event_get_signed (const TmTraceEvent *self, const char *name)
{
  const TmTraceField *field = tm_trace_format_find (self->format, name);
  guint64 number = tm_trace_event_get_number (self, name);
  guint shift;

  if (field == NULL || field->n_bytes == 0 || field->n_bytes > 8)
    return 0;

  shift = (guint) (64 - 8 * field->n_bytes);
  return (gint64) (number << shift) >> shift;
}

TmCperReader
tm_trace_event_get_bytes (const TmTraceEvent *self, const char *name)
{
  const TmTraceField *field = tm_trace_format_find (self->format, name);
  guint64 location;
  gsize offset;

  if (field == NULL)
    return tm_cper_reader_slice (&self->data, 0, 0);
  if (field->place == TM_TRACE_FIXED)
    return tm_cper_reader_slice (&self->data, field->offset, field->n_bytes);

  location = read_number (&self->data, field);
  offset = location & 0xffff;
  if (field->place == TM_TRACE_REL_LOC)
    offset += field->offset + field->n_bytes;
  return tm_cper_reader_slice (&self->data, offset, location >> 16 & 0xffff);
}

char *
tm_trace_event_get_text (const TmTraceEvent *self, const char *name)
{
  TmCperReader bytes = tm_trace_event_get_bytes (self, name);
  char *text = tm_cper_reader_text (&bytes, 0, MIN (bytes.n_bytes, MAX_TEXT_BYTES));

  return text != NULL ? g_strstrip (text) : g_strdup ("");
}
