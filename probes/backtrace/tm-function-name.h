/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of functions as compilers write them, and as people do. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full): UTF-8, at most TM_BACKTRACE_MAX_NAME_BYTES. C++ and Rust become readable. */
char *tm_function_name_demangle (const char *symbol);

/* (transfer full): without arguments, template arguments, hashes and what optimisers append, so
 * that it is the same after the next build. name: demangled. */
char *tm_function_name_normalise (const char *name);

G_END_DECLS
