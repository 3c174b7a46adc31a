/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Points in time as people write them into a filter. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TM_FILTER_TIME_ACCEPTS                                                                     \
  "an age such as 90m, 24h, 7d or 4w, a day such as 2026-11-22, or a time such as "                \
  "2026-11-22T12:30 (UTC) or 2026-11-22T12:30:00Z"

/* is_end: a day means its end, not its beginning, so that "to" a day has that day in it. */
gboolean
tm_filter_time_parse (const char *text, gint64 now_usec, gboolean is_end, gint64 *out_usec);

G_END_DECLS
