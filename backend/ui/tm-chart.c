/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-chart.h. */
#include "tm-chart.h"

#include "tm-text.h"

/* Between two days. */
#define GAP 2
/* Of what is not nothing. */
#define MIN_HEIGHT 1.0
/* Room above and below a line, so that its stroke is not cut off. */
#define MARGIN 6

static JsonObject *
chart_new (guint n_steps)
{
  JsonObject *chart = json_object_new ();

  json_object_set_int_member (chart, "width", (gint64) MAX (n_steps, 1) * TM_CHART_STEP);
  json_object_set_int_member (chart, "height", TM_CHART_HEIGHT);

  return chart;
}

static gint64
get_sum (JsonObject *row, const TmChartBars *bars)
{
  gint64 sum = 0;

  for (guint i = 0; i < bars->n_members; i++)
    sum += json_object_get_int_member (row, bars->members[i]);

  return sum;
}

static char *
format_title (JsonObject *row, const TmChartBars *bars)
{
  g_autoptr (GString) title = g_string_new (json_object_get_string_member (row, "day"));

  for (guint i = 0; i < bars->n_members; i++)
    {
      g_autofree char *number = tm_text_number (json_object_get_int_member (row, bars->members[i]));

      g_string_append_printf (title, "%s%s %s", i == 0 ? ": " : ", ", number, bars->names[i]);
    }

  return g_string_free (g_steal_pointer (&title), FALSE);
}

static void
set_decimal (JsonObject *object, const char *name, double number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  json_object_set_string_member (object, name, g_ascii_formatd (text, sizeof text, "%.2f", number));
}

static JsonArray *
make_parts (JsonObject *row, const TmChartBars *bars, gint64 max)
{
  JsonArray *parts = json_array_new ();
  gint64 below = 0;

  for (guint i = 0; i < bars->n_members; i++)
    {
      gint64 n = json_object_get_int_member (row, bars->members[i]);
      double from = (double) TM_CHART_HEIGHT * (double) below / (double) max;
      double to = (double) TM_CHART_HEIGHT * (double) (below + n) / (double) max;

      below += n;
      if (n == 0)
        continue;

      JsonObject *part = json_object_new ();
      json_object_set_int_member (part, "level", i + 1);
      set_decimal (part, "y", MIN (TM_CHART_HEIGHT - to, TM_CHART_HEIGHT - MIN_HEIGHT));
      /* A day with one record among days with a million is still to be seen. */
      set_decimal (part, "height", MAX (to - from, MIN_HEIGHT));
      json_array_add_object_element (parts, part);
    }

  return parts;
}

static gint64
get_max (JsonArray *rows, const TmChartBars *bars)
{
  gint64 max = 0;

  for (guint i = 0; i < json_array_get_length (rows); i++)
    max = MAX (max, get_sum (json_array_get_object_element (rows, i), bars));

  return max;
}

static const char *
get_day (JsonArray *rows, guint index)
{
  if (index >= json_array_get_length (rows))
    return "";

  return json_object_get_string_member (json_array_get_object_element (rows, index), "day");
}

JsonObject *
tm_chart_bars (JsonArray *rows, const TmChartBars *bars)
{
  guint n_rows = json_array_get_length (rows);
  JsonObject *chart = chart_new (n_rows);
  JsonArray *list = json_array_new ();
  gint64 max = get_max (rows, bars);
  g_autofree char *max_text = tm_text_number (max);

  for (guint i = 0; i < n_rows; i++)
    {
      JsonObject *row = json_array_get_object_element (rows, i);
      JsonObject *bar = json_object_new ();
      g_autofree char *title = format_title (row, bars);

      json_object_set_int_member (bar, "x", (gint64) i * TM_CHART_STEP);
      json_object_set_string_member (bar, "title", title);
      json_object_set_array_member (bar, "parts", make_parts (row, bars, MAX (max, 1)));
      json_array_add_object_element (list, bar);
    }

  json_object_set_string_member (chart, "label", bars->label);
  json_object_set_string_member (chart, "max", max_text);
  json_object_set_string_member (chart, "first", get_day (rows, 0));
  json_object_set_string_member (chart, "last", get_day (rows, n_rows - 1));
  json_object_set_int_member (chart, "bar_width", TM_CHART_STEP - GAP);
  json_object_set_boolean_member (chart, "is_single", bars->n_members == 1);
  json_object_set_array_member (chart, "bars", list);

  return chart;
}

JsonObject *
tm_chart_line (JsonArray *numbers)
{
  guint n = json_array_get_length (numbers);
  JsonObject *chart = chart_new (n);
  g_autoptr (GString) points = g_string_new (NULL);
  g_autoptr (GString) area = g_string_new (NULL);
  gint64 max = 1;

  for (guint i = 0; i < n; i++)
    max = MAX (max, json_array_get_int_element (numbers, i));
  for (guint i = 0; i < n; i++)
    {
      double share = (double) json_array_get_int_element (numbers, i) / (double) max;
      char y[G_ASCII_DTOSTR_BUF_SIZE];

      g_ascii_formatd (y, sizeof y, "%.1f",
                       TM_CHART_HEIGHT - MARGIN - share * (TM_CHART_HEIGHT - 2 * MARGIN));
      g_string_append_printf (points, "%s%u,%s", i > 0 ? " " : "",
                              i * TM_CHART_STEP + TM_CHART_STEP / 2, y);
    }

  g_string_printf (area, "%u,%d %s %u,%d", TM_CHART_STEP / 2, TM_CHART_HEIGHT, points->str,
                   MAX (n, 1) * TM_CHART_STEP - TM_CHART_STEP / 2, TM_CHART_HEIGHT);
  json_object_set_string_member (chart, "points", points->str);
  json_object_set_string_member (chart, "area", area->str);

  return chart;
}

gint64
tm_chart_percent (gint64 n, gint64 of)
{
  if (n <= 0 || of <= 0)
    return 0;

  return CLAMP (n * 100 / of, 1, 100);
}
