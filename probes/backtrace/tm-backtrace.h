/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a process was when it crashed: the frames of the thread that crashed, innermost first.
 * Travels from the process that unwinds, which nobody trusts, as a serialised GVariant: its form
 * is fixed by its type, and reading a broken one is safe.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TM_BACKTRACE_MAX_FRAMES 128
/* Longer names of functions are cut there, and end in "…". */
#define TM_BACKTRACE_MAX_NAME_BYTES 1024
#define TM_BACKTRACE_MAX_BYTES (512 * 1024)

/* In place of a path: code that no file has, and the kernel's own page. */
#define TM_FRAME_JIT "[jit]"
#define TM_FRAME_VDSO "[vdso]"

typedef struct
{
  char *path;     /* of the file mapped there, or TM_FRAME_JIT, or TM_FRAME_VDSO */
  char *build_id; /* (nullable): lower-case hex */
  char *package;  /* (nullable): "name version", that the file says it is of */
  char *function; /* (nullable) */
  guint64 offset; /* of the program counter from where the file is mapped; 0 for TM_FRAME_JIT */
  guint64 function_offset;
  gboolean is_activation; /* the instruction itself, not one behind a call */
  guint n_times;          /* 1, or how often recursion came by */
} TmFrame;

void tm_frame_free (TmFrame *self);

typedef struct
{
  char *exe;  /* (nullable): path of the program */
  int signal; /* 0: unknown */
  int code;   /* or TM_CORE_CODE_UNKNOWN */
  guint n_threads;
  gboolean is_whole; /* FALSE: there were more frames, or the stack could not be followed */
  GPtrArray *frames; /* (element-type TmFrame) */
} TmBacktrace;

TmBacktrace *tm_backtrace_new (void);
void tm_backtrace_free (TmBacktrace *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmBacktrace, tm_backtrace_free)

/* Takes frame; where it goes round in circles counts it instead. FALSE: there are
 * TM_BACKTRACE_MAX_FRAMES already, and frame is freed. */
gboolean tm_backtrace_add (TmBacktrace *self, TmFrame *frame);

GBytes *tm_backtrace_to_bytes (const TmBacktrace *self);
/* Fails with G_IO_ERROR_INVALID_DATA: whoever wrote this is not to be believed in anything. */
TmBacktrace *tm_backtrace_from_bytes (GBytes *bytes, GError **error);

G_END_DECLS
