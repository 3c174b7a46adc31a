/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-record-search.h. */
#include "tm-record-search.h"

#include <string.h>

#include "tm-time.h"

#define SQL "/org/telemetrics/server/ui/sql/"
#define DAY_USEC (24 * 60 * 60 * (gint64) G_USEC_PER_SEC)
/* The last day that can be written: a cursor may lie beyond. */
#define LAST_DAY_USEC (G_GINT64_CONSTANT (253402214400) * (gint64) G_USEC_PER_SEC)
/* What facets count when the search has no beginning. */
#define FACET_DAYS 30

struct _TmRecordSearch
{
  const TmRecordFilter *filter;   /* borrowed */
  TmRows *scope;                  /* (nullable): one row of records-scope.sql */
  char before[TM_UUID_TEXT_SIZE]; /* the bounds of this page as record ids; "": open */
  char not_before[TM_UUID_TEXT_SIZE];
  gboolean is_cut; /* there may be matches before @not_before */
};

/* The columns of records-scope.sql. */
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

TmRecordSearch *
tm_record_search_new (const TmRecordFilter *filter)
{
  TmRecordSearch *self = g_new0 (TmRecordSearch, 1);

  self->filter = filter;
  if (filter->from_usec != 0)
    id_from_usec (filter->from_usec, self->not_before);
  if (filter->to_usec != 0)
    id_from_usec (filter->to_usec, self->before);
  if (*filter->cursor != '\0' &&
      (*self->before == '\0' || strcmp (filter->cursor, self->before) < 0))
    g_strlcpy (self->before, filter->cursor, sizeof self->before);

  return self;
}

void
tm_record_search_free (TmRecordSearch *self)
{
  g_clear_pointer (&self->scope, tm_rows_free);
  g_free (self);
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
  tm_time_format (MIN (usec, LAST_DAY_USEC), text);
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

TmQuery *
tm_record_search_make_scope_query (const TmRecordSearch *self)
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
  tm_query_add_number (query, filter->values[TM_FILTER_TEXT] != NULL ? TM_RECORDS_MAX_PAYLOADS
                                                                     : filter->limit + 1);

  return query;
}

/* A column of the scope, if the filter asked for it. */
static void
add_scope (TmQuery *query, const TmRecordSearch *self, guint column, TmFilterKey key)
{
  gboolean is_asked = self->filter->values[key] != NULL;

  tm_query_add_text (query, is_asked ? tm_rows_get_text (self->scope, 0, column) : NULL);
}

/* $1 to $7 of records.sql and records-reach.sql. */
static TmQuery *
make_search_query (const TmRecordSearch *self, const char *resource_path)
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

TmQuery *
tm_record_search_make_facets_query (const TmRecordSearch *self)
{
  TmQuery *query = tm_query_new_from_resource (SQL "records-facets.sql");

  add_day (query, self->filter->from_usec);
  add_day (query, self->filter->to_usec);
  tm_query_add_number (query, FACET_DAYS);

  return query;
}

TmQuery *
tm_record_search_make_reach_query (const TmRecordSearch *self)
{
  TmQuery *query = make_search_query (self, SQL "records-reach.sql");

  tm_query_add_number (query, TM_RECORDS_MAX_PAYLOADS);

  return query;
}

TmQuery *
tm_record_search_make_records_query (const TmRecordSearch *self)
{
  TmQuery *query = make_search_query (self, SQL "records.sql");

  tm_query_add_number (query, self->filter->limit + 1);
  tm_query_add_text (query, self->filter->values[TM_FILTER_TEXT]);

  return query;
}

void
tm_record_search_set_reach (TmRecordSearch *self, const char *record_id)
{
  g_strlcpy (self->not_before, record_id, sizeof self->not_before);
  self->is_cut = TRUE;
}

gboolean
tm_record_search_set_scope (TmRecordSearch *self, TmRows *scope)
{
  const char *first_day = tm_rows_get_text (scope, 0, SCOPE_FIRST_DAY);
  const char *last_day = tm_rows_get_text (scope, 0, SCOPE_LAST_DAY);
  gint64 first_usec, last_usec;
  char id[TM_UUID_TEXT_SIZE];

  self->scope = scope;
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
  self->is_cut = g_strcmp0 (tm_rows_get_text (scope, 0, SCOPE_IS_CUT), "t") == 0;

  return TRUE;
}

const char *
tm_record_search_get_rest (const TmRecordSearch *self, gint64 *out_usec)
{
  if (!self->is_cut)
    return NULL;

  *out_usec = usec_from_id (self->not_before);

  return self->not_before;
}
