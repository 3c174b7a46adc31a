/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The registers of one machine check of an x86 processor, as the trace event mce:mce_record and the
 * lines of the kernel's log both give them; and what they mean.
 *
 * Of the status register, from bit 63: it is valid, an earlier error was lost, uncorrected,
 * reporting was enabled, MISC is valid, ADDR is valid, the processor's context is corrupt; then by
 * maker. The lower half is the maker's code (31..16) and the architectural one (15..0,
 * tm-mca-code.h).
 */
#pragma once

#include "tm-fault.h"

G_BEGIN_DECLS

/* As the kernel numbers the makers of x86 processors. */
#define TM_MCA_VENDOR_INTEL 0
#define TM_MCA_VENDOR_AMD 2
#define TM_MCA_VENDOR_HYGON 9
#define TM_MCA_VENDOR_ZHAOXIN 10
#define TM_MCA_VENDOR_UNKNOWN 255

/* Not a bank of the processor: older kernels so tell that a processor is too hot. */
#define TM_MCA_BANK_THERMAL 128

typedef struct
{
  guint64 status;
  guint64 capabilities;  /* MCG_CAP */
  guint64 global_status; /* MCG_STATUS */
  guint64 ipid;          /* AMD since family 17h: which kind of bank; 0: none */
  guint cpu;
  guint socket;
  guint bank;
  guint vendor;
  guint signature; /* CPUID 1: family, model, stepping; 0: not known */
  guint microcode; /* 0: not known */
} TmMachineCheck;

guint tm_machine_check_get_family (const TmMachineCheck *self);
guint tm_machine_check_get_model (const TmMachineCheck *self);
/* AMD's, also under the licence of others. */
gboolean tm_machine_check_is_amd (const TmMachineCheck *self);
/* AMD's scalable architecture: banks say by themselves what they are. */
gboolean tm_machine_check_is_scalable (const TmMachineCheck *self);
TmFaultSeverity tm_machine_check_get_severity (const TmMachineCheck *self);
/* How many errors the processor corrected since it was asked last; at least 1. */
guint tm_machine_check_get_count (const TmMachineCheck *self);

G_END_DECLS
