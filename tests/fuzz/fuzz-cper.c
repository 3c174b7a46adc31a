/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as an error region, as an error record, or as hexadecimal text of either. Whatever is
 * found makes a payload that is JSON, UTF-8, and bounded.
 */
#include "fuzz-fail.h"
#include <stdint.h>
#include <string.h>

#include "tm-cper-parse.h"
#include "tm-cper-report.h"

/* The service takes a payload of 1 MiB. */
#define MAX_PAYLOAD_BYTES (1024 * 1024)

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

static void
check (const TmCperEvent *event)
{
  g_autoptr (JsonNode) payload = tm_cper_report_to_payload (event);
  g_autoptr (JsonNode) all = tm_cper_report_to_json (event);
  g_autofree char *text = json_to_string (payload, FALSE);
  g_autofree char *all_text = json_to_string (all, FALSE);

  if (!g_utf8_validate (text, -1, NULL) || !g_utf8_validate (all_text, -1, NULL))
    FUZZ_FAIL ("the payload is not UTF-8");
  if (strlen (text) > MAX_PAYLOAD_BYTES)
    FUZZ_FAIL ("a payload of %" G_GSIZE_FORMAT " bytes", strlen (text));
  if (event->sections->len > TM_CPER_MAX_SECTIONS)
    FUZZ_FAIL ("an event of %u sections", event->sections->len);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  g_autoptr (GBytes) input = g_bytes_new (data, n_bytes);
  g_autoptr (GBytes) bytes = tm_cper_unhex (input);
  g_autoptr (GPtrArray) events = tm_cper_parse (bytes, NULL);

  if (events == NULL)
    return 0;
  if (events->len > TM_CPER_MAX_EVENTS)
    FUZZ_FAIL ("%u events", events->len);
  for (guint i = 0; i < events->len; i++)
    check (g_ptr_array_index (events, i));

  return 0;
}
