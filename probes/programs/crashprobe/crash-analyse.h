/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The child that reads core files: it may do nothing else, and nobody believes it. Its standard
 * output is a TmBacktrace in bytes.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What stands in its argv[1]; in argv[2]: below which directory the files are that the core names.
 */
#define CRASH_ANALYSE_OPTION "--analyse"

/* Descriptors that it is started with; the program's is optional. */
#define CRASH_ANALYSE_CORE_FD 3
#define CRASH_ANALYSE_EXE_FD 4

/* The main of the child: its exit status, 0 or 1. */
int crash_analyse_run (const char *root);

G_END_DECLS
