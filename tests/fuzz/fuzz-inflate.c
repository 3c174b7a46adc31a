/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A gzip body from a stranger: at most the limit comes out. */
#include "tm-inflate.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize n_bytes);

#define MAX_BYTES 65536

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n_bytes)
{
  g_autoptr (GBytes) body = g_bytes_new (data, n_bytes);
  g_autoptr (GBytes) inflated = tm_inflate (body, MAX_BYTES, NULL);

  g_assert_true (inflated == NULL || g_bytes_get_size (inflated) <= MAX_BYTES);

  return 0;
}
