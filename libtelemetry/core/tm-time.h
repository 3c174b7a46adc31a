/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Points in time as text: RFC 3339 in UTC with microseconds, "2026-11-22T12:30:00.000001Z". */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TM_TIME_TEXT_SIZE 28 /* with NUL */

/* usec: microseconds since 1970 UTC, years 0001 to 9999. */
void tm_time_format (gint64 usec, char out_text[TM_TIME_TEXT_SIZE]);
/* Accepts RFC 3339 with 0 to 6 digits of a second and Z or a numeric offset. */
gboolean tm_time_parse (const char *text, gint64 *out_usec);

G_END_DECLS
