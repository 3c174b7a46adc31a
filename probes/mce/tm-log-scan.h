/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the lines of the kernel's log are taken apart: by the word in front of what is wanted. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The number behind the first key of text; base: 10 or 16, with or without "0x". FALSE: no such. */
gboolean tm_log_scan_number (const char *text, const char *key, guint base, guint64 *out_number);
/* (transfer full) (nullable): what stands between the first begin and the next end. */
char *tm_log_scan_between (const char *text, const char *begin, const char *end);
/* (nullable) (transfer none): what stands behind the first key. */
const char *tm_log_scan_behind (const char *text, const char *key);

G_END_DECLS
