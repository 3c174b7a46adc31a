/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a JSON value is to a template: true or false, and which text. Private to the renderer. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* NULL is a name that was not found. */
gboolean tm_mustache_value_is_true (JsonNode *node);
void tm_mustache_value_append (JsonNode *node, gboolean escaped, GString *out);

G_END_DECLS
