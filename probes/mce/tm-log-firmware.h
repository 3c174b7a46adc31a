/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What firmware tells the kernel (APEI, extended error log), as the kernel writes it into its log:
 *
 *   {1}[Hardware Error]: Hardware error from APEI Generic Hardware Error Source: 4
 *   {1}[Hardware Error]: event severity: corrected
 *   {1}[Hardware Error]:  Error 0, type: corrected
 *   {1}[Hardware Error]:  fru_text: DIMM A1
 *   {1}[Hardware Error]:   section_type: memory error
 *   {1}[Hardware Error]:   error_type: 2, single-bit ECC
 *   {1}[Hardware Error]:   DIMM location: P1 DIMM_A1
 *
 * Sections that say what the kernel's own drivers say better (PCI Express) are left to these.
 */
#pragma once

#include "tm-fault.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean is_open; /* behind the head there was a line */
  TmFaultSeverity severity;
  char *section; /* (nullable): "memory error" */
  char *guid;    /* (nullable): of a section that the kernel has no name for */
  char *error;   /* (nullable) */
  char *place;   /* (nullable): of the module, else as the board's maker calls the part */
} TmLogFirmware;

void tm_log_firmware_clear (TmLogFirmware *self);
/* (nullable) (transfer full): a fault that ends where this line begins. */
TmFault *tm_log_firmware_feed (TmLogFirmware *self, const char *line);
/* (nullable) (transfer full): what there is, where no further line comes. */
TmFault *tm_log_firmware_flush (TmLogFirmware *self);

G_END_DECLS
