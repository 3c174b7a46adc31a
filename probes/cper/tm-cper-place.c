/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-cper-place.h. */
#include "tm-cper-place.h"

#include <string.h>

#define REMOVED "[serial]"

static gsize
get_word_bytes (const char *at)
{
  gsize n_bytes = 0;

  while (g_ascii_isalnum (at[n_bytes]))
    n_bytes++;

  return n_bytes;
}

static gboolean
is (const char *word, gsize n_bytes, const char *other)
{
  return n_bytes == strlen (other) && g_ascii_strncasecmp (word, other, n_bytes) == 0;
}

static gboolean
looks_like_serial (const char *word, gsize n_bytes, gboolean is_announced)
{
  gsize n_digits = 0;
  gsize n_hex_digits = 0;

  for (gsize i = 0; i < n_bytes; i++)
    {
      n_digits += g_ascii_isdigit (word[i]);
      n_hex_digits += g_ascii_isxdigit (word[i]);
    }

  return n_digits >= (is_announced ? 1 : TM_CPER_PLACE_SERIAL_DIGITS) ||
         (n_hex_digits == n_bytes && n_bytes >= TM_CPER_PLACE_SERIAL_HEX_DIGITS && n_digits > 0);
}

/* "SN", "S/N", "Serial"; not where one was removed. */
static gboolean
announces_serial (const char *text, const char *word, gsize n_bytes)
{
  static const char *const names[] = { "SN", "serial", "SerialNumber", "SerialNo" };

  if (word > text && word[-1] == '[')
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (is (word, n_bytes, names[i]))
      return TRUE;

  return is (word, n_bytes, "N") && word - text >= 2 &&
         g_ascii_strncasecmp (word - 2, "S/", 2) == 0;
}

/* "Number" in "Serial Number". */
static gboolean
goes_on (const char *word, gsize n_bytes)
{
  static const char *const names[] = { "number", "num", "no", "nr" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (is (word, n_bytes, names[i]))
      return TRUE;

  return FALSE;
}

char *
tm_cper_place_clean (const char *text)
{
  g_autoptr (GString) clean = g_string_new (NULL);
  gboolean is_announced = FALSE;

  for (const char *at = text; *at != '\0';)
    {
      gsize n_bytes = get_word_bytes (at);

      if (n_bytes == 0)
        {
          g_string_append_c (clean, *at++);
          continue;
        }

      if (looks_like_serial (at, n_bytes, is_announced))
        g_string_append (clean, REMOVED);
      else
        g_string_append_len (clean, at, (gssize) n_bytes);
      is_announced =
          announces_serial (text, at, n_bytes) || (is_announced && goes_on (at, n_bytes));
      at += n_bytes;
    }

  return g_string_free (g_steal_pointer (&clean), FALSE);
}
