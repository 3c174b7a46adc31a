/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-cper-form.h. The words are those of Linux 6.1, and of older ones where those
 * differ. */
#include "tm-cper-form.h"

#include <string.h>

/* The columns: key, bit of validity, offset, bytes. */
#define N(key, valid, offset, n_bytes)                                                             \
  {                                                                                                \
    key, TM_CPER_WORD_NUMBER, valid, offset, n_bytes, 0, 0, NULL                                   \
  }
#define AT(key, kind, valid, offset, n_bytes, index)                                               \
  {                                                                                                \
    key, kind, valid, offset, n_bytes, 0, index, NULL                                              \
  }
#define BITS(key, kind, valid, offset, n_bytes, first_bit)                                         \
  {                                                                                                \
    key, kind, valid, offset, n_bytes, first_bit, 0, NULL                                          \
  }
#define NAMED(key, kind, offset, n_bytes, names)                                                   \
  {                                                                                                \
    key, kind, TM_CPER_FORM_ALWAYS, offset, n_bytes, 0, 0, names                                   \
  }
#define END                                                                                        \
  {                                                                                                \
    NULL, TM_CPER_WORD_NUMBER, TM_CPER_FORM_ALWAYS, 0, 0, 0, 0, NULL                               \
  }

static const TmCperWord memory[] = {
  N ("error_status", 0, 8, 8),
  AT ("error_status", TM_CPER_WORD_IN_PARENTHESES, 0, 8, 8, 0),
  N ("physical_address", 1, 16, 8),
  N ("physical_address_mask", 2, 24, 8),
  N ("node", 3, 32, 2),
  N ("card", 4, 34, 2),
  N ("module", 5, 36, 2),
  N ("bank", 6, 38, 2),
  N ("bank_group", 19, 39, 1),
  N ("bank_address", 20, 38, 1),
  N ("device", 7, 40, 2),
  N ("row", 8, 42, 2),
  N ("column", 9, 44, 2),
  N ("bit_position", 10, 46, 2),
  N ("requestor_id", 11, 48, 8),
  N ("responder_id", 12, 56, 8),
  N ("target_id", 13, 64, 8),
  N ("error_type", 14, 72, 1),
  BITS ("chip_id", TM_CPER_WORD_NUMBER, 21, 73, 1, 5),
  N ("rank", 15, 74, 2),
  N ("DMI handle", 17, 78, 2),
  END,
};

static const TmCperWord pcie[] = {
  N ("port_type", 0, 8, 4),
  AT ("version", TM_CPER_WORD_PAIR, 1, 13, 1, 0),
  AT ("version", TM_CPER_WORD_PAIR, 1, 12, 1, 1),
  N ("command", 2, 16, 2),
  N ("status", 2, 18, 2),
  N ("vendor_id", 3, 24, 2),
  N ("device_id", 3, 26, 2),
  AT ("class_code", TM_CPER_WORD_HEX, 3, 28, 3, 0),
  AT ("device_id", TM_CPER_WORD_HEX, 3, 33, 2, 0),
  AT ("device_id", TM_CPER_WORD_HEX, 3, 35, 1, 1),
  AT ("device_id", TM_CPER_WORD_HEX, 3, 32, 1, 2),
  AT ("device_id", TM_CPER_WORD_HEX, 3, 31, 1, 3),
  N ("secondary_bus", 3, 36, 1),
  BITS ("slot", TM_CPER_WORD_NUMBER, 3, 37, 2, 3),
  N ("secondary_status", 5, 48, 2),
  N ("control", 5, 50, 2),
  N ("aer_uncor_status", 7, 116, 4),
  N ("aer_uncor_mask", 7, 120, 4),
  N ("aer_uncor_severity", 7, 124, 4),
  N ("aer_cor_status", 7, 128, 4),
  N ("aer_cor_mask", 7, 132, 4),
  END,
};

static const TmCperWord processor[] = {
  N ("processor_type", 0, 8, 1),
  N ("processor_isa", 1, 9, 1),
  N ("error_type", 2, 10, 1),
  N ("operation", 3, 11, 1),
  N ("flags", 4, 12, 1),
  N ("level", 5, 13, 1),
  N ("version_info", 6, 16, 8),
  N ("processor_id", 8, 152, 8),
  N ("target_address", 9, 160, 8),
  N ("requestor_id", 10, 168, 8),
  N ("responder_id", 11, 176, 8),
  N ("IP", 12, 184, 8),
  END,
};

/* A name, and the GUID that stands for it. */
static const char *const check_names[] = {
  "cache error",
  "a55701f5-e3ef-43de-ac72-249b573fad2c",
  "TLB error",
  "fc06b535-5e1f-4562-9f25-0a3b9adb63c3",
  "bus error",
  "1cf3f8b3-c5b1-49a2-aa59-5eef92ffa63f",
  "micro-architectural error",
  "48ab7f57-dc34-4f6c-a7d3-b0b5b0a74314",
  NULL,
};

static const TmCperWord check[] = {
  NAMED ("Error Structure Type", TM_CPER_WORD_GUID, 0, 16, check_names),
  N ("Check Information", 0, 24, 8),
  N ("Target Identifier", 1, 32, 8),
  N ("Requestor Identifier", 2, 40, 8),
  N ("Responder Identifier", 3, 48, 8),
  N ("Instruction Pointer", 4, 56, 8),
  END,
};

