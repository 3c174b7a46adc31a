/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What telemctl prints with --json. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* One line. */
void tm_output_json (JsonNode *node);
void tm_output_variant (GVariant *variant);
/* Indented, for people. */
void tm_output_json_pretty (JsonNode *node);

/* A record of Records.List as JSON: the names and forms it travels with, times as RFC 3339. */
JsonNode *tm_output_record_node (GVariant *record);

G_END_DECLS
