/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From a core file to the frames of the thread that crashed. Reads files that the core names, so it
 * is to be called in a process that may do nothing else.
 */
#pragma once

#include "tm-backtrace.h"

G_BEGIN_DECLS

/* How much time of processors this process has used. */
gint64 tm_unwind_get_cpu_usec (void);

/* core_fd: an ELF core file, seekable. exe_fd: the program, where its path may lead nowhere or to
 * another one; -1: find it. root: below which the files are. get_cpu_usec: the above, or what a
 * test puts in its place. Fails with G_IO_ERROR_INVALID_DATA. A core without one frame is one with
 * an empty list. */
TmBacktrace *tm_unwind_core (
    int core_fd, int exe_fd, const char *root, gint64 (*get_cpu_usec) (void), GError **error);

G_END_DECLS
