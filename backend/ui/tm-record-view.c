/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-record-view.h. */
#include "tm-record-view.h"

#include <string.h>

#include "tm-payload-view.h"
#include "tm-report-view.h"
#include "tm-text.h"
#include "tm-time.h"
#include "tm-view.h"

/* What a fact's value links to, where other records share it. */
typedef struct
{
  const char *name;
  const char *label;
  const char *filter; /* (nullable): the parameter of Records */
} Fact;

static const Fact system_facts[] = {
  { "system_name", "System", "system" }, { "build", "Build", "build" },
  { "arch", "Architecture", NULL },      { "kernel_version", "Kernel", NULL },
  { "host_type", "Machine type", NULL }, { "board_name", "Board", NULL },
  { "cpu_model", "Processor", NULL },    { "bios_version", "Firmware", NULL },
};

static const Fact record_facts[] = {
  { "machine_id", "Machine", "machine" },
  { "origin", "Origin", NULL },
  { "app", "Application", NULL },
  { "event_id", "Event", NULL },
  { "boot_id", "Boot", NULL },
  { "record_id", "Record id", NULL },
};

static const Fact record_numbers[] = {
  { "sequence", "Sequence", NULL },
  { "payload_format_version", "Payload format", NULL },
};

static JsonObject *
add_fact (JsonArray *facts, const Fact *fact, char *text)
{
  JsonObject *item = json_object_new ();

  json_object_set_string_member (item, "label", fact->label);
  tm_view_set (item, "text", text);
  json_array_add_object_element (facts, item);

  return item;
}

static void
add_texts (JsonArray *facts, const Fact *table, guint n_facts, JsonObject *object)
{
  for (guint i = 0; i < n_facts; i++)
    {
      const char *value = json_object_get_string_member_with_default (object, table[i].name, NULL);

      if (value == NULL)
        continue;

      JsonObject *item = add_fact (facts, &table[i], tm_text_visible (value));
      if (table[i].filter == NULL)
        continue;

      g_autofree char *escaped = g_uri_escape_string (value, NULL, FALSE);
      tm_view_set (item, "url", g_strdup_printf ("/records?%s=%s", table[i].filter, escaped));
    }
}

/* In full: the head of the page has their age only. */
static void
add_times (JsonArray *facts, JsonObject *record)
{
  static const Fact times[] = {
    { "created_at", "Happened", NULL },
    { "received_at", "Arrived", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      const char *text = json_object_get_string_member_with_default (record, times[i].name, NULL);
      gint64 usec;

      if (text != NULL && tm_time_parse (text, &usec))
        add_fact (facts, &times[i], tm_text_time (usec));
    }
}

/* "3 h 12 min", since boot. */
static char *
format_uptime (gint64 usec)
{
  gint64 minutes = usec / G_USEC_PER_SEC / 60;
  g_autofree char *hours = tm_text_number (minutes / 60);

  if (minutes < 60)
    return g_strdup_printf ("%d min %d s", (int) minutes, (int) (usec / G_USEC_PER_SEC % 60));

  return g_strdup_printf ("%s h %d min", hours, (int) (minutes % 60));
}

static JsonArray *
make_facts (JsonObject *record)
{
  static const Fact uptime = { "boottime_us", "Time since boot", NULL };
  JsonArray *facts = json_array_new ();

  add_times (facts, record);
  add_texts (facts, record_facts, G_N_ELEMENTS (record_facts), record);
  for (guint i = 0; i < G_N_ELEMENTS (record_numbers); i++)
    add_fact (facts, &record_numbers[i],
              tm_text_number (
                  json_object_get_int_member_with_default (record, record_numbers[i].name, 0)));
  if (json_object_get_int_member_with_default (record, uptime.name, 0) > 0)
    add_fact (facts, &uptime, format_uptime (json_object_get_int_member (record, uptime.name)));

  return facts;
}

static JsonArray *
make_system_facts (JsonObject *record)
{
  JsonArray *facts = json_array_new ();

  if (json_object_has_member (record, "system"))
    add_texts (facts, system_facts, G_N_ELEMENTS (system_facts),
               json_object_get_object_member (record, "system"));

  return facts;
}

/* Records of the same classification, and of its first two parts: a step to the neighbours. */
static JsonObject *
make_class_links (const char *classification)
{
  JsonObject *links = json_object_new ();
  g_autofree char *escaped = g_uri_escape_string (classification, "/", FALSE);
  const char *rest = strrchr (escaped, '/');

  tm_view_set (links, "same", g_strdup_printf ("/records?class=%s", escaped));
  if (rest != NULL)
    tm_view_set (links, "probe",
                 g_strdup_printf ("/records?class=%.*s/*", (int) (rest - escaped), escaped));

  return links;
}

static void
set_payload (JsonObject *page, JsonObject *record, const char *payload)
{
  gsize n_bytes;
  JsonObject *report = tm_report_view_new (payload, &n_bytes);
  JsonObject *view = tm_payload_view_new (payload, TM_PAYLOAD_VIEW_MAX_BYTES - n_bytes);

  tm_view_set (
      view, "size",
      tm_text_bytes (json_object_get_int_member_with_default (record, "payload_bytes", 0)));
  json_object_set_object_member (page, "payload_view", view);
  if (report != NULL)
    json_object_set_object_member (page, "report", report);
}

JsonObject *
tm_record_view_new (JsonObject *record, gint64 now_usec)
{
  JsonObject *page = json_object_new ();
  const char *payload = json_object_get_string_member_with_default (record, "payload", NULL);

  tm_view_record (record, now_usec);
  json_object_set_object_member (page, "record", json_object_ref (record));
  json_object_set_array_member (page, "facts", make_facts (record));
  json_object_set_array_member (page, "system_facts", make_system_facts (record));
  json_object_set_object_member (
      page, "class_links",
      make_class_links (json_object_get_string_member (record, "classification")));
  json_object_set_boolean_member (
      page, "has_system",
      json_array_get_length (json_object_get_array_member (page, "system_facts")) > 0);
  if (payload == NULL)
    return page;

  set_payload (page, record, payload);
  /* Its text is in the view; twice would be twice the work for the renderer's stack. */
  json_object_remove_member (record, "payload");

  return page;
}
