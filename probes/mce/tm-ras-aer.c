/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ras:aer_event. The head of the packet that failed is in it, too; it has addresses, and stays. */
#include "tm-pcie-fault.h"
#include "tm-ras-event.h"

static TmFaultSeverity
get_severity (guint64 severity)
{
  static const TmFaultSeverity severities[] = { TM_FAULT_UNCORRECTED, TM_FAULT_FATAL,
                                                TM_FAULT_CORRECTED };

  return severity < G_N_ELEMENTS (severities) ? severities[severity] : TM_FAULT_UNCORRECTED;
}

TmFault *
tm_ras_aer_to_fault (const TmTraceEvent *event)
{
  g_autofree char *device = tm_trace_event_get_text (event, "dev_name");
  const TmPcieFault pcie = {
    .severity = get_severity (tm_trace_event_get_number (event, "severity")),
    .device = device,
    .status = (guint32) tm_trace_event_get_number (event, "status"),
  };

  return tm_pcie_fault_to_fault (&pcie);
}
