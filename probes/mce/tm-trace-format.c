/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-trace-format.h. */
#include "tm-trace-format.h"

#include <string.h>

static void
field_free (gpointer data)
{
  TmTraceField *self = data;

  g_free (self->name);
  g_free (self);
}

static gboolean
set_error (GError **error, const char *what, const char *line)
{
  g_autofree char *shown = g_utf8_make_valid (line, MIN (strlen (line), 80));

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: “%s”", what, shown);
  return FALSE;
}

/* "offset:8;" somewhere behind the declaration. */
static gboolean
read_number (const char *line, const char *key, guint64 max, guint64 *out_number)
{
  const char *at = strstr (line, key);

  if (at == NULL || !g_ascii_isdigit (at[strlen (key)]))
    return FALSE;

  *out_number = g_ascii_strtoull (at + strlen (key), NULL, 10);
  return *out_number <= max;
}

/* "u32 tlp_header[4]" and "char data" end in the name; "__data_loc char[] label" too. */
static char *
read_name (const char *declaration, gsize n_bytes)
{
  g_autofree char *text = g_strstrip (g_strndup (declaration, n_bytes));
  char *bracket = strrchr (text, '[');
  char *begin;

  if (bracket != NULL && bracket > text && bracket[-1] != ' ' && g_str_has_suffix (text, "]"))
    *bracket = '\0';
  g_strchomp (text);
  begin = text + strlen (text);
  while (begin > text && (g_ascii_isalnum (begin[-1]) || begin[-1] == '_'))
    begin--;

  return *begin != '\0' ? g_strdup (begin) : NULL;
}

static TmTracePlace
read_place (const char *declaration, gsize n_bytes)
{
  if (g_strstr_len (declaration, (gssize) n_bytes, "__data_loc ") != NULL)
    return TM_TRACE_DATA_LOC;
  if (g_strstr_len (declaration, (gssize) n_bytes, "__rel_loc ") != NULL)
    return TM_TRACE_REL_LOC;

  return TM_TRACE_FIXED;
}

static gboolean
parse_field (const char *line, GPtrArray *fields, GError **error)
{
  const char *declaration = line + strlen ("field:");
  const char *end = strchr (declaration, ';');
  guint64 offset;
  guint64 n_bytes;
  guint64 is_signed = 0;
  g_autofree char *name = NULL;
  TmTraceField *field;

  if (fields->len == TM_TRACE_FORMAT_MAX_FIELDS)
    return set_error (error, "more than 256 fields", line);
  if (end == NULL || !read_number (end, "offset:", G_MAXUINT16, &offset) ||
      !read_number (end, "size:", G_MAXINT32, &n_bytes))
    return set_error (error, "a field without offset or size", line);
  name = read_name (declaration, end - declaration);
  if (name == NULL)
    return set_error (error, "a field without a name", line);

  /* Kernels before 3.0 do not say it. */
  read_number (end, "signed:", 1, &is_signed);
  field = g_new0 (TmTraceField, 1);
  field->name = g_steal_pointer (&name);
  field->place = read_place (declaration, end - declaration);
  field->offset = offset;
  field->n_bytes = n_bytes;
  field->is_signed = is_signed == 1;
  g_ptr_array_add (fields, field);
  return TRUE;
}

static gboolean
check_size (gsize n_bytes, GError **error)
{
  if (n_bytes <= TM_TRACE_FORMAT_MAX_BYTES)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               "the format of an event has %" G_GSIZE_FORMAT " bytes; accepted are at most %d",
               n_bytes, TM_TRACE_FORMAT_MAX_BYTES);
  return FALSE;
}

GPtrArray *
tm_trace_fields_parse (const char *text, gsize n_bytes, GError **error)
{
  g_autoptr (GPtrArray) fields = g_ptr_array_new_with_free_func (field_free);
  g_autofree char *copy = NULL;
  g_auto (GStrv) lines = NULL;

  if (!check_size (n_bytes, error))
    return NULL;

  copy = g_strndup (text, n_bytes);
  lines = g_strsplit (copy, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (g_strchug (lines[i]), "field:") && !parse_field (lines[i], fields, error))
      return NULL;
  if (fields->len > 0)
    return g_steal_pointer (&fields);

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "it describes no field");
  return NULL;
}

/* "name: mc_event" */
static char *
read_head (const char *text, const char *key)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], key))
      return g_strstrip (g_strdup (lines[i] + strlen (key)));

  return NULL;
}

TmTraceFormat *
tm_trace_format_parse (const char *text, gsize n_bytes, GError **error)
{
  g_autoptr (GPtrArray) fields = tm_trace_fields_parse (text, n_bytes, error);
  g_autofree char *copy = NULL;
  g_autofree char *name = NULL;
  g_autofree char *id = NULL;
  guint64 number;
  TmTraceFormat *self;

  if (fields == NULL)
    return NULL;

  copy = g_strndup (text, n_bytes);
  name = read_head (copy, "name:");
  id = read_head (copy, "ID:");
  if (name == NULL || id == NULL ||
      !g_ascii_string_to_unsigned (id, 10, 0, G_MAXUINT16, &number, NULL))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           "the format of an event lacks “name:” or an “ID:” of 0 to 65535");
      return NULL;
    }

  self = g_new0 (TmTraceFormat, 1);
  self->name = g_steal_pointer (&name);
  self->id = (guint) number;
  self->fields = g_steal_pointer (&fields);
  return self;
}

void
tm_trace_format_free (TmTraceFormat *self)
{
  g_ptr_array_unref (self->fields);
  g_free (self->name);
  g_free (self);
}

const TmTraceField *
tm_trace_fields_find (GPtrArray *fields, const char *name)
{
  for (guint i = 0; i < fields->len; i++)
    {
      const TmTraceField *field = g_ptr_array_index (fields, i);

      if (strcmp (field->name, name) == 0)
        return field;
    }

  return NULL;
}

const TmTraceField *
tm_trace_format_find (const TmTraceFormat *self, const char *name)
{
  return tm_trace_fields_find (self->fields, name);
}
