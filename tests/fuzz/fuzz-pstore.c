/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any names and bytes as the parts of dumps: parts end in a byte 1, a name in a byte 0. Each part
 * is in exactly one dump, and no dump is longer than its parts.
 */
#include "fuzz-fail.h"
#include "tm-pstore.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

static void
add_part (GPtrArray *parts, const char *start, gsize n_bytes)
{
  const char *name_end = memchr (start, '\0', n_bytes);
  gsize n_name = name_end != NULL ? (gsize) (name_end - start) : n_bytes;
  g_autofree char *name = g_strdup_printf ("dmesg-%.*s", (int) MIN (n_name, 64), start);
  g_autoptr (GBytes) bytes =
      name_end != NULL ? g_bytes_new (name_end + 1, n_bytes - n_name - 1) : g_bytes_new (NULL, 0);

  g_ptr_array_add (parts, tm_pstore_part_new (name, bytes, n_bytes));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  g_autoptr (GPtrArray) parts =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tm_pstore_part_free);
  g_autoptr (GPtrArray) dumps = NULL;
  const char *at = (const char *) data;
  const char *end = at + n_bytes;
  guint n_names = 0;

  while (at < end)
    {
      const char *part_end = memchr (at, 1, end - at);

      if (part_end == NULL)
        part_end = end;
      add_part (parts, at, part_end - at);
      at = part_end + 1;
    }

  dumps = tm_pstore_assemble (parts);
  for (guint i = 0; i < dumps->len; i++)
    {
      const TmPstoreDump *dump = g_ptr_array_index (dumps, i);

      n_names += dump->names->len;
      if (dump->text != NULL && strlen (dump->text) > n_bytes + parts->len)
        FUZZ_FAIL ("a dump of %zu bytes", strlen (dump->text));
    }
  if (n_names != parts->len)
    FUZZ_FAIL ("%u parts became %u", parts->len, n_names);

  return 0;
}
