/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A crash that the kernel hands over itself, by kernel.core_pattern: the core is standard input. */
#pragma once

#include "crash-reporter.h"

G_BEGIN_DECLS

/* What %P %u %g %s %t say. */
#define CRASH_HANDLER_N_ARGUMENTS 5

/* (nullable) arguments: NULL-terminated. Fails with G_OPTION_ERROR and says which one is wrong. */
gboolean
crash_handler_report (CrashReporter *reporter, const char *const *arguments, GError **error);

G_END_DECLS
