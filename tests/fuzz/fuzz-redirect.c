/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any text as the Location or Retry-After of a server: whatever it says, the next request goes to
 * the same scheme, host and port, and the wait has an end.
 */
#include "tm-answer.h"
#include "tm-endpoint.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  g_autofree char *text = g_strndup ((const char *) data, n_bytes);
  g_autoptr (TmEndpoint) endpoint = tm_endpoint_new ("https://example.org:8443/base", FALSE, NULL);
  g_autoptr (GUri) target =
      tm_endpoint_follow (endpoint, tm_endpoint_get_records_uri (endpoint), text);

  if (target != NULL)
    {
      g_assert_cmpstr (g_uri_get_scheme (target), ==, "https");
      g_assert_cmpint (g_ascii_strcasecmp (g_uri_get_host (target), "example.org"), ==, 0);
      g_assert_cmpint (g_uri_get_port (target), ==, 8443);
      g_assert_null (g_uri_get_userinfo (target));
    }
  g_assert_cmpuint (tm_retry_after_from_seconds (text), <=, TM_RETRY_AFTER_MAX_SECONDS);

  return 0;
}
