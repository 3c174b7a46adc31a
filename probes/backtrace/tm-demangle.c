/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See tm-demangle.h. The only file that knows libiberty.
 *
 * A symbol refers back to parts of itself, so that 300 bytes can stand for a name of 2^40. Its
 * depth is limited by libiberty, its length by nobody, and the printers cannot be told to stop. So
 * they are left with longjmp() as soon as there is enough, which is allowed because all that they
 * hold is on their stack, with one exception: see on_text().
 */
#include "tm-demangle.h"

#include <libiberty/demangle.h>
#include <setjmp.h>

typedef int (*Printer) (const char *symbol, int options, demangle_callbackref print, void *data);

typedef struct
{
  GString *name;
  gsize max_bytes;
  gboolean is_rust;
  jmp_buf enough;
} Output;

/* Rust's printer holds memory while it prints a word with letters beyond ASCII, which has two bytes
 * at least. Whatever makes a name grow without end prints single brackets. */
static void
on_text (const char *text, size_t n_bytes, void *data)
{
  Output *output = data;
  gboolean is_full = output->name->len >= output->max_bytes;

  if (!is_full)
    g_string_append_len (output->name, text,
                         (gssize) MIN (n_bytes, output->max_bytes - output->name->len));
  else if (!output->is_rust || n_bytes == 1)
    longjmp (output->enough, 1);
}

static gboolean
print (Printer printer, const char *symbol, Output *output)
{
  g_string_truncate (output->name, 0);
  output->is_rust = printer == rust_demangle_callback;
  if (setjmp (output->enough) != 0)
    return TRUE;

  return printer (symbol, DMGL_PARAMS, on_text, output) != 0 && output->name->len > 0;
}

char *
tm_demangle (const char *symbol, gsize max_bytes)
{
  Output output = { .name = g_string_new (NULL), .max_bytes = max_bytes };

  /* In this order: Rust's older names are those of C++ with a hash. */
  if (print (rust_demangle_callback, symbol, &output) ||
      print (cplus_demangle_v3_callback, symbol, &output))
    return g_string_free (output.name, FALSE);

  g_string_free (output.name, TRUE);
  return NULL;
}
