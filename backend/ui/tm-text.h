/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers, times and strangers' text as people read them. All results are (transfer full). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "1,234,567" */
char *tm_text_number (gint64 number);
/* "1 record", "1,234 records": noun with s unless number is 1. */
char *tm_text_count (gint64 number, const char *noun);
/* "12.5 KiB" */
char *tm_text_bytes (gint64 n_bytes);
/* "just now", "5 min ago", "3 h ago", "2 days ago", "in 5 min" */
char *tm_text_age (gint64 usec, gint64 now_usec);
/* "2026-11-22 12:30:00 UTC" */
char *tm_text_time (gint64 usec);

/* Text as it is, but what can't be seen or turns the line around is made visible: control
 * characters as their pictures, marks of writing direction by their number. */
char *tm_text_visible (const char *text);

/* How many bytes text takes on a page at most, made visible and escaped. */
gsize tm_text_cost (const char *text);
/* As much of text as costs max_bytes, never cut within a character. */
char *tm_text_start (const char *text, gsize max_bytes);

G_END_DECLS
