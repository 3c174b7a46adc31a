/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the boot error region is found: in sysfs; in what the kernel printed of it at the start, on
 * machines whose kernel does not show it or does not let it be read; in a file that somebody named.
 */
#pragma once

#include "tm-probe.h"

G_BEGIN_DECLS

typedef struct
{
  GBytes *bytes;     /* (nullable): NULL: there is none, or nothing was printed */
  gboolean is_text;  /* made again of what the kernel printed */
  guint n_unprinted; /* errors that the kernel found and did not print */
} BertRegion;

void bert_region_clear (BertRegion *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BertRegion, bert_region_clear)

gboolean bert_source_read (TmProbe *probe, BertRegion *out_region, GError **error);

G_END_DECLS
