/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-cper-x86-registers.h. */
#include "tm-cper-x86-registers.h"

#define CONTEXT_32_BIT 2
#define CONTEXT_64_BIT 3

#define R(name, offset, n_bytes) TM_CPER_N (name, TM_CPER_ALWAYS, offset, n_bytes)

/* clang-format off */
static const TmCperField registers_32_bit[] = {
  R ("eax", 0, 4), R ("ebx", 4, 4), R ("ecx", 8, 4), R ("edx", 12, 4),
  R ("esi", 16, 4), R ("edi", 20, 4), R ("ebp", 24, 4), R ("esp", 28, 4),
  R ("cs", 32, 2), R ("ds", 34, 2), R ("ss", 36, 2), R ("es", 38, 2), R ("fs", 40, 2), R ("gs", 42, 2),
  R ("eflags", 44, 4), R ("eip", 48, 4),
  R ("cr0", 52, 4), R ("cr1", 56, 4), R ("cr2", 60, 4), R ("cr3", 64, 4), R ("cr4", 68, 4),
  R ("gdtr_0", 72, 4), R ("gdtr_1", 76, 4), R ("idtr_0", 80, 4), R ("idtr_1", 84, 4),
  R ("ldtr", 88, 2), R ("tr", 90, 2),
  TM_CPER_END,
};

static const TmCperField registers_64_bit[] = {
  R ("rax", 0, 8), R ("rbx", 8, 8), R ("rcx", 16, 8), R ("rdx", 24, 8),
  R ("rsi", 32, 8), R ("rdi", 40, 8), R ("rbp", 48, 8), R ("rsp", 56, 8),
  R ("r8", 64, 8), R ("r9", 72, 8), R ("r10", 80, 8), R ("r11", 88, 8),
  R ("r12", 96, 8), R ("r13", 104, 8), R ("r14", 112, 8), R ("r15", 120, 8),
  R ("cs", 128, 2), R ("ds", 130, 2), R ("ss", 132, 2), R ("es", 134, 2), R ("fs", 136, 2), R ("gs", 138, 2),
  R ("rflags", 144, 8), R ("rip", 152, 8),
  R ("cr0", 160, 8), R ("cr1", 168, 8), R ("cr2", 176, 8), R ("cr3", 184, 8), R ("cr4", 192, 8), R ("cr8", 200, 8),
  R ("gdtr_0", 208, 8), R ("gdtr_1", 216, 8), R ("idtr_0", 224, 8), R ("idtr_1", 232, 8),
  R ("ldtr", 240, 2), R ("tr", 242, 2),
  TM_CPER_END,
};
/* clang-format on */

JsonObject *
tm_cper_x86_registers_decode (guint64 type, const TmCperReader *registers)
{
  JsonObject *object;

  if (type != CONTEXT_32_BIT && type != CONTEXT_64_BIT)
    return tm_cper_bytes_to_json (registers);

  object = json_object_new ();
  tm_cper_fields_decode (type == CONTEXT_32_BIT ? registers_32_bit : registers_64_bit, registers, 0,
                         object);
  return object;
}
