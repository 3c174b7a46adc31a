/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A statement and its parameters. The text of a statement is always a constant; whatever comes from
 * a request or a record is a parameter ($1, $2, ...), added in order. There is no other way to get
 * a value into a statement.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TM_QUERY_MAX_PARAMETERS 32

typedef struct _TmQuery TmQuery;

/* sql: a constant that outlives the query, such as a literal or a text of a GResource. */
TmQuery *tm_query_new (const char *sql);
/* The text of a resource of the program; a missing one is a programming error. */
TmQuery *tm_query_new_from_resource (const char *resource_path);
void tm_query_free (TmQuery *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmQuery, tm_query_free)

/* Each copies its argument. NULL is SQL's NULL. Write the type into the statement: $1::uuid. */
void tm_query_add_text (TmQuery *self, const char *text);
void tm_query_add_number (TmQuery *self, gint64 number);
void tm_query_add_bytes (TmQuery *self, GBytes *bytes);
void tm_query_add_null (TmQuery *self);

/* In PostgreSQL's binary format of the type that the statement gives the parameter. */
void tm_query_add_binary (TmQuery *self, const guint8 *data, gsize n_bytes);
/* The same without a copy: data must outlive the query. */
void tm_query_add_static (TmQuery *self, const guint8 *data, gsize n_bytes);

const char *tm_query_get_sql (TmQuery *self);
guint tm_query_get_n_parameters (TmQuery *self);
/* The arrays that a driver wants; owned by the query, valid until the next change of it. */
const char *const *tm_query_get_values (TmQuery *self);
const int *tm_query_get_lengths (TmQuery *self);
const int *tm_query_get_formats (TmQuery *self); /* 0 text, 1 binary */

G_END_DECLS
