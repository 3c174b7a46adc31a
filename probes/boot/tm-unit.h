/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A unit of systemd that failed: what may be said of it, and how. The same failure is the same
 * signature, whoever saw it. A library without I/O.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* As systemd has it. */
#define TM_UNIT_MAX_NAME 255

/* Whether systemd could have a unit of this name. */
gboolean tm_unit_is_name (const char *name);
/* Whether the maker of the system shipped a unit; the names of others are private. */
gboolean tm_unit_is_shipped (const char *fragment_path);
/* (transfer full): without its instance, which may name a person or a device. */
char *tm_unit_get_public_name (const char *name);
/* Why it failed: "exit-code", "timeout", ...; "failed" for what is none of systemd's words. */
const char *tm_unit_get_result (const char *result);

/* (transfer full): "NAME failed: RESULT". */
char *tm_unit_get_title (const char *public_name, const char *result);
/* signature, unit, result and text, into object. */
void tm_unit_add_failure (JsonObject *object, const char *public_name, const char *result);

/* What a record of these probes is grouped by, into object. */
void tm_unit_add_signature (JsonObject *object, const char *title);
/* (transfer full) */
char *tm_unit_get_hash (const char *title);

G_END_DECLS
