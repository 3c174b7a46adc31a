/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text as a payload on its page: laid out or not, with what it reports, it must end and stay
 * UTF-8. */
#include <stdint.h>

#include "tm-payload-view.h"
#include "tm-report-view.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  g_autofree char *payload = g_strndup ((const char *) data, n_bytes);

  if (!g_utf8_validate (payload, -1, NULL))
    return 0;

  gsize n_report_bytes;
  g_autoptr (JsonObject) report = tm_report_view_new (payload, &n_report_bytes);
  g_assert_cmpuint (n_report_bytes, <, TM_PAYLOAD_VIEW_MAX_BYTES);
  if (report != NULL)
    g_assert_true (g_utf8_validate (json_object_get_string_member (report, "lines"), -1, NULL));

  g_autoptr (JsonObject) view =
      tm_payload_view_new (payload, TM_PAYLOAD_VIEW_MAX_BYTES - n_report_bytes);
  if (json_object_has_member (view, "text"))
    g_assert_true (g_utf8_validate (json_object_get_string_member (view, "text"), -1, NULL));

  return 0;
}
