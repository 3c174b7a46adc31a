/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as the log of each package manager, with all names allowed. Whatever is found makes a
 * payload that is UTF-8 and bounded, and has an id.
 */
#include "fuzz-update.h"
#include "tm-update-log.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  g_autoptr (TmUpdateRules) rules =
      tm_update_rules_new ("[build]\npackages=base-files\n[names]\nallow=*\n", NULL);
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  TmUpdateLog log = {
    .text = (const char *) data,
    .n_bytes = n_bytes,
    .zone = zone,
    .rules = rules,
    .take = fuzz_update_take,
  };

  for (log.is_whole = FALSE; log.is_whole <= TRUE; log.is_whole++)
    {
      tm_update_log_read_apt (&log);
      tm_update_log_read_dnf (&log);
      tm_update_log_read_swupd (&log);
    }

  return 0;
}
