/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as a kernel log. Reports may or may not be found; whatever is found makes a payload
 * that is JSON, bounded, and the same twice.
 */
#include "fuzz-fail.h"
#include "tm-oops-reader.h"
#include "tm-oops-record.h"

#include <gio/gio.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

static TmOopsRules *
load_rules (void)
{
  g_autoptr (GBytes) reports = NULL;
  g_autoptr (GBytes) frames = NULL;

  reports = g_resources_lookup_data ("/org/telemetrics/klogprobe/kernel-reports.list", 0, NULL);
  frames = g_resources_lookup_data ("/org/telemetrics/klogprobe/kernel-frames.list", 0, NULL);
  return tm_oops_rules_new (g_bytes_get_data (reports, NULL), g_bytes_get_data (frames, NULL),
                            NULL);
}

static void
take (TmOops *oops, gpointer user_data)
{
  g_autoptr (TmOops) owned = oops;
  g_autoptr (JsonNode) payload = tm_oops_to_payload (owned);
  g_autofree char *text = json_to_string (payload, FALSE);
  g_autofree char *hash = tm_oops_get_hash (owned, 16);

  if (!g_utf8_validate (text, -1, NULL) || strlen (hash) != 32)
    FUZZ_FAIL ("the payload is not UTF-8");
  if (owned->lines->len > TM_OOPS_MAX_LINES)
    FUZZ_FAIL ("a report of %u lines", owned->lines->len);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  static TmOopsRules *rules;
  g_autoptr (TmOopsReader) reader = NULL;
  const char *at = (const char *) data;
  const char *end = at + n_bytes;

  if (rules == NULL)
    rules = load_rules ();
  reader = tm_oops_reader_new (rules, take, NULL);

  while (at < end)
    {
      const char *line_end = memchr (at, '\n', end - at);
      TmKlogLine line;

      if (line_end == NULL)
        line_end = end;
      tm_klog_line_parse (at, tm_klog_line_find_joint (at, line_end - at), &line);
      tm_oops_reader_feed (reader, &line);
      at = line_end + 1;
    }

  tm_oops_reader_flush (reader);
  return 0;
}
