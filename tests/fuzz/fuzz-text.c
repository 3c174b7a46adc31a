/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Times and ids: what parses must format back to something that parses to the same. */
#include "tm-time.h"
#include "tm-uuid.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  guint8 bytes[16];
  gint64 usec, again;

  if (tm_uuid_parse (text, bytes))
    {
      char uuid[TM_UUID_TEXT_SIZE];

      tm_uuid_format (bytes, uuid);
      g_assert_cmpstr (uuid, ==, text);
    }

  if (tm_time_parse (text, &usec) && usec >= 0)
    {
      char time[TM_TIME_TEXT_SIZE];

      tm_time_format (usec, time);
      g_assert_true (tm_time_parse (time, &again));
      g_assert_cmpint (usec, ==, again);
    }

  return 0;
}
