/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Faults of the hardware in the kernel's log, line by line: where there is no trace event for them,
 * or nobody was there to read it.
 */
#pragma once

#include "tm-fault.h"

G_BEGIN_DECLS

/* Of a longer line only the beginning is looked at; the kernel's have at most 1 KiB. */
#define TM_HARDWARE_LOG_MAX_BYTES 2048

typedef struct _TmHardwareLog TmHardwareLog;

TmHardwareLog *tm_hardware_log_new (TmFaultFunc func, gpointer user_data);
void tm_hardware_log_free (TmHardwareLog *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmHardwareLog, tm_hardware_log_free)

/* text: without the head of a line (see tm-klog-line.h). time_usec: since boot, or -1;
 * realtime_usec: since 1970, or 0: what the faults carry. FALSE: the line is not about hardware. */
gboolean tm_hardware_log_feed (
    TmHardwareLog *self, const char *text, gsize n_bytes, gint64 time_usec, gint64 realtime_usec);
/* A report has begun, and may go on in the next line. */
gboolean tm_hardware_log_is_open (TmHardwareLog *self);
/* No further line comes of what has begun. */
void tm_hardware_log_flush (TmHardwareLog *self);

G_END_DECLS
