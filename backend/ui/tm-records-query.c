/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A search for records:
 *
 *   scope ── no day has a match ──> answer without records
 *     │
 *     ├── a text is looked for ──> reach ──┐
 *     └────────────────────────────────────┴──> records and facets ──> answer
 */
#include "tm-records-query.h"

#include <string.h>

#include "tm-gather.h"
#include "tm-time.h"

#define SQL "/org/telemetrics/server/ui/sql/"
#define DAY_USEC (24 * 60 * 60 * (gint64) G_USEC_PER_SEC)
/* What facets count when the search has no beginning. */
#define FACET_DAYS 30

typedef struct
{
  const TmRecordFilter *filter; /* borrowed from the caller */
  TmDatabasePool *pool;
  TmRows *scope;                  /* one row of records-scope.sql */
  char before[TM_UUID_TEXT_SIZE]; /* the bounds of this page as record ids; "": open */
  char not_before[TM_UUID_TEXT_SIZE];
  gboolean is_cut; /* there may be matches before @not_before */
} Search;

enum
{
  SCOPE_CLASSES,
  SCOPE_BUILDS,
  SCOPE_SYSTEMS,
  SCOPE_MACHINE,
  SCOPE_FIRST_DAY,
  SCOPE_LAST_DAY,
  SCOPE_IS_CUT,
};

static void
search_free (gpointer data)
{
  Search *self = data;

  g_clear_pointer (&self->scope, tm_rows_free);
  g_object_unref (self->pool);
  g_free (self);
}

/* The smallest id that a record of this millisecond can have. */
static void
id_from_usec (gint64 usec, char out_id[TM_UUID_TEXT_SIZE])
{
  guint8 bytes[16] = { 0 };
  guint64 msec = (guint64) usec / 1000;

  for (guint i = 0; i < 6; i++)
    bytes[i] = (guint8) (msec >> (40 - 8 * i));
  tm_uuid_format (bytes, out_id);
}

static gint64
usec_from_id (const char *id)
{
  guint8 bytes[16];

  return tm_uuid_parse (id, bytes) ? tm_uuid7_get_time_msec (bytes) * 1000 : 0;
}

static void
add_day (TmQuery *query, gint64 usec)
{
  char text[TM_TIME_TEXT_SIZE];

  if (usec == 0)
    {
      tm_query_add_null (query);
      return;
    }
  tm_time_format (usec, text);
  text[strlen ("2026-11-22")] = '\0';
  tm_query_add_text (query, text);
}

static void
add_pattern (TmQuery *query, const char *pattern)
{
  g_autofree char *like = pattern != NULL ? tm_record_filter_like (pattern) : NULL;

  tm_query_add_text (query, like);
}

static void
add_severities (TmQuery *query, guint severities)
{
  g_autoptr (GString) list = g_string_new ("{");

  for (guint i = 0; i < 8; i++)
    if (severities & (1u << i))
      g_string_append_printf (list, "%s%u", list->len > 1 ? "," : "", i);
  g_string_append_c (list, '}');
  tm_query_add_text (query, severities != 0 ? list->str : NULL);
}

/* Empty means open, in ids as in SQL. */
static void
add_id (TmQuery *query, const char *id)
{
  tm_query_add_text (query, *id != '\0' ? id : NULL);
}

static TmQuery *
make_scope_query (const Search *self)
{
  const TmRecordFilter *filter = self->filter;
  TmQuery *query = tm_query_new_from_resource (SQL "records-scope.sql");
  gint64 end_usec = *self->before != '\0' ? usec_from_id (self->before) : 0;

  add_pattern (query, filter->values[TM_FILTER_CLASS]);
  add_pattern (query, filter->values[TM_FILTER_BUILD]);
  add_pattern (query, filter->values[TM_FILTER_SYSTEM]);
  tm_query_add_text (query, filter->values[TM_FILTER_MACHINE]);
  add_severities (query, filter->severities);
  add_day (query, filter->from_usec);
  add_day (query, end_usec);
  tm_query_add_number (query, TM_RECORDS_MAX_ROWS);

  return query;
}

