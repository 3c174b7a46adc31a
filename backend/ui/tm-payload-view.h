/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A payload as people read it: JSON laid out with one member a line, keys and values told apart;
 * anything else as the text that it is. The text of numbers and strings is never touched.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Of a payload on its page, in bytes as tm_text_cost() counts them, with the marks around values.
 * With the rest of the page it stays below 60 kB; a report takes its part of this. */
#define TM_PAYLOAD_VIEW_MAX_BYTES (48 * 1024)

/* What would be longer than max_bytes is shown as text and cut there; the page says so and links to
 * the whole. (transfer full): {"is_json", "is_cut", "is_empty", "text" or "tokens": [{"kind",
 * "plain", "text"}]}, kind is k (key), s (string), n (number), w (true, false, null) or p
 * (everything between). */
JsonObject *tm_payload_view_new (const char *payload, gsize max_bytes);

G_END_DECLS
