/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a port or a device on PCI Express reports (AER), from the trace and from the log. */
#pragma once

#include "tm-fault.h"

G_BEGIN_DECLS

typedef struct
{
  TmFaultSeverity severity;
  const char *device; /* its place on the bus: "0000:00:1c.0" */
  guint32 status;     /* the bits that are not masked */
} TmPcieFault;

/* (transfer full) */
TmFault *tm_pcie_fault_to_fault (const TmPcieFault *self);

/* Where it is known which model sits at that place. class_code: 24 bits; 0: not known. */
void tm_pcie_fault_set_model (TmFault *fault, guint vendor, guint device, guint class_code);
/* Whether this is a place on the bus: only hexadecimal digits, ':' and '.'. */
gboolean tm_pcie_fault_is_place (const char *name);

G_END_DECLS
