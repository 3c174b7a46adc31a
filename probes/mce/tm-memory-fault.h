/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a memory controller's driver (EDAC) tells, in its trace event and in its line of the log. */
#pragma once

#include "tm-fault.h"

G_BEGIN_DECLS

typedef struct
{
  TmFaultSeverity severity;
  const char *message; /* of the driver: "memory read error" */
  const char *label;   /* of the module, as the board or its driver calls it */
  const char *detail;  /* (nullable): pairs like "err_code:0101:0090 rank:1" */
  guint controller;
  guint64 count;
} TmMemoryFault;

/* (transfer full) */
TmFault *tm_memory_fault_to_fault (const TmMemoryFault *self);

/* Whether the driver knew which module it was. */
gboolean tm_memory_fault_is_label (const char *label);

G_END_DECLS
