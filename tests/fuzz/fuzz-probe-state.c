/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as the state of a probe, of which the heartbeat reads the head. Counts that are
 * understood are the same after they were written and read again, and only grow.
 */
#include <stdint.h>
#include <string.h>

#include "fuzz-fail.h"
#include "tm-probe-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

static void
check (const TmDropCounts *counts)
{
  g_autofree char *line = tm_drop_counts_to_line (counts);
  g_autoptr (TmDropCounts) again = tm_drop_counts_parse (line);
  g_autoptr (TmDropCounts) more = NULL;
  g_autofree char *line_again = NULL;

  if (again == NULL)
    FUZZ_FAIL ("“%s” is not read again", line);

  line_again = tm_drop_counts_to_line (again);
  more = tm_drop_counts_subtract (counts, again);
  if (strcmp (line, line_again) != 0 || !tm_drop_counts_is_empty (more))
    FUZZ_FAIL ("“%s” is read as “%s”", line, line_again);

  tm_drop_counts_add_all (again, counts);
  g_clear_pointer (&more, tm_drop_counts_free);
  more = tm_drop_counts_subtract (counts, again);
  if (!tm_drop_counts_is_empty (more))
    FUZZ_FAIL ("“%s” is more than its double", line);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  g_autofree char *text = g_strndup ((const char *) data, n_bytes);
  g_autoptr (TmDropCounts) counts = NULL;
  TmProbeStateParts parts;

  if (!tm_probe_split_state (text, &parts) || parts.drops == NULL)
    return 0;

  counts = tm_drop_counts_parse (parts.drops);
  if (counts != NULL)
    check (counts);
  return 0;
}
