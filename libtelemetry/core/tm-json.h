/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What stands before every JSON parser: json-glib has no limit of depth (100 000 times "[" end the
 * process), cuts strings at \u0000 and takes more than JSON. So every text from outside goes
 * through tm_json_check() first, and json-glib sees only text that passed.
 */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define TM_JSON_MAX_DEPTH 32

/* One pass. Checks the grammar of RFC 8259, UTF-8, no \u0000, no lone surrogate.
 * Fails with TELEMETRY_ERROR_TOO_LARGE or TELEMETRY_ERROR_INVALID_FIELDS; says at which byte. */
gboolean
tm_json_check (const char *text, gsize n_bytes, gsize max_bytes, guint max_depth, GError **error);

/* tm_json_check() and the parser behind it. */
JsonNode *
tm_json_parse (const char *text, gsize n_bytes, gsize max_bytes, guint max_depth, GError **error);

/* The node as compact JSON. */
char *tm_json_to_text (JsonNode *node, gsize *out_n_bytes);

/* Typed members of an object; each fails with TELEMETRY_ERROR_INVALID_FIELDS and names the key. A
 * missing key or null gives NULL / FALSE without an error. */
gboolean
tm_json_get_text (JsonObject *object, const char *key, const char **out_text, GError **error);
gboolean tm_json_get_number (JsonObject *object,
                             const char *key,
                             guint64 max,
                             gboolean *out_present,
                             guint64 *out_number,
                             GError **error);

G_END_DECLS
