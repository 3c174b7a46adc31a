/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-records-view.h. */
#include "tm-records-view.h"

#include <string.h>

#include "tm-chart.h"
#include "tm-field.h"
#include "tm-text.h"
#include "tm-view.h"

#define PATH "/records"
/* Beside the list; the form offers the others while somebody types. */
#define N_FACET_ITEMS 10

static char *
make_url (const char *path, const TmRecordFilter *filter, TmFilterKey key, const char *value)
{
  g_autofree char *query = tm_record_filter_format_query (filter, key, value);

  return g_strconcat (path, query, NULL);
}

/* Tick marks: which severities are asked for. None is all. */
static JsonArray *
make_severities (const TmRecordFilter *filter)
{
  JsonArray *list = json_array_new ();

  for (guint level = TM_SEVERITY_CRITICAL; level >= TM_SEVERITY_LOW; level--)
    {
      JsonObject *item = tm_view_severity (level);

      json_object_set_boolean_member (item, "is_asked", (filter->severities & (1u << level)) != 0);
      json_array_add_object_element (list, item);
    }

  return list;
}

static JsonObject *
make_form (const TmRecordFilter *filter)
{
  JsonObject *form = json_object_new ();
  gboolean has_more = FALSE;

  for (guint key = 0; key < TM_FILTER_CURSOR; key++)
    {
      json_object_set_string_member (form, tm_filter_key_get_name (key),
                                     filter->values[key] != NULL ? filter->values[key] : "");
      has_more |= filter->values[key] != NULL && (key == TM_FILTER_MACHINE || key == TM_FILTER_TO);
    }
  json_object_set_array_member (form, "severities", make_severities (filter));
  json_object_set_boolean_member (form, "has_more", has_more);

  return form;
}

/* What is asked for, each with a link that asks for everything but this. */
static JsonArray *
make_marks (const TmRecordFilter *filter)
{
  JsonArray *marks = json_array_new ();

  for (guint key = 0; key < TM_FILTER_LIMIT; key++)
    {
      if (filter->values[key] == NULL)
        continue;

      JsonObject *mark = json_object_new ();
      json_object_set_string_member (mark, "name", tm_filter_key_get_name (key));
      tm_view_set (mark, "value", tm_text_visible (filter->values[key]));
      tm_view_set (mark, "url", make_url (PATH, filter, key, NULL));
      json_array_add_object_element (marks, mark);
    }

  return marks;
}

static void
dress_facet (JsonArray *items, const TmRecordFilter *filter, TmFilterKey key)
{
  gint64 max = 0;

  for (guint i = 0; i < json_array_get_length (items); i++)
    max = MAX (max,
               json_object_get_int_member (json_array_get_object_element (items, i), "n_records"));

  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      JsonObject *item = json_array_get_object_element (items, i);
      const char *value = json_object_get_string_member (item, "value");
      JsonObject *view = tm_view_of (item);

      tm_view_set_number (item, "n_records");
      tm_view_set (view, "value", tm_text_visible (value));
      tm_view_set (view, "url", make_url (PATH, filter, key, value));
      json_object_set_boolean_member (view, "is_asked",
                                      g_strcmp0 (value, filter->values[key]) == 0);
      json_object_set_int_member (
          view, "percent", tm_chart_percent (json_object_get_int_member (item, "n_records"), max));
      tm_view_set_class (view, value);
      if (key == TM_FILTER_SEVERITY)
        json_object_set_object_member (view, "severity",
                                       tm_view_severity (g_ascii_strtoll (value, NULL, 10)));
    }
}

/* The first items of a facet, for the side of the page. */
static JsonArray *
take_first (JsonArray *items, guint n)
{
  JsonArray *first = json_array_new ();

  for (guint i = 0; i < MIN (n, json_array_get_length (items)); i++)
    json_array_add_object_element (first,
                                   json_object_ref (json_array_get_object_element (items, i)));

  return first;
}

static void
dress_records (JsonArray *records, const TmRecordFilter *filter, gint64 now_usec)
{
  for (guint i = 0; i < json_array_get_length (records); i++)
    {
      JsonObject *record = json_array_get_object_element (records, i);
      const char *machine = json_object_get_string_member_with_default (record, "machine_id", NULL);

      tm_view_record (record, now_usec);
      tm_view_set (tm_view_of (record), "machine_url",
                   make_url (PATH, filter, TM_FILTER_MACHINE, machine));
    }
}

static void
add_links (JsonObject *page, JsonObject *answer, const TmRecordFilter *filter)
{
  const char *next = json_object_get_string_member_with_default (answer, "next", NULL);

  if (next != NULL)
    tm_view_set (page, "next_url", make_url (PATH, filter, TM_FILTER_CURSOR, next));
  if (*filter->cursor != '\0')
    tm_view_set (page, "newest_url", make_url (PATH, filter, TM_FILTER_CURSOR, NULL));
  tm_view_set (page, "json_url", make_url (PATH ".json", filter, TM_FILTER_CURSOR, filter->cursor));
  tm_view_set (page, "csv_url", make_url (PATH ".csv", filter, TM_FILTER_CURSOR, filter->cursor));
}

static void
add_summary (JsonObject *page, JsonArray *records, const TmRecordFilter *filter)
{
  guint n = json_array_get_length (records);
  g_autofree char *count = tm_text_count (n, "record");

  tm_view_set (
      page, "summary",
      g_strdup_printf ("%s, newest first%s", count, *filter->cursor != '\0' ? ", continued" : ""));
  json_object_set_boolean_member (page, "has_records", n > 0);
  json_object_set_boolean_member (page, "is_filtered", tm_record_filter_is_active (filter));
  json_object_set_boolean_member (page, "is_continued", *filter->cursor != '\0');
}

void
tm_records_view_dress (JsonObject *answer, const TmRecordFilter *filter, gint64 now_usec)
{
  JsonArray *records = json_object_get_array_member (answer, "records");
  JsonObject *facets = json_object_get_object_member (answer, "facets");
  JsonObject *page = json_object_new ();

  dress_records (records, filter, now_usec);
  dress_facet (json_object_get_array_member (facets, "severity"), filter, TM_FILTER_SEVERITY);
  dress_facet (json_object_get_array_member (facets, "class"), filter, TM_FILTER_CLASS);
  dress_facet (json_object_get_array_member (facets, "build"), filter, TM_FILTER_BUILD);
  tm_view_set_time (answer, "searched_to", now_usec);
  json_object_set_array_member (
      page, "classes", take_first (json_object_get_array_member (facets, "class"), N_FACET_ITEMS));
  json_object_set_array_member (
      page, "builds", take_first (json_object_get_array_member (facets, "build"), N_FACET_ITEMS));

  add_summary (page, records, filter);
  add_links (page, answer, filter);
  json_object_set_object_member (page, "form", make_form (filter));
  json_object_set_array_member (page, "marks", make_marks (filter));
  json_object_set_object_member (answer, "page", page);
}
