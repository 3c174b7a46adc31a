/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes before the splitter: elements lie inside the text, in order, and never touch. */
#include "fuzz-fail.h"
#include "tm-json-split.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  g_autoptr (GString) rest = NULL;
  g_autoptr (GArray) elements = NULL;
  gsize last_end = 0;

  if (!tm_json_split ((const char *) data, n_bytes, "records", 100, &rest, &elements, NULL))
    return 0;

  for (guint i = 0; i < elements->len; i++)
    {
      TmJsonSpan span = g_array_index (elements, TmJsonSpan, i);

      if (span.start <= last_end || span.end <= span.start || span.end >= n_bytes)
        FUZZ_FAIL ("element %u lies from %" G_GSIZE_FORMAT " to %" G_GSIZE_FORMAT, i, span.start,
                   span.end);
      last_end = span.end;
    }

  return 0;
}
