/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A crash that the kernel hands over itself, by kernel.core_pattern: the core is standard input. */
#pragma once

#include "crash-reporter.h"

G_BEGIN_DECLS

/* What %P %u %g %s %t say. */
#define CRASH_HANDLER_N_ARGUMENTS 5

/* The kernel opens nothing but standard input, and what a process opens first would be taken for
 * its standard output. Messages go to the log of the kernel, or nowhere. Before all else. */
void crash_handler_open_streams (void);

/* (nullable) arguments: NULL-terminated. Fails with G_OPTION_ERROR and says which one is wrong. */
gboolean crash_handler_check (const char *const *arguments, GError **error);
/* arguments: that were checked. */
gboolean
crash_handler_report (CrashReporter *reporter, const char *const *arguments, GError **error);

G_END_DECLS
