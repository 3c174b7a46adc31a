/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rows of JSON as CSV (RFC 4180, UTF-8, CRLF). A text that a spreadsheet would take for a formula
 * gets an apostrophe in front: what machines send must not run on the desk of who reads it.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* columns: names of members, ended by NULL; "system.build" is a member of a member. */
void tm_csv_append (GString *out, const char *const *columns, JsonArray *rows);

G_END_DECLS
