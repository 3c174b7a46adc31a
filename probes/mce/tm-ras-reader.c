/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-ras-reader.h. */
#include "tm-ras-reader.h"

#include <string.h>

struct _TmRasReader
{
  TmTraceLayout layout;
  GPtrArray *formats; /* (element-type TmTraceFormat) */
};

typedef struct
{
  TmRasReader *reader; /* (unowned) */
  gint64 offset_nsec;
  TmFaultFunc func;
  gpointer user_data;
} Feed;

TmRasReader *
tm_ras_reader_new (const char *header_page, gsize n_bytes, GError **error)
{
  TmTraceLayout layout;
  TmRasReader *self;

  if (!tm_trace_layout_parse (header_page, n_bytes, &layout, error))
    return NULL;

  self = g_new0 (TmRasReader, 1);
  self->layout = layout;
  self->formats = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_trace_format_free);
  return self;
}

void
tm_ras_reader_free (TmRasReader *self)
{
  g_ptr_array_unref (self->formats);
  g_free (self);
}

gboolean
tm_ras_reader_add_format (TmRasReader *self, const char *text, gsize n_bytes, GError **error)
{
  TmTraceFormat *format = tm_trace_format_parse (text, n_bytes, error);

  if (format == NULL)
    return FALSE;

  g_ptr_array_add (self->formats, format);
  return TRUE;
}

gboolean
tm_ras_reader_covers (TmRasReader *self, const char *name)
{
  for (guint i = 0; i < self->formats->len; i++)
    if (strcmp (((TmTraceFormat *) g_ptr_array_index (self->formats, i))->name, name) == 0)
      return TRUE;

  return FALSE;
}

gsize
tm_ras_reader_get_page_bytes (TmRasReader *self)
{
  return self->layout.page_bytes;
}

/* Each format says where the number stands that tells it from the others. */
static const TmTraceFormat *
find_format (TmRasReader *self, const TmCperReader *data)
{
  for (guint i = 0; i < self->formats->len; i++)
    {
      const TmTraceFormat *format = g_ptr_array_index (self->formats, i);
      const TmTraceEvent event = { format, *data, 0 };

      if (tm_trace_event_has (&event, "common_type") &&
          tm_trace_event_get_number (&event, "common_type") == format->id)
        return format;
    }

  return NULL;
}

static void
take_event (const TmCperReader *data, guint64 time_nsec, gpointer user_data)
{
  const Feed *feed = user_data;
  const TmTraceEvent event = { find_format (feed->reader, data), *data, time_nsec };
  const TmRasEvent *ras = event.format != NULL ? tm_ras_event_find (event.format->name) : NULL;
  TmFault *fault;

  if (ras == NULL)
    return;

  fault = ras->to_fault (&event);
  fault->source = TM_FAULT_FROM_TRACE;
  if (feed->offset_nsec != 0 && time_nsec < G_MAXINT64 / 2)
    fault->time_usec = ((gint64) time_nsec + feed->offset_nsec) / 1000;
  feed->func (fault, feed->user_data);
}

guint64
tm_ras_reader_feed (TmRasReader *self,
                    const guint8 *page,
                    gsize n_bytes,
                    gint64 offset_nsec,
                    TmFaultFunc func,
                    gpointer user_data)
{
  const TmCperReader reader = { page, n_bytes, FALSE };
  Feed feed = { self, offset_nsec, func, user_data };

  return tm_trace_page_read (&self->layout, &reader, take_event, &feed);
}
