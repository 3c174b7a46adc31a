/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Numbers to the coordinates of small inline SVG drawings. The drawing itself is in the templates;
 * each is a repetition of numbers that the page also has as text.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Of every drawing, in units of its viewBox; the style sheet stretches it. */
#define TM_CHART_HEIGHT 100
/* Of one day. */
#define TM_CHART_STEP 12

/* What is drawn for each day: members of its row, from the bottom up, and their names for people.
 * The n-th has level n + 1. */
typedef struct
{
  const char *label;
  guint n_members;
  const char *members[4];
  const char *names[4];
} TmChartBars;

/* {"label", "width", "height", "max", "first", "last", "bar_width", "is_single", "bars": [{"x",
 * "title", "parts": [{"y", "height", "level"}]}]} from rows that have a "day". (transfer full) */
JsonObject *tm_chart_bars (JsonArray *rows, const TmChartBars *bars);
/* {"width", "height", "points", "area"}: for <polyline> and <polygon>. numbers: of integers.
 * (transfer full) */
JsonObject *tm_chart_line (JsonArray *numbers);
/* 0 to 100, at least 1 when n is not 0. */
gint64 tm_chart_percent (gint64 n, gint64 of);

G_END_DECLS
