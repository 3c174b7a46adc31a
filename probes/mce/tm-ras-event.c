/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-ras-event.h; here also the machine check, which is nothing but registers. */
#include "tm-ras-event.h"

#include <string.h>

#include "tm-machine-check-fault.h"
#include "tm-machine-check.h"

const TmRasEvent tm_ras_events[TM_RAS_N_EVENTS] = {
  { "mce", "mce_record", TM_FAULT_MCE, tm_ras_mce_to_fault },
  { "ras", "mc_event", TM_FAULT_MEMORY, tm_ras_memory_to_fault },
  { "ras", "aer_event", TM_FAULT_PCIE, tm_ras_aer_to_fault },
  { "ras", "extlog_mem_event", TM_FAULT_MEMORY, tm_ras_extlog_to_fault },
  { "ras", "non_standard_event", TM_FAULT_MCE, tm_ras_section_to_fault },
};

const TmRasEvent *
tm_ras_event_find (const char *name)
{
  for (guint i = 0; i < TM_RAS_N_EVENTS; i++)
    if (strcmp (tm_ras_events[i].name, name) == 0)
      return &tm_ras_events[i];

  return NULL;
}

/* ADDR, MISC, SYND, the instruction pointer and the serial number of the processor (PPIN) are in
 * the event, too; they are not even read. */
TmFault *
tm_ras_mce_to_fault (const TmTraceEvent *event)
{
  const TmMachineCheck check = {
    .status = tm_trace_event_get_number (event, "status"),
    .capabilities = tm_trace_event_get_number (event, "mcgcap"),
    .global_status = tm_trace_event_get_number (event, "mcgstatus"),
    .ipid = tm_trace_event_get_number (event, "ipid"),
    .cpu = (guint) tm_trace_event_get_number (event, "cpu"),
    .socket = (guint) tm_trace_event_get_number (event, "socketid"),
    .bank = (guint) tm_trace_event_get_number (event, "bank"),
    .vendor = tm_trace_event_has (event, "cpuvendor")
                  ? (guint) tm_trace_event_get_number (event, "cpuvendor")
                  : TM_MCA_VENDOR_UNKNOWN,
    .signature = (guint) tm_trace_event_get_number (event, "cpuid"),
    .microcode = (guint) tm_trace_event_get_number (event, "microcode"),
  };

  return tm_machine_check_to_fault (&check);
}
