/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What somebody names with --input: a file with lines of the kernel's log in any of its forms, or a
 * directory that is a copy of what a tracefs has of a recording:
 *
 *   events/header_page                    how a page of the buffer looks
 *   events/SYSTEM/NAME/format             how an event looks, for each event that is to be read
 *   per_cpu/cpuN/trace_pipe_raw           the pages, one behind another
 */
#pragma once

#include <gio/gio.h>

#include "tm-fault.h"

G_BEGIN_DECLS

/* out_n_lost: events that the kernel could not keep. */
gboolean mce_input_read (
    const char *name, TmFaultFunc func, gpointer user_data, guint64 *out_n_lost, GError **error);

G_END_DECLS
