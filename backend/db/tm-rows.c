/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The answer to a query; see tm-rows.h. */
#include "tm-rows.h"

#include "tm-json.h"

#include <string.h>

/* A json cell that a page may hold as a tree. */
#define JSON_CELL_MAX_BYTES (16 * 1024 * 1024)

typedef struct
{
  char *name;
  TmColumn kind;
} Column;

typedef struct
{
  const char *text; /* (nullable): NULL is SQL's NULL */
  gsize n_bytes;
} Cell;

struct _TmRows
{
  guint n_rows;
  guint n_columns;
  Column *columns;
  Cell *cells; /* by row, then by column */
  GStringChunk *texts;
};

TmRows *
tm_rows_new (guint n_rows, guint n_columns)
{
  TmRows *self = g_new0 (TmRows, 1);

  self->n_rows = n_rows;
  self->n_columns = n_columns;
  self->columns = g_new0 (Column, n_columns);
  self->cells = g_new0 (Cell, (gsize) n_rows * n_columns);
  self->texts = g_string_chunk_new (1024);

  return self;
}

void
tm_rows_free (TmRows *self)
{
  for (guint i = 0; i < self->n_columns; i++)
    g_free (self->columns[i].name);
  g_free (self->columns);
  g_free (self->cells);
  g_string_chunk_free (self->texts);
  g_free (self);
}

static Cell *
cell_at (TmRows *self, guint row, guint column)
{
  g_assert (row < self->n_rows && column < self->n_columns);

  return &self->cells[(gsize) row * self->n_columns + column];
}

void
tm_rows_set_column (TmRows *self, guint column, const char *name, TmColumn kind)
{
  g_free (self->columns[column].name);
  self->columns[column].name = g_strdup (name);
  self->columns[column].kind = kind;
}

void
tm_rows_set_text (TmRows *self, guint row, guint column, const char *text, gsize n_bytes)
{
  Cell *cell = cell_at (self, row, column);

  cell->text = g_string_chunk_insert_len (self->texts, text, (gssize) n_bytes);
  cell->n_bytes = n_bytes;
}

guint
tm_rows_get_n_rows (TmRows *self)
{
  return self->n_rows;
}

guint
tm_rows_get_n_columns (TmRows *self)
{
  return self->n_columns;
}

const char *
tm_rows_get_name (TmRows *self, guint column)
{
  return self->columns[column].name;
}

TmColumn
tm_rows_get_kind (TmRows *self, guint column)
{
  return self->columns[column].kind;
}

const char *
tm_rows_get_text (TmRows *self, guint row, guint column)
{
  return cell_at (self, row, column)->text;
}

gsize
tm_rows_get_n_bytes (TmRows *self, guint row, guint column)
{
  return cell_at (self, row, column)->n_bytes;
}

gint64
tm_rows_get_number (TmRows *self, guint row, guint column)
{
  const char *text = tm_rows_get_text (self, row, column);

  return text != NULL ? g_ascii_strtoll (text, NULL, 10) : 0;
}

static JsonNode *
text_to_node (const char *text)
{
  JsonNode *node = json_node_new (JSON_NODE_VALUE);

  json_node_set_string (node, text);

  return node;
}

static JsonNode *
cell_to_node (const Cell *cell, TmColumn kind)
{
  JsonNode *node;

  if (cell->text == NULL)
    return json_node_new (JSON_NODE_NULL);
  if (kind == TM_COLUMN_TEXT)
    return text_to_node (cell->text);
  if (kind == TM_COLUMN_JSON)
    {
      node =
          tm_json_parse (cell->text, cell->n_bytes, JSON_CELL_MAX_BYTES, TM_JSON_MAX_DEPTH, NULL);
      return node != NULL ? node : text_to_node (cell->text);
    }

  node = json_node_new (JSON_NODE_VALUE);
  if (kind == TM_COLUMN_BOOLEAN)
    json_node_set_boolean (node, cell->text[0] == 't');
  else if (kind == TM_COLUMN_INTEGER)
    json_node_set_int (node, g_ascii_strtoll (cell->text, NULL, 10));
  else
    json_node_set_double (node, g_ascii_strtod (cell->text, NULL));

  return node;
}

JsonArray *
tm_rows_to_json (TmRows *self)
{
  JsonArray *array = json_array_sized_new (self->n_rows);

  for (guint row = 0; row < self->n_rows; row++)
    {
      JsonObject *object = json_object_new ();

      for (guint i = 0; i < self->n_columns; i++)
        json_object_set_member (object, self->columns[i].name,
                                cell_to_node (cell_at (self, row, i), self->columns[i].kind));
      json_array_add_object_element (array, object);
    }

  return array;
}
