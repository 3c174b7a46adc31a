/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-log-thermal.h. */
#include "tm-log-thermal.h"

#include <string.h>

#include "tm-log-scan.h"

static TmFault *
parse_throttled (const char *line)
{
  gboolean is_package = strstr (line, "Package temp") != NULL;
  guint64 cpu;
  guint64 total;
  TmFault *fault;

  if (strstr (line, "above threshold, cpu clock ") == NULL ||
      !tm_log_scan_number (line, "CPU", 10, &cpu))
    return NULL;

  fault = tm_fault_new (
      TM_FAULT_THERMAL, TM_FAULT_CORRECTED,
      g_strdup_printf ("%s too hot, its clock is throttled", is_package ? "package" : "core"));
  json_object_set_int_member (tm_fault_get_details (fault), "cpu", (gint64) (cpu & G_MAXUINT16));
  json_object_set_string_member (fault->details, "level", is_package ? "package" : "core");
  if (tm_log_scan_number (line, "total events = ", 10, &total))
    json_object_set_int_member (fault->details, "total_events", (gint64) MIN (total, G_MAXINT64));
  g_string_append (fault->text,
                   "The processor runs slower until it is cool again; look at fans and "
                   "dust.\n");
  return fault;
}

/* The zone is "thermal_zone0", or "acpitz" where its kind is said. */
static char *
get_zone (const char *line, const char *end)
{
  g_autofree char *head = g_strndup (line, end - line);
  char *colon = g_strrstr (g_strchomp (head), ":");
  char *blank;

  if (colon == NULL)
    return NULL;

  *colon = '\0';
  blank = strrchr (head, ' ');
  return blank != NULL ? g_strdup (blank + 1) : g_strdup (head);
}

static TmFault *
parse_critical (const char *line)
{
  const char *words = strstr (line, "critical temperature reached");
  g_autofree char *zone = words != NULL ? get_zone (line, words) : NULL;
  TmFault *fault;

  if (zone == NULL || !g_str_has_prefix (line, "thermal"))
    return NULL;

  fault = tm_fault_new (TM_FAULT_THERMAL, TM_FAULT_FATAL,
                        g_strdup ("critical temperature, the system shuts down"));
  fault->location = g_utf8_make_valid (zone, -1);
  return fault;
}

TmFault *
tm_log_thermal_parse (const char *line)
{
  TmFault *fault = parse_throttled (line);

  return fault != NULL ? fault : parse_critical (line);
}
