/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as the query of a search. What is accepted must survive its own URL: the same filter
 * comes out of the query that is made of it.
 */
#include <stdint.h>

#include "tm-record-filter.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

#define NOW_USEC (G_GINT64_CONSTANT (1795350600) * G_USEC_PER_SEC)

static TmRecordFilter *
parse (const char *query)
{
  g_autoptr (TmHttpRequest) request = tm_http_request_new ("GET", "/records", query);

  return tm_record_filter_new_from_request (request, NOW_USEC, NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  g_autofree char *query = g_strndup ((const char *) data, n_bytes);
  g_autoptr (TmRecordFilter) filter = parse (query);

  if (filter == NULL)
    return 0;

  g_autofree char *url =
      tm_record_filter_format_query (filter, TM_FILTER_CURSOR, filter->values[TM_FILTER_CURSOR]);
  g_autoptr (TmRecordFilter) again = parse (*url == '?' ? url + 1 : url);

  g_assert_nonnull (again);
  for (guint key = 0; key < TM_N_FILTER_KEYS; key++)
    g_assert_cmpstr (again->values[key], ==, filter->values[key]);
  g_assert_cmpuint (again->severities, ==, filter->severities);

  return 0;
}
