/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pages of the kernel's ring buffer as trace_pipe_raw hands them out. The head of a page is
 * described by events/header_page:
 *
 *   timestamp   of the page; each event adds what has passed since the one before
 *   commit      how many bytes of events follow; bit 31: events before this page are lost, and
 *               with bit 30 their number stands behind the bytes
 *   data        the events
 *
 * An event is four bytes, 5 bits of type or length and 27 bits of time, and then
 *
 *   type 1 to 28    4 * type bytes of the event
 *   type 0          four bytes of length, these four included, and the event
 *   type 29         nothing: as many bytes as the next four say; without time, to the end of the
 * page type 30         the upper bits of the time that has passed type 31         the time itself
 */
#pragma once

#include <gio/gio.h>

#include "tm-cper-reader.h"

G_BEGIN_DECLS

/* The kernel's pages have 4 KiB, or 64 on some processors; an administrator may join them. */
#define TM_TRACE_PAGE_MAX_BYTES (1024 * 1024)
/* Of a recording whose pages are shorter nothing comes but work. */
#define TM_TRACE_PAGE_MIN_BYTES 64

typedef struct
{
  gsize time_offset;
  gsize time_bytes;
  gsize commit_offset;
  gsize commit_bytes;
  gsize data_offset;
  gsize page_bytes; /* of a whole page */
} TmTraceLayout;

/* From the text of events/header_page. Fails in the domain G_IO_ERROR. */
gboolean
tm_trace_layout_parse (const char *text, gsize n_bytes, TmTraceLayout *out_layout, GError **error);

typedef void (*TmTraceFunc) (const TmCperReader *event, guint64 time_nsec, gpointer user_data);

/* Calls func for each event, in order; what makes no sense ends the page. Returns how many events
 * were lost before it; at least one, if the kernel does not know how many. */
guint64 tm_trace_page_read (const TmTraceLayout *layout,
                            const TmCperReader *page,
                            TmTraceFunc func,
                            gpointer user_data);

G_END_DECLS
