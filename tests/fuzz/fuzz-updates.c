/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as the log of each package manager, with all names allowed. Whatever is found makes a
 * payload that is UTF-8 and bounded, and has an id.
 */
#include "fuzz-fail.h"
#include "tm-update-log.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

/* 100 names of 255 bytes, each byte escaped, and the rest. */
#define PAYLOAD_MAX_BYTES (100 * 255 * 6 + 4096)

static void
take (TmUpdate *update, gpointer user_data)
{
  g_autoptr (TmUpdate) owned = update;
  g_autoptr (JsonNode) payload = tm_update_to_payload (owned);
  g_autofree char *text = json_to_string (payload, FALSE);
  g_autofree char *id = tm_update_get_id (owned);

  if (!g_utf8_validate (text, -1, NULL) || strlen (id) != 32)
    FUZZ_FAIL ("the payload is not UTF-8");
  if (strlen (text) > PAYLOAD_MAX_BYTES)
    FUZZ_FAIL ("a payload of %zu bytes", strlen (text));
}

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
    .take = take,
  };

  for (log.is_whole = FALSE; log.is_whole <= TRUE; log.is_whole++)
    {
      tm_update_log_read_apt (&log);
      tm_update_log_read_dnf (&log);
      tm_update_log_read_swupd (&log);
    }

  return 0;
}
