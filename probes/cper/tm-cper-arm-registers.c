/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-cper-arm-registers.h. */
#include "tm-cper-arm-registers.h"

const TmCperName tm_cper_arm_context_names[] = {
  { 0, "AArch32 General Purpose Registers" },       { 1, "AArch32 EL1 Context Registers" },
  { 2, "AArch32 EL2 Context Registers" },           { 3, "AArch32 Secure Context Registers" },
  { 4, "AArch64 General Purpose Registers" },       { 5, "AArch64 EL1 Context Registers" },
  { 6, "AArch64 EL2 Context Registers" },           { 7, "AArch64 EL3 Context Registers" },
  { 8, "Miscellaneous System Register Structure" }, { 0, NULL },
};

static const char aarch32_general[] = "r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 r10 r11 r12 r13_sp r14_lr "
                                      "r15_pc";
static const char aarch32_el1[] = "dfar dfsr ifar isr mair0 mair1 midr mpidr nmrr prrr sctlr_ns "
                                  "spsr spsr_abt spsr_fiq spsr_irq spsr_svc spsr_und tpidrprw "
                                  "tpidruro tpidrurw ttbcr ttbr0 ttbr1 dacr";
static const char aarch32_el2[] = "elr_hyp hamair0 hamair1 hcr hcr2 hdfar hifar hpfar hsr htcr "
                                  "htpidr httbr spsr_hyp vtcr vttbr dacr32_el2";
static const char aarch32_secure[] = "sctlr_s spsr_mon";
static const char aarch64_general[] = "x0 x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 "
                                      "x17 x18 x19 x20 x21 x22 x23 x24 x25 x26 x27 x28 x29 x30 sp";
static const char aarch64_el1[] = "elr_el1 esr_el2 far_el1 isr_el1 mair_el1 midr_el1 mpidr_el1 "
                                  "sctlr_el1 sp_el0 sp_el1 spsr_el1 tcr_el1 tpidr_el0 tpidr_el1 "
                                  "tpidrro_el0 ttbr0_el1 ttbr1_el1";
static const char aarch64_el2[] = "elr_el2 esr_el2 far_el2 hacr_el2 hcr_el2 hpfar_el2 mair_el2 "
                                  "sctlr_el2 sp_el2 spsr_el2 tcr_el2 tpidr_el2 ttbr0_el2 vtcr_el2 "
                                  "vttbr_el2";
static const char aarch64_el3[] = "elr_el3 esr_el3 far_el3 mair_el3 sctlr_el3 sp_el3 spsr_el3 "
                                  "tcr_el3 tpidr_el3 ttbr0_el3";

/* By the number of the kind of context. */
static const struct
{
  const char *names;
  guint n_bytes; /* of each register */
} contexts[] = {
  { aarch32_general, 4 }, { aarch32_el1, 4 }, { aarch32_el2, 4 }, { aarch32_secure, 4 },
  { aarch64_general, 8 }, { aarch64_el1, 8 }, { aarch64_el2, 8 }, { aarch64_el3, 8 },
};

#define CONTEXT_MISCELLANEOUS 8

/* One register of the system: how the instruction that reads it names it, and its value. */
static const TmCperField mrs_encoding[] = {
  TM_CPER_NB ("op2", TM_CPER_ALWAYS, 0, 2, 0, 3), TM_CPER_NB ("crm", TM_CPER_ALWAYS, 0, 2, 3, 4),
  TM_CPER_NB ("crn", TM_CPER_ALWAYS, 0, 2, 7, 4), TM_CPER_NB ("op1", TM_CPER_ALWAYS, 0, 2, 11, 3),
  TM_CPER_NB ("o0", TM_CPER_ALWAYS, 0, 2, 14, 1), TM_CPER_END,
};

static const TmCperField miscellaneous[] = {
  TM_CPER_G ("mrs_encoding", TM_CPER_ALWAYS, mrs_encoding),
  TM_CPER_N ("value", TM_CPER_ALWAYS, 2, 8),
  TM_CPER_END,
};

static JsonObject *
decode_miscellaneous (const TmCperReader *registers)
{
  JsonObject *object = json_object_new ();

  tm_cper_fields_decode (miscellaneous, registers, 0, object);
  return object;
}

JsonObject *
tm_cper_arm_registers_decode (guint64 type, const TmCperReader *registers)
{
  g_auto (GStrv) names = NULL;
  JsonObject *object;
  guint n_bytes;

  if (type == CONTEXT_MISCELLANEOUS)
    return decode_miscellaneous (registers);
  if (type >= G_N_ELEMENTS (contexts))
    return tm_cper_bytes_to_json (registers);

  object = json_object_new ();
  names = g_strsplit (contexts[type].names, " ", -1);
  n_bytes = contexts[type].n_bytes;
  for (gsize i = 0; names[i] != NULL && tm_cper_reader_has (registers, i * n_bytes, n_bytes); i++)
    tm_cper_set_hex (object, names[i], tm_cper_reader_number (registers, i * n_bytes, n_bytes));

  return object;
}