/* A column of the scope, if the filter asked for it. */
static void
add_scope (TmQuery *query, const Search *self, guint column, TmFilterKey key)
{
  gboolean is_asked = self->filter->values[key] != NULL;

  tm_query_add_text (query, is_asked ? tm_rows_get_text (self->scope, 0, column) : NULL);
}

/* $1 to $7 of records.sql and records-reach.sql. */
static TmQuery *
make_search_query (const Search *self, const char *resource_path)
{
  TmQuery *query = tm_query_new_from_resource (resource_path);

  add_id (query, self->before);
  add_id (query, self->not_before);
  add_scope (query, self, SCOPE_CLASSES, TM_FILTER_CLASS);
  add_scope (query, self, SCOPE_BUILDS, TM_FILTER_BUILD);
  add_scope (query, self, SCOPE_SYSTEMS, TM_FILTER_SYSTEM);
  add_scope (query, self, SCOPE_MACHINE, TM_FILTER_MACHINE);
  add_severities (query, self->filter->severities);

  return query;
}

static TmQuery *
make_facets_query (const Search *self)
{
  TmQuery *query = tm_query_new_from_resource (SQL "records-facets.sql");

  add_day (query, self->filter->from_usec);
  add_day (query, self->filter->to_usec);
  tm_query_add_number (query, FACET_DAYS);

  return query;
}

/* Cuts the rows to the page and says how to go on: behind the last record shown, or behind what was
 * looked through. */
static void
set_next (const Search *self, JsonObject *answer)
{
  JsonArray *records = json_object_get_array_member (answer, "records");
  guint n = json_array_get_length (records);
  char searched_to[TM_TIME_TEXT_SIZE];

  json_object_set_null_member (answer, "next");
  json_object_set_null_member (answer, "searched_to");
  if (n > self->filter->limit)
    {
      json_array_remove_element (records, n - 1);
      JsonObject *last = json_array_get_object_element (records, n - 2);
      json_object_set_string_member (answer, "next",
                                     json_object_get_string_member (last, "record_id"));
    }
  else if (self->is_cut)
    {
      tm_time_format (usec_from_id (self->not_before), searched_to);
      json_object_set_string_member (answer, "next", self->not_before);
      json_object_set_string_member (answer, "searched_to", searched_to);
    }
}

/* Rows of (facet, value, n_records) become one list per facet. */
static void
set_facets (JsonObject *answer)
{
  static const char *const names[] = { "severity", "class", "build" };
  g_autoptr (JsonArray) rows = json_array_ref (json_object_get_array_member (answer, "facets"));
  JsonObject *facets = json_object_new ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    json_object_set_array_member (facets, names[i], json_array_new ());
  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *row = json_array_get_object_element (rows, i);
      const char *name = json_object_get_string_member (row, "facet");
      JsonObject *item = json_object_new ();

      json_object_set_string_member (item, "value", json_object_get_string_member (row, "value"));
      json_object_set_int_member (item, "n_records", json_object_get_int_member (row, "n_records"));
      json_array_add_object_element (json_object_get_array_member (facets, name), item);
    }
  json_object_set_object_member (answer, "facets", facets);
}

static void
on_gathered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Search *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = tm_gather_run_finish (TM_GATHER (source), result, &error);

  if (answer == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  if (!json_object_has_member (answer, "records"))
    json_object_set_array_member (answer, "records", json_array_new ());
  set_next (self, answer);
  set_facets (answer);
  g_task_return_pointer (task, g_steal_pointer (&answer), (GDestroyNotify) json_object_unref);
}

