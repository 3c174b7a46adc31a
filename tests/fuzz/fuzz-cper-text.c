/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any lines as what the kernel prints of an error region. What is made of them is bounded, is a
 * region to the parser, and makes a payload that is UTF-8.
 */
#include <stdint.h>
#include <string.h>

#include "tm-cper-draft.h"
#include "tm-cper-parse.h"
#include "tm-cper-report.h"
#include "tm-cper-text.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

static void
check (GBytes *region)
{
  g_autoptr (GPtrArray) events = NULL;

  if (g_bytes_get_size (region) > TM_CPER_DRAFT_MAX_BYTES + 8 * 1024)
    g_error ("a region of %zu bytes", g_bytes_get_size (region));
  events = tm_cper_parse (region, NULL);
  for (guint i = 0; events != NULL && i < events->len; i++)
    {
      g_autoptr (JsonNode) payload = tm_cper_report_to_payload (g_ptr_array_index (events, i));
      g_autofree char *text = json_to_string (payload, FALSE);

      if (!g_utf8_validate (text, -1, NULL))
        g_error ("the payload is not UTF-8");
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  g_autoptr (TmCperText) text = tm_cper_text_new ();
  g_autoptr (GBytes) region = NULL;
  const char *at = (const char *) data;
  const char *end = at + n_bytes;

  tm_cper_text_feed (text, TM_CPER_TEXT_BEGIN, strlen (TM_CPER_TEXT_BEGIN));
  while (at < end)
    {
      const char *line_end = memchr (at, '\n', end - at);

      if (line_end == NULL)
        line_end = end;
      if (!tm_cper_text_feed (text, at, line_end - at))
        break;
      at = line_end + 1;
    }

  region = tm_cper_text_finish (text);
  if (region != NULL)
    check (region);
  return 0;
}
