/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a payload says to people, if it does: "signature.title", a line that names what went wrong,
 * and "text", the report in words, a backtrace or what the kernel printed. Beside them its plain
 * values. All probes write these, and any other sender may.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Of the text on its page, in bytes as tm_text_cost() counts them: more is cut, and the page says
 * so. */
#define TM_REPORT_VIEW_MAX_TEXT_BYTES (20 * 1024)
/* Of a title or value, and of the name of a value, counted the same way. What is longer, or one
 * value too many, is in the payload only. */
#define TM_REPORT_VIEW_MAX_LINE_BYTES 400
#define TM_REPORT_VIEW_MAX_NAME_BYTES 60
#define TM_REPORT_VIEW_MAX_FACTS 20
/* Of the payload: what is larger has no report, so that no page waits for a parser. */
#define TM_REPORT_VIEW_MAX_PAYLOAD_BYTES (128 * 1024)

/* (transfer full) (nullable): {"title", "has_lines", "lines", "is_shortened", "has_facts", "facts":
 * [{"label", "value"}]}; NULL: it has neither title nor text. out_n_bytes: what all of it takes on
 * the page at most; far below 48 KiB. */
JsonObject *tm_report_view_new (const char *payload, gsize *out_n_bytes);

G_END_DECLS
