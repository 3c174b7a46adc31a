/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What holds of an update that was read out of any bytes, wherever they were. */
#pragma once

#include <string.h>

#include "fuzz-fail.h"
#include "tm-update-log.h"

/* 100 names of 255 bytes, each byte escaped, and the rest. */
#define FUZZ_UPDATE_PAYLOAD_MAX_BYTES (100 * 255 * 6 + 4096)

/* TmUpdateFunc */
static inline void
fuzz_update_take (TmUpdate *update, gpointer user_data)
{
  g_autoptr (TmUpdate) owned = update;
  g_autoptr (JsonNode) payload = tm_update_to_payload (owned);
  g_autofree char *text = json_to_string (payload, FALSE);
  g_autofree char *id = tm_update_get_id (owned);

  if (!g_utf8_validate (text, -1, NULL) || strlen (id) != 32)
    FUZZ_FAIL ("the payload is not UTF-8");
  if (strlen (text) > FUZZ_UPDATE_PAYLOAD_MAX_BYTES)
    FUZZ_FAIL ("a payload of %zu bytes", strlen (text));
}
