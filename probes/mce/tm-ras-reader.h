/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From pages of the ring buffer to faults: knows the formats that this kernel has, and passes over
 * what it was not told of.
 */
#pragma once

#include "tm-ras-event.h"
#include "tm-trace-page.h"

G_BEGIN_DECLS

typedef struct _TmRasReader TmRasReader;

/* header_page: the text of events/header_page. Fails in the domain G_IO_ERROR. */
TmRasReader *tm_ras_reader_new (const char *header_page, gsize n_bytes, GError **error);
void tm_ras_reader_free (TmRasReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmRasReader, tm_ras_reader_free)

/* The text of events/SYSTEM/NAME/format. */
gboolean
tm_ras_reader_add_format (TmRasReader *self, const char *text, gsize n_bytes, GError **error);
/* Whether faults of this kind come by the trace. */
gboolean tm_ras_reader_covers (TmRasReader *self, const char *name);
gsize tm_ras_reader_get_page_bytes (TmRasReader *self);

/* offset_nsec: what to add to the clock of the trace, in nanoseconds, to have the time since 1970;
 * 0: nobody knows, faults carry no time. Returns how many events were lost. */
guint64 tm_ras_reader_feed (TmRasReader *self,
                            const guint8 *page,
                            gsize n_bytes,
                            gint64 offset_nsec,
                            TmFaultFunc func,
                            gpointer user_data);

G_END_DECLS
