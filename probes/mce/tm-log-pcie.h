/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Errors of PCI Express in the kernel's log, two lines of which count:
 *
 *   pcieport 0000:00:1c.0: PCIe Bus Error: severity=Corrected, type=Physical Layer, (Receiver ID)
 *   pcieport 0000:00:1c.0:   device [8086:9d14] error status/mask=00000001/00002000
 *
 * Since 6.11 the severity is “Correctable”, and since 6.15 the first line ends otherwise.
 */
#pragma once

#include "tm-fault.h"

G_BEGIN_DECLS

typedef struct
{
  char *device; /* (nullable): of the first line */
  TmFaultSeverity severity;
} TmLogPcie;

void tm_log_pcie_clear (TmLogPcie *self);
/* (nullable) (transfer full): a fault that is complete with this line. */
TmFault *tm_log_pcie_feed (TmLogPcie *self, const char *line);

G_END_DECLS
