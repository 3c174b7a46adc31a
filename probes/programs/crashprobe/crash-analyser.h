/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Has a core file read by a child that may do nothing else, and checks what it says. */
#pragma once

#include "tm-backtrace.h"

G_BEGIN_DECLS

/* Blocks, at most CRASH_MAX_WAIT_SECONDS. core_fd: seekable or not, plain or compressed; exe_fd: -1
 * for none; root: (nullable): below which the files are. Fails with G_IO_ERROR for every reason for
 * which the core says nothing. */
#define CRASH_MAX_WAIT_SECONDS 30
TmBacktrace *crash_analyser_read (int core_fd, int exe_fd, const char *root, GError **error);

G_END_DECLS
