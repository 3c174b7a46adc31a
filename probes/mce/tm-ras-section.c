/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ras:non_standard_event: a section of a kind that the kernel has no driver for, as the firmware
 * wrote it; the same sections that the boot error region has.
 */
#include "tm-ras-section.h"

#include <string.h>

#include "tm-cper-place.h"
#include "tm-ras-event.h"

TmFaultSeverity
tm_ras_severity_from_cper (guint64 severity)
{
  static const TmFaultSeverity severities[] = { TM_FAULT_UNCORRECTED, TM_FAULT_FATAL,
                                                TM_FAULT_CORRECTED, TM_FAULT_INFORMATIONAL };

  return severity < G_N_ELEMENTS (severities) ? severities[severity] : TM_FAULT_UNCORRECTED;
}

/* As the kernel numbers them in this event: by weight. */
static TmFaultSeverity
severity_from_ghes (guint64 severity)
{
  static const TmFaultSeverity severities[] = { TM_FAULT_INFORMATIONAL, TM_FAULT_CORRECTED,
                                                TM_FAULT_UNCORRECTED, TM_FAULT_FATAL };

  return severity < G_N_ELEMENTS (severities) ? severities[severity] : TM_FAULT_UNCORRECTED;
}

static TmFaultKind
get_kind (const TmCperType *type)
{
  if (strcmp (type->kind, "memory") == 0 || g_str_has_prefix (type->name, "CXL General") ||
      g_str_has_prefix (type->name, "CXL DRAM") || g_str_has_prefix (type->name, "CXL Memory"))
    return TM_FAULT_MEMORY;
  if (g_str_has_prefix (type->kind, "pci") || strcmp (type->kind, "cxl") == 0)
    return TM_FAULT_PCIE;

  return TM_FAULT_MCE;
}

/* For a section that says nothing of an error. */
static char *
name_section (const TmCperType *type)
{
  if (type->guid[0] == '\0')
    return g_strdup ("report of the firmware of a kind that nobody knows");

  return g_strdup_printf ("report of the firmware, %s", type->name);
}

TmFault *
tm_ras_section_decode (const TmCperType *type,
                       const TmCperReader *section,
                       TmFaultSeverity severity)
{
  JsonObject *decoded = tm_cper_type_decode (type, section);
  g_autofree char *error = tm_cper_type_get_error (type, decoded);
  TmFault *fault = tm_fault_new (get_kind (type), severity,
                                 error != NULL ? g_steal_pointer (&error) : name_section (type));

  fault->location = tm_cper_type_get_location (type, decoded);
  fault->details = decoded;
  json_object_set_string_member (decoded, "section", type->name);
  return fault;
}

/* The kind of a section that nobody can read further. */
static void
set_guid (TmFault *fault, const TmCperType *type, const char *guid)
{
  json_object_set_string_member (tm_fault_get_details (fault), "guid", guid);
  if (type->fields == NULL)
    fault->unit = g_strdup (guid);
}

TmFault *
tm_ras_section_of_guid (const char *guid, TmFaultSeverity severity)
{
  const TmCperType *type = tm_cper_type_find (guid);
  TmFault *fault = tm_fault_new (get_kind (type), severity, name_section (type));

  json_object_set_string_member (tm_fault_get_details (fault), "section", type->name);
  set_guid (fault, type, guid);
  return fault;
}

void
tm_ras_section_set_place (TmFault *fault, const char *text)
{
  g_autofree char *place = tm_cper_place_clean (text);

  if (place[0] == '\0')
    return;

  json_object_set_string_member (tm_fault_get_details (fault), "fru_text", place);
  if (fault->location == NULL)
    fault->location = g_steal_pointer (&place);
}

TmFault *
tm_ras_section_to_fault (const TmTraceEvent *event)
{
  TmCperReader type_bytes = tm_trace_event_get_bytes (event, "sec_type");
  TmCperReader section = tm_trace_event_get_bytes (event, "buf");
  g_autofree char *guid = tm_cper_reader_guid (&type_bytes, 0);
  g_autofree char *unit = tm_trace_event_get_text (event, "fru_text");
  const TmCperType *type = tm_cper_type_find (guid != NULL ? guid : "");
  TmFault *fault = tm_ras_section_decode (
      type, &section, severity_from_ghes (tm_trace_event_get_number (event, "sev")));

  if (guid != NULL)
    set_guid (fault, type, guid);
  tm_ras_section_set_place (fault, unit);
  return fault;
}
