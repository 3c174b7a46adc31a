/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-cper-parse.h. */
#include "tm-cper-parse.h"

#include <string.h>

#include "tm-cper-record.h"
#include "tm-cper-region.h"

GPtrArray *
tm_cper_parse (GBytes *bytes, GError **error)
{
  TmCperReader reader = { .wants_all = TRUE };

  reader.data = g_bytes_get_data (bytes, &reader.n_bytes);
  if (reader.n_bytes > TM_CPER_MAX_BYTES)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "there are %" G_GSIZE_FORMAT " bytes, accepted are at most %d", reader.n_bytes,
                   TM_CPER_MAX_BYTES);
      return NULL;
    }
  if (reader.n_bytes >= 4 && memcmp (reader.data, "CPER", 4) == 0)
    return tm_cper_record_parse (&reader, error);
  if (reader.n_bytes >= 4 && memcmp (reader.data, "BERT", 4) == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           "this is the table that says where the error region is, not the region");
      return NULL;
    }

  return tm_cper_region_parse (&reader, error);
}

static gboolean
is_hex_text (const char *text, gsize n_bytes)
{
  gsize n_digits = 0;

  for (gsize i = 0; i < n_bytes; i++)
    if (g_ascii_isxdigit (text[i]))
      n_digits++;
    else if (!g_ascii_isspace (text[i]))
      return FALSE;

  return n_digits > 0 && n_digits % 2 == 0;
}

GBytes *
tm_cper_unhex (GBytes *text)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  gsize n_bytes;
  const char *digits = g_bytes_get_data (text, &n_bytes);
  gboolean is_low = FALSE;
  guint8 byte = 0;

  if (!is_hex_text (digits, n_bytes))
    return g_bytes_ref (text);

  for (gsize i = 0; i < n_bytes; i++)
    {
      if (g_ascii_isspace (digits[i]))
        continue;
      byte = (guint8) (byte << 4 | g_ascii_xdigit_value (digits[i]));
      if (is_low)
        g_byte_array_append (bytes, &byte, 1);
      is_low = !is_low;
    }

  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}
