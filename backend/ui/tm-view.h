/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From an answer of the API to the data of a template: beside each value that people can't read as
 * it is, a member "view" with what they can. Nothing here asks the database.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The member "view" of the object, made if it is not there. (transfer none) */
JsonObject *tm_view_of (JsonObject *object);

/* Adds @name to the view, as text. text: (transfer full) */
void tm_view_set (JsonObject *view, const char *name, char *text);
/* The number that @object has under @name, with separators. */
void tm_view_set_number (JsonObject *object, const char *name);
/* @name is a time of @object: its view gets an object @name with "age" and "title". */
void tm_view_set_time (JsonObject *object, const char *name, gint64 now_usec);

/* Adds "class_parts": the classification in pieces between which a line may break. */
void tm_view_set_class (JsonObject *view, const char *classification);
/* A record as it stands in a list: severity, time, machine, links. */
void tm_view_record (JsonObject *record, gint64 now_usec);
/* {"name": "high", "level": 3} for a severity; 0 and others: "unknown". (transfer full) */
JsonObject *tm_view_severity (gint64 severity);

G_END_DECLS
