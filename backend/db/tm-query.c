/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A statement and its parameters; see tm-query.h. */
#include "tm-query.h"

#include <gio/gio.h>
#include <string.h>

struct _TmQuery
{
  const char *sql;  /* (unowned) unless resource is set */
  GBytes *resource; /* (nullable): keeps sql */
  guint n_parameters;
  GBytes *owned[TM_QUERY_MAX_PARAMETERS]; /* (nullable): NULL is SQL's NULL */
  const char *values[TM_QUERY_MAX_PARAMETERS];
  int lengths[TM_QUERY_MAX_PARAMETERS];
  int formats[TM_QUERY_MAX_PARAMETERS];
};

TmQuery *
tm_query_new (const char *sql)
{
  TmQuery *self = g_new0 (TmQuery, 1);

  self->sql = sql;

  return self;
}

TmQuery *
tm_query_new_from_resource (const char *resource_path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) text = g_resources_lookup_data (resource_path, 0, &error);
  TmQuery *self;

  if (text == NULL)
    g_error ("%s", error->message);

  /* glib-compile-resources ends each text with a NUL that it does not count. */
  self = tm_query_new (g_bytes_get_data (text, NULL));
  self->resource = g_steal_pointer (&text);

  return self;
}

void
tm_query_free (TmQuery *self)
{
  for (guint i = 0; i < self->n_parameters; i++)
    g_clear_pointer (&self->owned[i], g_bytes_unref);
  g_clear_pointer (&self->resource, g_bytes_unref);
  g_free (self);
}

/* bytes: (transfer full) (nullable) */
static void
add (TmQuery *self, GBytes *bytes, int length, gboolean is_binary)
{
  guint i = self->n_parameters;

  g_assert (i < TM_QUERY_MAX_PARAMETERS);

  self->owned[i] = bytes;
  self->values[i] = bytes != NULL ? g_bytes_get_data (bytes, NULL) : NULL;
  self->lengths[i] = length;
  self->formats[i] = is_binary;
  /* An empty GBytes has no data, but an empty value is not NULL. */
  if (bytes != NULL && self->values[i] == NULL)
    self->values[i] = "";
  self->n_parameters++;
}

void
tm_query_add_text (TmQuery *self, const char *text)
{
  gsize n_bytes = text != NULL ? strlen (text) : 0;

  add (self, text != NULL ? g_bytes_new (text, n_bytes + 1) : NULL, (int) n_bytes, FALSE);
}

void
tm_query_add_number (TmQuery *self, gint64 number)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, number);

  tm_query_add_text (self, text);
}

void
tm_query_add_bytes (TmQuery *self, GBytes *bytes)
{
  add (self, bytes != NULL ? g_bytes_ref (bytes) : NULL,
       bytes != NULL ? (int) g_bytes_get_size (bytes) : 0, TRUE);
}

void
tm_query_add_binary (TmQuery *self, const guint8 *data, gsize n_bytes)
{
  add (self, g_bytes_new (data, n_bytes), (int) n_bytes, TRUE);
}

void
tm_query_add_static (TmQuery *self, const guint8 *data, gsize n_bytes)
{
  add (self, g_bytes_new_static (data, n_bytes), (int) n_bytes, TRUE);
}

void
tm_query_add_null (TmQuery *self)
{
  add (self, NULL, 0, FALSE);
}

const char *
tm_query_get_sql (TmQuery *self)
{
  return self->sql;
}

guint
tm_query_get_n_parameters (TmQuery *self)
{
  return self->n_parameters;
}

const char *const *
tm_query_get_values (TmQuery *self)
{
  return self->values;
}

const int *
tm_query_get_lengths (TmQuery *self)
{
  return self->lengths;
}

const int *
tm_query_get_formats (TmQuery *self)
{
  return self->formats;
}
