/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ras:mc_event, from the driver of the memory controller, and ras:extlog_mem_event, from the
 * firmware of Intel's servers, which has a memory section of a Common Platform Error Record in it,
 * in the kernel's shorter form.
 */
#include "tm-cper-type.h"
#include "tm-memory-fault.h"
#include "tm-ras-event.h"
#include "tm-ras-section.h"

/* Of the kernel's short form: what it has of the section, from which offset to which. */
#define SHORT_BYTES 54
#define SECTION_BYTES 80
/* The status and the addresses, which the short form lacks. */
#define NOT_IN_SHORT 0x7u

static TmFaultSeverity
get_severity (guint64 type)
{
  static const TmFaultSeverity severities[] = { TM_FAULT_CORRECTED, TM_FAULT_UNCORRECTED,
                                                TM_FAULT_DEFERRED, TM_FAULT_FATAL,
                                                TM_FAULT_INFORMATIONAL };

  return type < G_N_ELEMENTS (severities) ? severities[type] : TM_FAULT_UNCORRECTED;
}

/* Of layers that say nothing the number is -1. */
static void
set_layers (const TmTraceEvent *event, JsonObject *object)
{
  static const char *const names[] = { "top_layer", "middle_layer", "lower_layer" };
  JsonArray *layers = json_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (tm_trace_event_get_signed (event, names[i]) >= 0)
      json_array_add_int_element (layers, tm_trace_event_get_signed (event, names[i]));
  json_object_set_array_member (object, "layers", layers);
}

TmFault *
tm_ras_memory_to_fault (const TmTraceEvent *event)
{
  g_autofree char *message = tm_trace_event_get_text (event, "msg");
  g_autofree char *label = tm_trace_event_get_text (event, "label");
  g_autofree char *detail = tm_trace_event_get_text (event, "driver_detail");
  const TmMemoryFault memory = {
    .severity = get_severity (tm_trace_event_get_number (event, "error_type")),
    .message = message,
    .label = label,
    .detail = detail,
    .controller = (guint) tm_trace_event_get_number (event, "mc_index"),
    .count = tm_trace_event_get_number (event, "error_count"),
  };
  TmFault *fault = tm_memory_fault_to_fault (&memory);

  set_layers (event, tm_fault_get_details (fault));
  return fault;
}

/* The whole section again. */
static void
expand (const TmCperReader *data, guint8 type, guint8 *out_section)
{
  guint64 valid = tm_cper_reader_number (data, 0, 8) & ~(guint64) NOT_IN_SHORT;

  for (gsize i = 0; i < 8; i++)
    out_section[i] = (guint8) (valid >> 8 * i);
  for (gsize i = 0; i < 40; i++)
    out_section[32 + i] = (guint8) tm_cper_reader_number (data, 8 + i, 1);
  for (gsize i = 0; i < 6; i++)
    out_section[74 + i] = (guint8) tm_cper_reader_number (data, 48 + i, 1);
  out_section[72] = type;
  out_section[73] = (guint8) tm_cper_reader_number (data, SHORT_BYTES, 1);
}

TmFault *
tm_ras_extlog_to_fault (const TmTraceEvent *event)
{
  TmCperReader data = tm_trace_event_get_bytes (event, "data");
  guint8 bytes[SECTION_BYTES] = { 0 };
  const TmCperReader section = { bytes, sizeof bytes, FALSE };
  g_autofree char *unit = tm_trace_event_get_text (event, "fru_text");
  TmFault *fault;

  expand (&data, (guint8) tm_trace_event_get_number (event, "etype"), bytes);
  fault =
      tm_ras_section_decode (&tm_cper_memory, &section,
                             tm_ras_severity_from_cper (tm_trace_event_get_number (event, "sev")));
  tm_ras_section_set_place (fault, unit);
  return fault;
}
