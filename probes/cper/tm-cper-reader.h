/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bytes of a record that firmware wrote, and the only way to them: whoever asks beyond their end
 * gets nothing. Numbers are little-endian.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const guint8 *data; /* (unowned) */
  gsize n_bytes;
  gboolean wants_all; /* also what identifies one machine: serial numbers, addresses, registers */
} TmCperReader;

/* What is there of a piece; shorter than asked for where the end comes first. */
TmCperReader tm_cper_reader_slice (const TmCperReader *self, gsize offset, gsize n_bytes);
gboolean tm_cper_reader_has (const TmCperReader *self, gsize offset, gsize n_bytes);
/* n_bytes: 1 to 8. Zero beyond the end. */
guint64 tm_cper_reader_number (const TmCperReader *self, gsize offset, gsize n_bytes);

/* Where what follows a piece begins. Pieces of any length are padded with zeros to a multiple of 16
 * bytes, though not by all firmware. */
gsize tm_cper_reader_skip_padded (const TmCperReader *self, gsize offset, gsize n_bytes);

/* (transfer full) (nullable): in the usual notation, lower case. */
char *tm_cper_reader_guid (const TmCperReader *self, gsize offset);
/* (transfer full) (nullable): printable ASCII up to the first NUL; other bytes as '?'. */
char *tm_cper_reader_text (const TmCperReader *self, gsize offset, gsize n_bytes);
/* (transfer full): at most max_bytes as hexadecimal digits. */
char *tm_cper_reader_hex (const TmCperReader *self, gsize max_bytes);
/* (transfer full) (nullable): eight bytes of binary coded decimals as RFC 3339, if they are a date.
 */
char *tm_cper_reader_time (const TmCperReader *self, gsize offset);

G_END_DECLS
