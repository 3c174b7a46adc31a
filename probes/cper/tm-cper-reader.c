/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-cper-reader.h. */
#include "tm-cper-reader.h"

gboolean
tm_cper_reader_has (const TmCperReader *self, gsize offset, gsize n_bytes)
{
  return offset <= self->n_bytes && n_bytes <= self->n_bytes - offset;
}

TmCperReader
tm_cper_reader_slice (const TmCperReader *self, gsize offset, gsize n_bytes)
{
  gsize start = MIN (offset, self->n_bytes);

  return (TmCperReader){
    .data = self->data + start,
    .n_bytes = MIN (n_bytes, self->n_bytes - start),
    .wants_all = self->wants_all,
  };
}

gsize
tm_cper_reader_skip_padded (const TmCperReader *self, gsize offset, gsize n_bytes)
{
  gsize end = offset + n_bytes;
  gsize padding = -n_bytes & 15;

  if (!tm_cper_reader_has (self, end, padding))
    return end;
  for (gsize i = 0; i < padding; i++)
    if (self->data[end + i] != 0)
      return end;

  return end + padding;
}

guint64
tm_cper_reader_number (const TmCperReader *self, gsize offset, gsize n_bytes)
{
  guint64 number = 0;

  g_return_val_if_fail (n_bytes >= 1 && n_bytes <= 8, 0);

  if (!tm_cper_reader_has (self, offset, n_bytes))
    return 0;
  for (gsize i = n_bytes; i > 0; i--)
    number = number << 8 | self->data[offset + i - 1];

  return number;
}

char *
tm_cper_reader_guid (const TmCperReader *self, gsize offset)
{
  const guint8 *tail;

  if (!tm_cper_reader_has (self, offset, 16))
    return NULL;

  tail = self->data + offset + 8;
  return g_strdup_printf ("%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x",
                          (guint) tm_cper_reader_number (self, offset, 4),
                          (guint) tm_cper_reader_number (self, offset + 4, 2),
                          (guint) tm_cper_reader_number (self, offset + 6, 2), tail[0], tail[1],
                          tail[2], tail[3], tail[4], tail[5], tail[6], tail[7]);
}

char *
tm_cper_reader_text (const TmCperReader *self, gsize offset, gsize n_bytes)
{
  g_autoptr (GString) text = NULL;

  if (!tm_cper_reader_has (self, offset, n_bytes))
    return NULL;

  text = g_string_sized_new (n_bytes);
  for (gsize i = offset; i < offset + n_bytes && self->data[i] != '\0'; i++)
    g_string_append_c (text, g_ascii_isprint (self->data[i]) ? (char) self->data[i] : '?');

  return g_strstrip (g_string_free (g_steal_pointer (&text), FALSE));
}

char *
tm_cper_reader_hex (const TmCperReader *self, gsize max_bytes)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < MIN (self->n_bytes, max_bytes); i++)
    g_string_append_printf (text, "%02x", self->data[i]);

  return g_string_free (text, FALSE);
}

static gboolean
read_decimal (guint8 byte, guint *out_number)
{
  *out_number = (byte >> 4) * 10u + (byte & 0xfu);
  return byte >> 4 <= 9 && (byte & 0xf) <= 9;
}

char *
tm_cper_reader_time (const TmCperReader *self, gsize offset)
{
  /* Byte 3 says whether the time is exact, and is no part of it. */
  static const guint8 places[] = { 0, 1, 2, 4, 5, 6, 7 };
  guint parts[G_N_ELEMENTS (places)];

  if (!tm_cper_reader_has (self, offset, 8))
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    if (!read_decimal (self->data[offset + places[i]], &parts[i]))
      return NULL;
  if (parts[0] > 60 || parts[1] > 59 || parts[2] > 23 || parts[3] < 1 || parts[3] > 31 ||
      parts[4] < 1 || parts[4] > 12)
    return NULL;

  return g_strdup_printf ("%02u%02u-%02u-%02uT%02u:%02u:%02u+00:00", parts[6], parts[5], parts[4],
                          parts[3], parts[2], parts[1], parts[0]);
}
