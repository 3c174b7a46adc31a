/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Our own instance of the kernel's tracing: buffers that nobody else reads or resets, with only the
 * events that tell of faults of the hardware. It is made when reading begins, and removed when it
 * ends; where the program is killed it stays and goes on recording, and the next start reads what
 * came in between.
 */
#pragma once

#include <gio/gio.h>

#include "tm-ras-reader.h"

G_BEGIN_DECLS

/* Memory of the kernel, for each processor: some hundred events. */
#define MCE_TRACE_BUFFER_KIB 64

typedef struct _MceTrace MceTrace;

/* tracefs: where it is mounted; name: of the instance; keeps: one that is there already is of this
 * agreement, what it holds may be read. NULL without an error: this kernel has no such events. */
MceTrace *mce_trace_open (const char *tracefs, const char *name, gboolean keeps, GError **error);
/* Closes it; the instance stays. */
void mce_trace_free (MceTrace *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MceTrace, mce_trace_free)

/* Removes the instance, if it is there; nothing may have it open. */
void mce_trace_remove (const char *tracefs, const char *name);

/* (element-type int): what to wait for, one for each processor. */
GArray *mce_trace_get_fds (MceTrace *self);
gboolean mce_trace_covers (MceTrace *self, const char *event);

/* All that is there. go_on is asked now and then; FALSE without an error: it said no. */
gboolean mce_trace_read (MceTrace *self,
                         TmFaultFunc func,
                         gboolean (*go_on) (gpointer user_data),
                         gpointer user_data,
                         GError **error);
/* How many events were lost since it was asked last. */
guint64 mce_trace_take_lost (MceTrace *self);

G_END_DECLS
