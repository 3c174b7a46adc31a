/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-trace-page.h. */
#include "tm-trace-page.h"

#include "tm-trace-event.h"

#define COMMIT_MASK ((1u << 27) - 1)
#define COMMIT_LOST (1u << 31)
#define COMMIT_COUNTED (1u << 30)

#define TYPE_PADDING 29
#define TYPE_TIME_EXTEND 30
#define TYPE_TIME_STAMP 31
#define DELTA_BITS 27

gboolean
tm_trace_layout_parse (const char *text, gsize n_bytes, TmTraceLayout *out_layout, GError **error)
{
  g_autoptr (GPtrArray) fields = tm_trace_fields_parse (text, n_bytes, error);
  const TmTraceField *time;
  const TmTraceField *commit;
  const TmTraceField *data;

  if (fields == NULL)
    return FALSE;

  time = tm_trace_fields_find (fields, "timestamp");
  commit = tm_trace_fields_find (fields, "commit");
  data = tm_trace_fields_find (fields, "data");
  if (time == NULL || commit == NULL || data == NULL || commit->n_bytes < 4 ||
      data->offset + data->n_bytes > TM_TRACE_PAGE_MAX_BYTES ||
      data->offset + data->n_bytes < TM_TRACE_PAGE_MIN_BYTES)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           "the head of a page lacks “timestamp”, “commit” or “data”, or a page "
                           "has not 64 bytes to 1 MiB");
      return FALSE;
    }

  *out_layout = (TmTraceLayout){
    .time_offset = time->offset,
    .time_bytes = time->n_bytes,
    .commit_offset = commit->offset,
    .commit_bytes = commit->n_bytes,
    .data_offset = data->offset,
    .page_bytes = data->offset + data->n_bytes,
  };
  return TRUE;
}

static guint64
read_number (const TmCperReader *reader, gsize offset, gsize n_bytes)
{
  return tm_cper_reader_has (reader, offset, n_bytes)
             ? tm_trace_number (reader->data + offset, n_bytes)
             : 0;
}

/* The first word of an event: bit fields lie as the processor has them. */
static void
split_word (guint32 word, guint *out_type, guint64 *out_delta)
{
  gboolean is_little = G_BYTE_ORDER == G_LITTLE_ENDIAN;

  *out_type = is_little ? word & 0x1f : word >> DELTA_BITS;
  *out_delta = is_little ? word >> 5 : word & ((1u << DELTA_BITS) - 1);
}

/* How long the entry at offset is, its word included; 0: no entry follows. */
static gsize
get_length (const TmCperReader *data, gsize offset, guint type, guint64 delta)
{
  guint64 length = read_number (data, offset + 4, 4);

  switch (type)
    {
    case TYPE_PADDING:
      return delta == 0 ? 0 : 4 + length;
    case TYPE_TIME_EXTEND:
    case TYPE_TIME_STAMP:
      return 8;
    case 0:
      return length < 4 ? 0 : 4 + length;
    default:
      return 4 + 4 * type;
    }
}

static void
read_events (const TmCperReader *data, guint64 time_nsec, TmTraceFunc func, gpointer user_data)
{
  gsize offset = 0;

  while (tm_cper_reader_has (data, offset, 4))
    {
      guint type;
      guint64 delta;
      gsize length;
      gsize head;
      TmCperReader event;

      split_word ((guint32) read_number (data, offset, 4), &type, &delta);
      length = get_length (data, offset, type, delta);
      if (length == 0 || !tm_cper_reader_has (data, offset, length))
        return;

      if (type == TYPE_TIME_EXTEND || type == TYPE_TIME_STAMP)
        delta += read_number (data, offset + 4, 4) << DELTA_BITS;
      time_nsec = type == TYPE_TIME_STAMP ? delta : time_nsec + delta;
      head = type == 0 ? 8 : 4;
      event = tm_cper_reader_slice (data, offset + head, length - head);
      if (type < TYPE_PADDING)
        func (&event, time_nsec, user_data);
      offset += length;
    }
}

guint64
tm_trace_page_read (const TmTraceLayout *layout,
                    const TmCperReader *page,
                    TmTraceFunc func,
                    gpointer user_data)
{
  guint32 commit = (guint32) read_number (page, layout->commit_offset, layout->commit_bytes);
  guint64 time_nsec = read_number (page, layout->time_offset, layout->time_bytes);
  gsize n_bytes = commit & COMMIT_MASK;
  TmCperReader data = tm_cper_reader_slice (page, layout->data_offset, n_bytes);
  guint64 n_lost = 0;

  if (data.n_bytes == n_bytes)
    read_events (&data, time_nsec, func, user_data);
  if ((commit & COMMIT_LOST) == 0)
    return 0;

  if ((commit & COMMIT_COUNTED) != 0)
    n_lost = read_number (page, layout->data_offset + n_bytes, layout->commit_bytes);
  return MAX (n_lost, 1);
}
