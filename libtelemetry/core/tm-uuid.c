/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * UUID version 7: 48 bits of milliseconds, 4 bits of version, 12 random bits, 2 bits of variant,
 * 62 random bits (RFC 9562, 5.7). Within one millisecond, or after the clock stepped back, the
 * first 64 bits of the last id count on, skipping over the version: ids of one generator always
 * increase.
 */
#include "tm-uuid.h"

#include <string.h>
#include <sys/random.h>

#define VERSION7 (G_GUINT64_CONSTANT (7) << 12)
#define RAND_A_MASK G_GUINT64_CONSTANT (0xfff)

static void
fill_random (void *bytes, gsize n_bytes)
{
  /* Blocks only in the first seconds of a boot, never fails for so few bytes. */
  if (getrandom (bytes, n_bytes, 0) != (gssize) n_bytes)
    g_error ("the kernel gives no random bytes: %s", g_strerror (errno));
}

static guint64
next_high (guint64 high)
{
  guint64 msec = high >> 16;
  guint64 rand_a = (high & RAND_A_MASK) + 1;

  if (rand_a > RAND_A_MASK)
    {
      msec++;
      rand_a = 0;
    }

  return msec << 16 | VERSION7 | rand_a;
}

void
tm_uuid7_generate (TmUuidGenerator *self, gint64 now_usec, char out_text[TM_UUID_TEXT_SIZE])
{
  guint64 msec = now_usec > 0 ? now_usec / 1000 : 0;
  guint8 bytes[16];
  guint16 rand_a;
  guint64 high;

  fill_random (bytes, sizeof bytes);
  memcpy (&rand_a, bytes, sizeof rand_a);

  /* Start low in the 12 bits, so that a burst within a millisecond finds room to count. */
  high = msec << 16 | VERSION7 | (rand_a & (RAND_A_MASK >> 1));
  if (high <= self->last_high)
    high = next_high (self->last_high);
  self->last_high = high;

  high = GUINT64_TO_BE (high);
  memcpy (bytes, &high, sizeof high);
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  tm_uuid_format (bytes, out_text);
}

static gboolean
is_dash_position (gsize position)
{
  return position == 8 || position == 13 || position == 18 || position == 23;
}

static int
hex_value (char digit)
{
  return digit >= 'A' && digit <= 'F' ? -1 : g_ascii_xdigit_value (digit);
}

gboolean
tm_uuid_parse (const char *text, guint8 out_bytes[16])
{
  gsize n = 0;

  if (strnlen (text, TM_UUID_TEXT_SIZE) != TM_UUID_TEXT_SIZE - 1)
    return FALSE;

  for (gsize i = 0; i < TM_UUID_TEXT_SIZE - 1; i += is_dash_position (i) ? 1 : 2)
    {
      int high, low;

      if (is_dash_position (i))
        {
          if (text[i] != '-')
            return FALSE;
          continue;
        }

      high = hex_value (text[i]);
      low = hex_value (text[i + 1]);
      if (high < 0 || low < 0)
        return FALSE;
      out_bytes[n++] = high << 4 | low;
    }

  return TRUE;
}

void
tm_uuid_format (const guint8 bytes[16], char out_text[TM_UUID_TEXT_SIZE])
{
  static const char digits[] = "0123456789abcdef";
  char *c = out_text;

  for (guint i = 0; i < 16; i++)
    {
      if (is_dash_position (c - out_text))
        *c++ = '-';
      *c++ = digits[bytes[i] >> 4];
      *c++ = digits[bytes[i] & 15];
    }
  *c = '\0';
}

gboolean
tm_uuid_is_version7 (const guint8 bytes[16])
{
  return bytes[6] >> 4 == 7 && bytes[8] >> 6 == 2;
}

gint64
tm_uuid7_get_time_msec (const guint8 bytes[16])
{
  gint64 msec = 0;

  for (guint i = 0; i < 6; i++)
    msec = msec << 8 | bytes[i];

  return msec;
}

void
tm_random_hex32 (char out_text[33])
{
  guint8 bytes[16];

  fill_random (bytes, sizeof bytes);
  for (guint i = 0; i < 16; i++)
    g_snprintf (out_text + 2 * i, 3, "%02x", bytes[i]);
}
