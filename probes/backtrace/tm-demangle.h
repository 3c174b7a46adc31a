/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of functions as linkers know them, turned into what people wrote. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full) (nullable): of a symbol of C++ or Rust; NULL: it is none. Longer names are cut
 * behind max_bytes; bytes that are no UTF-8 are for the caller to mend. */
char *tm_demangle (const char *symbol, gsize max_bytes);

G_END_DECLS
