/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Errors of memory in the kernel's log, from the drivers of memory controllers:
 *
 *   EDAC MC0: 2 CE memory read error on CPU_SrcID#0_Ha#0_Chan#1_DIMM#0 (channel:1 slot:0 page:0x...
 */
#pragma once

#include "tm-fault.h"

G_BEGIN_DECLS

/* (nullable) (transfer full) */
TmFault *tm_log_memory_parse (const char *line);

G_END_DECLS
