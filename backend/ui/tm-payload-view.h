/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A payload as people read it: JSON laid out with one member a line, keys and values told apart;
 * anything else as the text that it is. The text of numbers and strings is never touched.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Of a payload on its page, in bytes as the page writes them: escaped, with the marks around
 * values. What would be longer is shown as text and cut there, and the page says so and links to
 * the whole. With the rest of the page it stays below 60 kB. */
#define TM_PAYLOAD_VIEW_MAX_BYTES (48 * 1024)

/* (transfer full): {"is_json", "is_cut", "is_empty", "text" or "tokens": [{"kind", "plain",
 * "text"}]}, kind is k (key), s (string), n (number), w (true, false, null) or p (everything
 * between). */
JsonObject *tm_payload_view_new (const char *payload);

G_END_DECLS
