/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as the notes of a core file. The first byte says which kind of note and how wide a word
 * is.
 */
#include "fuzz-fail.h"
#include "tm-core-notes.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

static void
check_text (const char *text)
{
  if (text != NULL && !g_utf8_validate (text, -1, NULL))
    FUZZ_FAIL ("not UTF-8");
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  static const guint32 types[] = { 1, 6, 0x46494c45, 0x53494749 };
  g_autoptr (TmCoreNotes) notes = NULL;
  guint64 first_address;

  if (n_bytes == 0)
    return 0;

  notes = tm_core_notes_new ((data[0] & 4) != 0 ? 4 : 8);
  tm_core_notes_add (notes, types[data[0] & 3], data + 1, n_bytes - 1);
  tm_core_notes_add (notes, 6, data + 1, n_bytes - 1);
  check_text (tm_core_notes_get_exe (notes));
  check_text (tm_core_notes_find_file (notes, 0x1000, &first_address));
  return 0;
}
