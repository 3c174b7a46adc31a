/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as what files say of their package, one file's and that of all. */
#include <stdint.h>

#include "tm-package-note.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

static void
check (const char *package)
{
  if (package != NULL && !tm_package_is_valid (package))
    g_error ("not a package");
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  const char *text = (const char *) data;
  g_autofree char *package = tm_package_note_parse (text, n_bytes);
  g_autoptr (GHashTable) packages = tm_package_note_parse_all (text, n_bytes);
  GHashTableIter iter;
  gpointer value;

  check (package);
  g_hash_table_iter_init (&iter, packages);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    check (value);
  return 0;
}