static const char *const context_names[] = {
  "Unclassified Data",
  "MSR Registers",
  "32-bit Mode Execution Context",
  "64-bit Mode Execution Context",
  "FXSAVE Context",
  "32-bit Mode Debug Registers",
  "64-bit Mode Debug Registers",
  "Memory Mapped Registers",
  NULL,
};

static const TmCperWord context[] = {
  NAMED ("Register Context Type", TM_CPER_WORD_NAME, 0, 2, context_names),
  N ("Register Array Size", TM_CPER_FORM_ALWAYS, 2, 2),
  N ("MSR Address", TM_CPER_FORM_ALWAYS, 4, 4),
  N ("MM Register Address", TM_CPER_FORM_ALWAYS, 8, 8),
  AT ("Register Array", TM_CPER_WORD_DUMP, TM_CPER_FORM_ALWAYS, 16, 0, 0),
  END,
};

static const TmCperForm x86_parts[] = {
  { "Error Information Structure", NULL, 64, 16, 8, check, NULL, 0, 0, 8, 1 << 2 },
  { "Context Information Structure", NULL, 16, 0, 0, context, NULL, 0, 0, 8, 1 << 8 },
  { NULL, NULL, 0, 0, 0, NULL, NULL, 0, 0, 0, 0 },
};

static const TmCperWord x86[] = {
  N ("Local APIC_ID", 0, 8, 8),
  AT ("CPUID Info", TM_CPER_WORD_DUMP, 1, 16, 48, 0),
  END,
};

static const char *const arm_error_names[] = { "cache error", "TLB error", "bus error",
                                               "micro-architectural error", NULL };

static const TmCperWord arm_error[] = {
  BITS ("first error captured", TM_CPER_WORD_SET, 1, 7, 1, 0),
  BITS ("last error captured", TM_CPER_WORD_SET, 1, 7, 1, 1),
  BITS ("propagated error captured", TM_CPER_WORD_SET, 1, 7, 1, 2),
  BITS ("overflow occurred", TM_CPER_WORD_SET, 1, 7, 1, 3),
  NAMED ("error_type", TM_CPER_WORD_NAMES, 4, 1, arm_error_names),
  N ("error_info", 2, 8, 8),
  N ("virtual fault address", 3, 16, 8),
  N ("physical fault address", 4, 24, 8),
  END,
};

static const TmCperForm arm_parts[] = {
  { "Error info structure", NULL, 32, 2, 2, arm_error, NULL, 0, 4, 2, 1 },
  { NULL, NULL, 0, 0, 0, NULL, NULL, 0, 0, 0, 0 },
};

static const TmCperWord arm[] = {
  N ("Multiprocessor Affinity Register (MPIDR)", 0, 16, 8),
  N ("error affinity level", 1, 12, 1),
  N ("MIDR", TM_CPER_FORM_ALWAYS, 24, 8),
  N ("running state", 2, 32, 4),
  N ("Power State Coordination Interface state", TM_CPER_FORM_ALWAYS, 36, 4),
  END,
};

static const char *const firmware_names[] = {
  "IPF SAL Error Record",
  "SOC Firmware Error Record Type1",
  "SOC Firmware Error Record Type2",
  NULL,
};

static const TmCperWord firmware[] = {
  NAMED ("Firmware Error Record Type", TM_CPER_WORD_NAME, 0, 1, firmware_names),
  N ("Revision", TM_CPER_FORM_ALWAYS, 1, 1),
  /* The rest follows without words. */
  AT ("Revision", TM_CPER_WORD_DUMP, TM_CPER_FORM_ALWAYS, 8, 24, 0),
  N ("Record Identifier", TM_CPER_FORM_ALWAYS, 8, 8),
  AT ("Record Identifier", TM_CPER_WORD_GUID, TM_CPER_FORM_ALWAYS, 16, 16, 0),
  END,
};

static const TmCperWord none[] = { END };

static const TmCperForm forms[] = {
  { "memory error", &tm_cper_memory, 80, 0, 8, memory, NULL, 0, 0, 0, 0 },
  { "PCIe error", &tm_cper_pcie, 208, 0, 8, pcie, NULL, 0, 0, 0, 0 },
  { "general processor error", &tm_cper_generic_processor, 192, 0, 8, processor, NULL, 0, 0, 0, 0 },
  { "IA32/X64 processor error", &tm_cper_x86_processor, 64, 0, 8, x86, x86_parts, 0, 0, 0, 0 },
  { "ARM processor error", &tm_cper_arm_processor, 40, 0, 4, arm, arm_parts, 8, 0, 0, 0 },
  { "Firmware Error Record Reference", &tm_cper_firmware, 32, 0, 0, firmware, NULL, 0, 0, 0, 0 },
  { "CXL Protocol Error", &tm_cper_cxl_protocol, 0, 0, 0, none, NULL, 0, 0, 0, 0 },
};

const TmCperForm *
tm_cper_form_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    if (strcmp (forms[i].name, name) == 0)
      return &forms[i];

  return NULL;
}
