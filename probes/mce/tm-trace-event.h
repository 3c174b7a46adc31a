/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One event out of the ring buffer: bytes, and the format that says what they are. Fields are asked
 * for by name; one that this kernel does not have, or that lies beyond the bytes, is absent.
 */
#pragma once

#include "tm-cper-reader.h"
#include "tm-trace-format.h"

G_BEGIN_DECLS

typedef struct
{
  const TmTraceFormat *format; /* (unowned) */
  TmCperReader data;
  guint64 time_nsec; /* of the clock of the trace */
} TmTraceEvent;

gboolean tm_trace_event_has (const TmTraceEvent *self, const char *name);
/* Zero if it is absent; numbers are in the machine's own order, 1, 2, 4 or 8 bytes. */
guint64 tm_trace_event_get_number (const TmTraceEvent *self, const char *name);
gint64 tm_trace_event_get_signed (const TmTraceEvent *self, const char *name);
/* No bytes if it is absent. */
TmCperReader tm_trace_event_get_bytes (const TmTraceEvent *self, const char *name);
/* (transfer full): printable ASCII up to the first NUL, other bytes as '?'; "" if it is absent. */
char *tm_trace_event_get_text (const TmTraceEvent *self, const char *name);

/* A number in the machine's own order; zero for a width that is none. */
guint64 tm_trace_number (const guint8 *data, gsize n_bytes);

G_END_DECLS
