/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as the server's answer: telempostd trusts a server with outcomes, not with its memory.
 */
#include "tm-batch.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  g_autoptr (GBytes) body = g_bytes_new_static (data, n_bytes);
  g_autoptr (TmReply) reply = tm_reply_decode (body, NULL);

  if (reply != NULL)
    g_bytes_unref (tm_reply_encode (reply));

  return 0;
}
