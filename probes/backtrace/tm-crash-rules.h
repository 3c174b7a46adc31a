/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is known about functions on the stacks of programs, as data: crash-frames.list, which
 * explains its form.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  TM_CRASH_CLASS_NONE, /* says what went wrong */
  TM_CRASH_CLASS_CUT,
  TM_CRASH_CLASS_PREFIX,
  TM_CRASH_CLASS_SKIP,
  TM_CRASH_CLASS_END,
} TmCrashClass;

typedef struct _TmCrashRules TmCrashRules;

/* Fails with G_KEY_FILE_ERROR_PARSE and the line. */
TmCrashRules *tm_crash_rules_new (const char *text, GError **error);
void tm_crash_rules_free (TmCrashRules *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmCrashRules, tm_crash_rules_free)

/* The class of the first line that fits. function: normalised, see
 * tm-function-name.h; "" where it has no name. */
TmCrashClass tm_crash_rules_classify (TmCrashRules *self, const char *module, const char *function);

/* (transfer none): function, or what its variants are called. */
const char *tm_crash_rules_get_name (TmCrashRules *self, const char *module, const char *function);

G_END_DECLS
