/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The architectural error code of a machine check, bits 0 to 15 of the status: which kind of part
 * failed, and what it was doing. Intel and AMD share it.
 *
 *   0000 0000 0000 0000   no error            0000 0000 0000 0001   unclassified
 *   0000 0000 0000 0010   microcode store     0000 0000 0000 0011   external
 *   0000 0000 0000 0100   redundancy check    0000 0000 0000 0101   internal parity
 *   0000 0000 0000 0110   SMM code access     0000 0100 0000 0000   internal timer
 *   0000 1110 0000 1011   I/O                 0000 01xx xxxx xxxx   internal, unclassified
 *   000F 0000 0000 11LL   cache, whatever it did
 *   000F 0000 0001 TTLL   translation buffer
 *   000F 0000 1MMM CCCC   memory controller
 *   000F 0001 RRRR TTLL   cache
 *   000F 0010 1MMM CCCC   memory that serves as a cache
 *   000F 1PPT RRRR IILL   bus and interconnect
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TM_MCA_CHANNEL_UNKNOWN 15

/* Names are NULL where the code does not tell. */
typedef struct
{
  const char *kind;          /* never NULL: "cache", "tlb", "memory-controller", "bus", ... */
  const char *transaction;   /* instruction, data, generic */
  const char *level;         /* L0, L1, L2, generic */
  const char *request;       /* read, data-read, prefetch, ... */
  const char *participation; /* who saw it on the bus */
  const char *target;        /* memory, io, other */
  guint channel;             /* of the memory controller */
  gboolean timed_out;
  gboolean is_filtered; /* the processor tells only of some of the corrected ones */
} TmMcaCode;

void tm_mca_code_decode (guint16 code, TmMcaCode *out_code);
/* (transfer full): "data read in the level 1 cache" */
char *tm_mca_code_to_text (const TmMcaCode *self, guint16 code);

G_END_DECLS
