/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as the body of POST /api/v1/records. What was decoded is encoded and decoded once more:
 * the second time nothing may be rejected and the bytes must be the same, or a retry would differ
 * from its first attempt.
 */
#include "tm-batch.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  g_autoptr (GBytes) body = g_bytes_new_static (data, n_bytes);
  g_autoptr (TmBatch) batch = tm_batch_decode (body, NULL);
  g_autoptr (TmBatch) again = NULL;
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) second = NULL;
  g_autoptr (GError) error = NULL;

  if (batch == NULL)
    return 0;

  first = tm_batch_encode (batch);
  again = tm_batch_decode (first, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (again->rejects->len, ==, 0);
  g_assert_cmpuint (again->records->len, ==, batch->records->len);

  second = tm_batch_encode (again);
  g_assert_true (g_bytes_equal (first, second));

  return 0;
}
