/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Regions and sections as a test needs them, built byte by byte as firmware would, and what
 * payloads made of them say. */
#pragma once

#include <string.h>

#include "tm-cper-parse.h"

G_BEGIN_DECLS

#define SAMPLE_MEMORY "\x14\x11\xbc\xa5\x64\x6f\xde\x4e\xb8\x63\x3e\x83\xed\x7c\x83\xb1"
#define SAMPLE_MEMORY2 "\xfc\x04\xec\x61\xe6\x48\x13\xd8\x25\xc9\x8d\xaa\x44\x75\x0b\x12"
#define SAMPLE_PCIE "\x54\xe9\x95\xd9\xc1\xbb\x0f\x43\xad\x91\xb4\x4d\xcb\x3c\x6f\x35"
#define SAMPLE_X86 "\xb0\xa0\x3e\xdc\x44\xa1\x97\x47\xb9\x5b\x53\xfa\x24\x2b\x6e\x1d"
#define SAMPLE_PCI_DEVICE "\x85\x46\x5e\xeb\x66\xca\x69\x47\xb6\xa2\x26\x06\x8b\x00\x13\x26"
#define SAMPLE_IOMMU "\xe1\x84\x6f\x03\x37\x7f\x8c\x42\xa7\x9e\x57\x5f\xdf\xaa\x84\xec"
#define SAMPLE_STRANGER "\x33\x22\x11\x00\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee\xff"

static inline void
sample_set (GByteArray *bytes, gsize offset, guint n_bytes, guint64 value)
{
  if (bytes->len < offset + n_bytes)
    {
      guint old_length = bytes->len;

      g_byte_array_set_size (bytes, offset + n_bytes);
      memset (bytes->data + old_length, 0, bytes->len - old_length);
    }
  for (guint i = 0; i < n_bytes; i++)
    bytes->data[offset + i] = (guint8) (value >> 8 * i);
}

/* A block of no entries yet. */
static inline GByteArray *
sample_block (guint severity)
{
  GByteArray *block = g_byte_array_new ();

  sample_set (block, 0, 4, 1);
  sample_set (block, 16, 4, severity);
  return block;
}

/* Adds an entry of revision 3, with a FRU id, a FRU text and a time. */
static inline void
sample_add (GByteArray *block, const char *guid, guint severity, const GByteArray *payload)
{
  gsize at = block->len;

  g_byte_array_append (block, (const guint8 *) guid, 16);
  sample_set (block, at + 16, 4, severity);
  sample_set (block, at + 20, 2, 0x0300);
  sample_set (block, at + 22, 1, 7);
  sample_set (block, at + 23, 1, 1);
  sample_set (block, at + 24, 4, payload->len);
  sample_set (block, at + 28, 8, 0x5e51a15e51a15e51);
  sample_set (block, at + 36, 8, 0x5e51a15e51a15e51);
  sample_set (block, at + 44, 8, G_GUINT64_CONSTANT (0x0031415f4d4d4944)); /* DIMM_A1 */
  sample_set (block, at + 52, 8, 0);
  sample_set (block, at + 60, 4, 0);
  sample_set (block, at + 64, 8, G_GUINT64_CONSTANT (0x2026022400123007));
  g_byte_array_append (block, payload->data, payload->len);
  sample_set (block, 12, 4, block->len - 20);
}

static inline void
sample_assert_has (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("“%s” is not in: %s", part, text);
}

static inline void
sample_assert_lacks (const char *text, const char *part)
{
  if (strstr (text, part) != NULL)
    g_error ("“%s” is in: %s", part, text);
}

G_END_DECLS
