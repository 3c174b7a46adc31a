/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as the name of a function: what people read of it is UTF-8 on one line, is not longer
 * than it may be, and is there soon, however long a name the bytes stand for.
 */
#include <stdint.h>
#include <string.h>

#include "tm-backtrace.h"
#include "tm-function-name.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

static void
check (const char *text)
{
  if (!g_utf8_validate (text, -1, NULL) || strchr (text, '\n') != NULL)
    g_error ("not a line of text");
  if (strlen (text) > TM_BACKTRACE_MAX_NAME_BYTES)
    g_error ("too long");
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  g_autofree char *symbol = g_strndup ((const char *) data, n_bytes);
  g_autofree char *name = tm_function_name_demangle (symbol);
  g_autofree char *normal = tm_function_name_normalise (name);

  check (name);
  check (normal);
  return 0;
}
