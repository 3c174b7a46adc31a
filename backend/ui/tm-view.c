/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-view.h. */
#include "tm-view.h"

#include <string.h>

#include "tm-text.h"
#include "tm-time.h"

/* Of a machine id in lists: enough to tell machines apart by eye. */
#define SHORT_ID_DIGITS 8

JsonObject *
tm_view_of (JsonObject *object)
{
  if (!json_object_has_member (object, "view"))
    json_object_set_object_member (object, "view", json_object_new ());

  return json_object_get_object_member (object, "view");
}

void
tm_view_set (JsonObject *view, const char *name, char *text)
{
  json_object_set_string_member (view, name, text);
  g_free (text);
}

void
tm_view_set_number (JsonObject *object, const char *name)
{
  tm_view_set (tm_view_of (object), name,
               tm_text_number (json_object_get_int_member_with_default (object, name, 0)));
}

void
tm_view_set_time (JsonObject *object, const char *name, gint64 now_usec)
{
  const char *text = json_object_get_string_member_with_default (object, name, NULL);
  gint64 usec;

  if (text == NULL || !tm_time_parse (text, &usec))
    return;

  JsonObject *time = json_object_new ();
  tm_view_set (time, "age", tm_text_age (usec, now_usec));
  tm_view_set (time, "title", tm_text_time (usec));
  json_object_set_object_member (tm_view_of (object), name, time);
}

JsonObject *
tm_view_severity (gint64 severity)
{
  static const char *const names[] = { "unknown", "low", "medium", "high", "critical" };
  JsonObject *view = json_object_new ();
  gint64 level = severity > 0 && severity < (gint64) G_N_ELEMENTS (names) ? severity : 0;

  json_object_set_string_member (view, "name", names[level]);
  json_object_set_int_member (view, "level", level);

  return view;
}

static void
set_visible (JsonObject *view, const char *name, JsonObject *object)
{
  const char *text = json_object_get_string_member_with_default (object, name, NULL);

  if (text != NULL)
    tm_view_set (view, name, tm_text_visible (text));
}

void
tm_view_set_class (JsonObject *view, const char *classification)
{
  g_autofree char *visible = tm_text_visible (classification);
  JsonArray *parts = json_array_new ();
  const char *part = visible;

  for (const char *slash = strchr (part, '/'); slash != NULL; slash = strchr (part, '/'))
    {
      g_autofree char *text = g_strndup (part, (gsize) (slash + 1 - part));

      json_array_add_string_element (parts, text);
      part = slash + 1;
    }
  json_array_add_string_element (parts, part);
  json_object_set_array_member (view, "class_parts", parts);
}

void
tm_view_record (JsonObject *record, gint64 now_usec)
{
  JsonObject *view = tm_view_of (record);
  const char *machine = json_object_get_string_member_with_default (record, "machine_id", "");

  json_object_set_object_member (
      view, "severity",
      tm_view_severity (json_object_get_int_member_with_default (record, "severity", 0)));
  tm_view_set_time (record, "created_at", now_usec);
  tm_view_set_time (record, "received_at", now_usec);
  tm_view_set (view, "machine", g_strndup (machine, SHORT_ID_DIGITS));
  tm_view_set (view, "machine_url", g_strdup_printf ("/records?machine=%s", machine));
  tm_view_set_class (view,
                     json_object_get_string_member_with_default (record, "classification", ""));
  set_visible (view, "app", record);
  if (json_object_has_member (record, "system"))
    {
      JsonObject *system = json_object_get_object_member (record, "system");

      set_visible (view, "build", system);
      set_visible (view, "system_name", system);
      set_visible (view, "host_type", system);
    }
}