static void
gather (GTask *task, gboolean has_records)
{
  Search *self = g_task_get_task_data (task);
  g_autoptr (TmGather) gather = tm_gather_new (self->pool);

  if (has_records)
    {
      TmQuery *query = make_search_query (self, SQL "records.sql");

      tm_query_add_number (query, self->filter->limit + 1);
      tm_query_add_text (query, self->filter->values[TM_FILTER_TEXT]);
      tm_gather_add (gather, "records", query);
    }
  tm_gather_add (gather, "facets", make_facets_query (self));
  tm_gather_run_async (gather, g_task_get_cancellable (task), on_gathered, g_object_ref (task));
}

static void
on_reach (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Search *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (TmRows) rows =
      tm_database_pool_query_finish (TM_DATABASE_POOL (source), result, &error);

  if (rows == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  if (tm_rows_get_n_rows (rows) > 0)
    {
      g_strlcpy (self->not_before, tm_rows_get_text (rows, 0, 0), sizeof self->not_before);
      self->is_cut = TRUE;
    }
  gather (task, TRUE);
}

static void
look_for_text (GTask *task)
{
  Search *self = g_task_get_task_data (task);
  TmQuery *query = make_search_query (self, SQL "records-reach.sql");

  tm_query_add_number (query, TM_RECORDS_MAX_PAYLOADS);
  tm_database_pool_query_async (self->pool, query, g_task_get_cancellable (task), on_reach,
                                g_object_ref (task));
}

/* Narrows the bounds of the page to the days that have a match. FALSE: there is none. */
static gboolean
narrow (Search *self)
{
  const char *first_day = tm_rows_get_text (self->scope, 0, SCOPE_FIRST_DAY);
  const char *last_day = tm_rows_get_text (self->scope, 0, SCOPE_LAST_DAY);
  gint64 first_usec, last_usec;
  char id[TM_UUID_TEXT_SIZE];

  if (first_day == NULL)
    return FALSE;

  g_autofree char *first = g_strconcat (first_day, "T00:00:00Z", NULL);
  g_autofree char *last = g_strconcat (last_day, "T00:00:00Z", NULL);
  if (!tm_time_parse (first, &first_usec) || !tm_time_parse (last, &last_usec))
    return FALSE;

  id_from_usec (first_usec, id);
  if (strcmp (id, self->not_before) > 0)
    g_strlcpy (self->not_before, id, sizeof self->not_before);
  id_from_usec (last_usec + DAY_USEC, id);
  if (*self->before == '\0' || strcmp (id, self->before) < 0)
    g_strlcpy (self->before, id, sizeof self->before);
  self->is_cut = g_strcmp0 (tm_rows_get_text (self->scope, 0, SCOPE_IS_CUT), "t") == 0;

  return TRUE;
}

static void
on_scope (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Search *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  self->scope = tm_database_pool_query_finish (TM_DATABASE_POOL (source), result, &error);
  if (self->scope == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else if (!narrow (self))
    gather (task, FALSE);
  else if (self->filter->values[TM_FILTER_TEXT] != NULL)
    look_for_text (task);
  else
    gather (task, TRUE);
}

void
tm_records_query_async (TmDatabasePool *pool,
                        const TmRecordFilter *filter,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (pool, cancellable, callback, user_data);
  Search *self = g_new0 (Search, 1);

  g_task_set_source_tag (task, tm_records_query_async);
  self->filter = filter;
  self->pool = g_object_ref (pool);
  if (filter->from_usec != 0)
    id_from_usec (filter->from_usec, self->not_before);
  if (filter->to_usec != 0)
    id_from_usec (filter->to_usec, self->before);
  if (*filter->cursor != '\0' &&
      (*self->before == '\0' || strcmp (filter->cursor, self->before) < 0))
    g_strlcpy (self->before, filter->cursor, sizeof self->before);
  g_task_set_task_data (task, self, search_free);

  tm_database_pool_query_async (pool, make_scope_query (self), cancellable, on_scope,
                                g_object_ref (task));
}

JsonObject *
tm_records_query_finish (TmDatabasePool *pool, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, pool), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
