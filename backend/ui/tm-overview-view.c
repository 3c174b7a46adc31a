/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-overview-view.h. */
#include "tm-overview-view.h"

#include "tm-chart.h"
#include "tm-text.h"
#include "tm-view.h"

/* Counting runs every few seconds; a minute behind is worth a word. */
#define LAG_WORTH_A_WORD_SECONDS 60

static const TmChartBars severities = {
  .label = "Records of each day by severity; the numbers are in the table below",
  .n_members = 4,
  .members = { "low", "medium", "high", "critical" },
  .names = { "low", "medium", "high", "critical" },
};

static const TmChartBars machines = {
  .label = "Machines of each day; the numbers are in the table below",
  .n_members = 1,
  .members = { "n_machines" },
  .names = { "machines" },
};

static gint64
get_number (JsonArray *rows, guint from_end, const char *member)
{
  guint n = json_array_get_length (rows);

  if (from_end >= n)
    return 0;

  return json_object_get_int_member (json_array_get_object_element (rows, n - 1 - from_end),
                                     member);
}

static gint64
get_total (JsonArray *rows, const char *member)
{
  gint64 total = 0;

  for (guint i = 0; i < json_array_get_length (rows); i++)
    total += get_number (rows, i, member);

  return total;
}

static void
add_tile (JsonArray *tiles, const char *label, gint64 number, char *note, const char *kind)
{
  JsonObject *tile = json_object_new ();

  json_object_set_string_member (tile, "label", label);
  tm_view_set (tile, "number", tm_text_number (number));
  tm_view_set (tile, "note", note);
  json_object_set_string_member (tile, "kind", kind);
  json_array_add_object_element (tiles, tile);
}

static char *
format_yesterday (gint64 number)
{
  g_autofree char *text = tm_text_number (number);

  return g_strdup_printf ("yesterday %s", text);
}

/* Days end at midnight UTC; today's numbers are those so far. */
static JsonArray *
make_tiles (JsonObject *answer)
{
  JsonArray *by_day = json_object_get_array_member (answer, "by_day");
  gint64 n_days = json_object_get_int_member (answer, "days");
  JsonArray *tiles = json_array_new ();
  gint64 n_severe = get_number (by_day, 0, "high") + get_number (by_day, 0, "critical");

  add_tile (tiles, "Records today", get_number (by_day, 0, "n_records"),
            format_yesterday (get_number (by_day, 1, "n_records")), "plain");
  add_tile (tiles, "Machines today", get_number (by_day, 0, "n_machines"),
            format_yesterday (get_number (by_day, 1, "n_machines")), "plain");
  add_tile (tiles, "High and critical today", n_severe,
            format_yesterday (get_number (by_day, 1, "high") + get_number (by_day, 1, "critical")),
            n_severe > 0 ? "alert" : "plain");
  add_tile (tiles, "Records of the period", get_total (by_day, "n_records"),
            g_strdup_printf ("%d days", (int) n_days), "plain");

  return tiles;
}

static JsonArray *
make_periods (gint64 n_days)
{
  static const int choices[] = { 7, 30, 90 };
  JsonArray *periods = json_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    {
      JsonObject *period = json_object_new ();

      json_object_set_int_member (period, "n", choices[i]);
      json_object_set_boolean_member (period, "is_current", choices[i] == n_days);
      json_array_add_object_element (periods, period);
    }

  return periods;
}

/* The numbers behind the charts, newest first. */
static JsonArray *
make_day_table (JsonArray *by_day)
{
  JsonArray *table = json_array_new ();

  for (guint i = json_array_get_length (by_day); i > 0; i--)
    {
      JsonObject *row = json_array_get_object_element (by_day, i - 1);

      tm_view_set_number (row, "n_records");
      tm_view_set_number (row, "n_machines");
      for (guint s = 0; s < severities.n_members; s++)
        tm_view_set_number (row, severities.members[s]);
      json_array_add_object_element (table, json_object_ref (row));
    }

  return table;
}

/* Links to Records for one value of a filter; empty names have none. */
static void
add_link (JsonObject *row, const char *name, const char *filter, gint64 n_days)
{
  JsonObject *view = tm_view_of (row);
  const char *value = json_object_get_string_member_with_default (row, name, "");

  tm_view_set (view, name, tm_text_visible (value));
  if (*value == '\0')
    return;

  g_autofree char *escaped = g_uri_escape_string (value, "/:", FALSE);
  tm_view_set (view, "url",
               g_strdup_printf ("/records?%s=%s&from=%dd", filter, escaped, (int) n_days));
}

