/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * By what crashes are told apart. Three levels: the names of the functions to blame, which are the
 * same after the next build; the exact addresses, which need no names; and the program alone.
 */
#pragma once

#include "tm-backtrace.h"
#include "tm-crash-rules.h"

G_BEGIN_DECLS

/* To be raised with every change of the rules that makes other titles. */
#define TM_CRASH_SIGNATURE_VERSION 1

/* What a record may say of a frame's file. */
typedef enum
{
  TM_ORIGIN_SYSTEM, /* of the operating system */
  TM_ORIGIN_OTHER,  /* of somebody else: its name is none of our business */
} TmOrigin;

TmOrigin tm_origin_from_path (const char *path);

/* (transfer full): what a record calls the file: its last part, "[other]", or "[jit]" where there
 * is no file. */
char *tm_crash_get_module (const TmFrame *frame);

/* (transfer full): "SIGSEGV"; "SIG" and a number where there is no name. */
char *tm_crash_get_signal_name (int signal);

/* (transfer full): "program|SIGSEGV|function|...", with up to four functions, each of up to 255
 * bytes. */
char *tm_crash_get_title (const TmBacktrace *backtrace, TmCrashRules *rules);

/* (transfer full): 32 digits, of a title. */
char *tm_crash_hash_title (const char *title);

/* (transfer full): 32 digits, of the build-ids and offsets of the innermost frames. */
char *tm_crash_get_exact_hash (const TmBacktrace *backtrace);

G_END_DECLS
