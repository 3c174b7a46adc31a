/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Machine checks in the kernel's log. One takes several lines, of one of two kinds:
 *
 *   [Hardware Error]: CPU 1: Machine Check: 0 Bank 5: be00000000800400
 *   [Hardware Error]: TSC 0 ADDR fef1c140 MISC 3880000086
 *   [Hardware Error]: PROCESSOR 0:306a9 TIME 1400000000 SOCKET 0 APIC 0 microcode 1b
 *
 *   [Hardware Error]: CPU:2 (17:31:0) MC17_STATUS[-|CE|MiscV|...]: 0x9c2040000000011b
 *   [Hardware Error]: IPID: 0x0000009600350f00, Syndrome: 0x...
 *   [Hardware Error]: cache level: L3/GEN, tx: GEN, mem-tx: RD
 */
#pragma once

#include "tm-machine-check.h"

G_BEGIN_DECLS

typedef struct
{
  TmMachineCheck check;
  gboolean is_open; /* the first line was there, the last one was not */
} TmLogMce;

/* Takes a line of the log. (nullable) (transfer full): a fault that is complete with it. */
TmFault *tm_log_mce_feed (TmLogMce *self, const char *line);
/* (nullable) (transfer full): what there is, where no further line comes. */
TmFault *tm_log_mce_flush (TmLogMce *self);

G_END_DECLS
