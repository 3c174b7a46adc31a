/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The answer to a query: rows of text cells with the kind of each column. Immutable, owned by one
 * thread at a time.
 */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum
{
  TM_COLUMN_TEXT,    /* and everything without a kind of its own: uuid, date, timestamptz, bytea */
  TM_COLUMN_INTEGER, /* int2, int4, int8 */
  TM_COLUMN_REAL,    /* float4, float8, numeric */
  TM_COLUMN_BOOLEAN,
  TM_COLUMN_JSON, /* json, jsonb */
} TmColumn;

typedef struct _TmRows TmRows;

void tm_rows_free (TmRows *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmRows, tm_rows_free)

guint tm_rows_get_n_rows (TmRows *self);
guint tm_rows_get_n_columns (TmRows *self);
const char *tm_rows_get_name (TmRows *self, guint column);
TmColumn tm_rows_get_kind (TmRows *self, guint column);
/* NULL is SQL's NULL. */
const char *tm_rows_get_text (TmRows *self, guint row, guint column);
gsize tm_rows_get_n_bytes (TmRows *self, guint row, guint column);
gint64 tm_rows_get_number (TmRows *self, guint row, guint column); /* 0 for NULL */

/* An array with one object per row; members are named after the columns; NULL is null; json columns
 * become trees (text that is deeper than TM_JSON_MAX_DEPTH stays text). (transfer full) */
JsonArray *tm_rows_to_json (TmRows *self);

/* For the driver alone. Cells are NULL until they are set; texts are copied. */
TmRows *tm_rows_new (guint n_rows, guint n_columns);
void tm_rows_set_column (TmRows *self, guint column, const char *name, TmColumn kind);
void tm_rows_set_text (TmRows *self, guint row, guint column, const char *text, gsize n_bytes);

G_END_DECLS
