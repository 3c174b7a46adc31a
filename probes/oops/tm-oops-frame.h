/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A place in the kernel's text as its logs write it, "[<addr>] ? function.isra.0+0x1/0x2 [module]"
 * in the dialects of each architecture and age, and the lines that carry the program counter.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *function;        /* as printed, or "0xffff..." where the address was not resolved */
  char *module;          /* (nullable) */
  guint64 offset;        /* bytes into the function */
  guint64 size;          /* bytes of the function */
  gboolean is_reliable;  /* not marked "?" or "(unreliable)" */
  gboolean is_pc;        /* the program counter of an exception */
  gboolean is_interrupt; /* stands inside <IRQ>, <NMI>, <#DF> */
  guint line;            /* of the report, from 0 */
} TmOopsFrame;

void tm_oops_frame_free (TmOopsFrame *self);

typedef enum
{
  TM_OOPS_LINE_OTHER,
  TM_OOPS_LINE_FRAME,
  TM_OOPS_LINE_PC,      /* RIP:, EIP:, PC is at, pc :, epc :, NIP, Krnl PSW */
  TM_OOPS_LINE_USER_PC, /* RIP: 0033: the kernel part ends here */
} TmOopsLineType;

/* text: a line without its head. (transfer full) frame where the type is FRAME or PC. */
TmOopsLineType tm_oops_frame_parse (const char *text, gsize n_bytes, TmOopsFrame **out_frame);

/* The first "function+0x1/0x2 [module]" anywhere in a text. NULL if there is none. */
TmOopsFrame *tm_oops_frame_find (const char *text, gsize n_bytes);

/* The name of a function that a text begins with. (transfer full); NULL if it begins with none. */
char *tm_oops_function_take (const char *text);

/* The name without what compilers append and syscall wrappers prepend. (transfer full) */
char *tm_oops_function_normalise (const char *function);

G_END_DECLS