static void
dress_rows (JsonArray *rows,
            const char *name,
            const char *filter,
            const char *measure,
            const char *series,
            gint64 n_days)
{
  gint64 max = 0;

  for (guint i = 0; i < json_array_get_length (rows); i++)
    max = MAX (max, json_object_get_int_member (json_array_get_object_element (rows, i), measure));

  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *row = json_array_get_object_element (rows, i);
      JsonObject *view = tm_view_of (row);

      add_link (row, name, filter, n_days);
      tm_view_set_number (row, "n_records");
      tm_view_set_number (row, measure);
      json_object_set_int_member (
          view, "percent", tm_chart_percent (json_object_get_int_member (row, measure), max));
      json_object_set_object_member (view, "line",
                                     tm_chart_line (json_object_get_array_member (row, series)));
    }
}

static void
dress_classes (JsonArray *classes, gint64 n_days)
{
  dress_rows (classes, "classification", "class", "n_records", "by_day", n_days);
  for (guint i = 0; i < json_array_get_length (classes); i++)
    {
      JsonObject *row = json_array_get_object_element (classes, i);

      tm_view_set_number (row, "n_machines_busiest_day");
      tm_view_set_class (tm_view_of (row),
                         json_object_get_string_member_with_default (row, "classification", ""));
      json_object_set_object_member (
          tm_view_of (row), "severity",
          tm_view_severity (json_object_get_int_member_with_default (row, "worst_severity", 0)));
    }
}

static void
dress_builds (JsonArray *builds, gint64 n_days)
{
  dress_rows (builds, "build", "build", "machine_days", "machines_by_day", n_days);
  for (guint i = 0; i < json_array_get_length (builds); i++)
    {
      JsonObject *row = json_array_get_object_element (builds, i);

      tm_view_set (tm_view_of (row), "rate",
                   g_strdup_printf ("%.2f", json_object_get_double_member_with_default (
                                                row, "records_per_machine_day", 0)));
    }
}

static void
dress_health (JsonObject *health, gint64 now_usec)
{
  static const char *const numbers[] = {
    "batches_24h",  "records_24h",         "stored_24h",
    "rejected_24h", "duplicates_24h",      "batches_not_counted",
    "dead_records", "quarantined_records", "records_not_counted",
  };
  JsonArray *losses = json_object_get_array_member (health, "losses");
  JsonObject *view = tm_view_of (health);
  gint64 lag_seconds = json_object_get_int_member (health, "counting_lag_seconds");

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    tm_view_set_number (health, numbers[i]);
  for (guint i = 0; i < json_array_get_length (losses); i++)
    {
      JsonObject *loss = json_array_get_object_element (losses, i);

      tm_view_set_number (loss, "n_records");
      tm_view_set (tm_view_of (loss), "reason",
                   tm_text_visible (json_object_get_string_member (loss, "reason")));
    }
  tm_view_set_time (health, "last_batch_at", now_usec);
  json_object_set_boolean_member (view, "is_late", lag_seconds > LAG_WORTH_A_WORD_SECONDS);
  tm_view_set (view, "lag", tm_text_count (lag_seconds, "second"));
}

/* The list of records is a partial that wants its records in an object. */
static JsonObject *
make_latest (JsonArray *records, gint64 now_usec)
{
  JsonObject *latest = json_object_new ();

  for (guint i = 0; i < json_array_get_length (records); i++)
    tm_view_record (json_array_get_object_element (records, i), now_usec);
  json_object_set_array_member (latest, "records", json_array_ref (records));

  return latest;
}

void
tm_overview_view_dress (JsonObject *answer, gint64 now_usec)
{
  JsonArray *by_day = json_object_get_array_member (answer, "by_day");
  JsonArray *latest = json_object_get_array_member (answer, "latest");
  JsonArray *classes = json_object_get_array_member (answer, "classes");
  JsonArray *builds = json_object_get_array_member (answer, "builds");
  gint64 n_days = json_object_get_int_member (answer, "days");
  JsonObject *page = json_object_new ();

  json_object_set_array_member (page, "tiles", make_tiles (answer));
  json_object_set_array_member (page, "periods", make_periods (n_days));
  json_object_set_object_member (page, "records_chart", tm_chart_bars (by_day, &severities));
  json_object_set_object_member (page, "machines_chart", tm_chart_bars (by_day, &machines));
  json_object_set_array_member (page, "day_table", make_day_table (by_day));
  json_object_set_boolean_member (page, "has_records", json_array_get_length (latest) > 0);

  json_object_set_boolean_member (page, "has_classes", json_array_get_length (classes) > 0);
  json_object_set_boolean_member (page, "has_builds", json_array_get_length (builds) > 0);

  dress_classes (classes, n_days);
  dress_builds (builds, n_days);
  dress_health (json_object_get_object_member (answer, "health"), now_usec);
  json_object_set_object_member (page, "latest", make_latest (latest, now_usec));
  json_object_set_object_member (answer, "page", page);
}
