/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * That something is too hot, in the kernel's log; there is no trace event for it:
 *
 *   CPU3: Core temperature above threshold, cpu clock throttled (total events = 219)
 *   CPU3: Core temperature is above threshold, cpu clock is throttled (total events = 219)
 *   thermal thermal_zone0: acpitz: critical temperature reached, shutting down
 *
 * The kernel says it of each processor that shares a core or a package: within one second of log
 * time, the same is said once.
 */
#pragma once

#include "tm-fault.h"

G_BEGIN_DECLS

/* (nullable) (transfer full) */
TmFault *tm_log_thermal_parse (const char *line);

G_END_DECLS
