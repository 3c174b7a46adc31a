/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the reader of kernel reports knows about kernels, as data: how reports begin
 * (kernel-reports.list) and which functions never say what went wrong (kernel-frames.list). Both
 * files explain their form.
 */
#pragma once

#include "tm-oops-scrub.h"

G_BEGIN_DECLS

typedef enum
{
  TM_OOPS_OPTION_NOFN = 1 << 0,
  TM_OOPS_OPTION_STACK = 1 << 1,
  TM_OOPS_OPTION_STALL = 1 << 2,
  TM_OOPS_OPTION_HUNG = 1 << 3,
  TM_OOPS_OPTION_ACQUIRE = 1 << 4,
  TM_OOPS_OPTION_TAKES = 1 << 5,
  TM_OOPS_OPTION_UNLOCK = 1 << 6,
  TM_OOPS_OPTION_HELD = 1 << 7,
  TM_OOPS_OPTION_OVERFLOW = 1 << 8,
  TM_OOPS_OPTION_WORKER = 1 << 9,
  TM_OOPS_OPTION_FREED = 1 << 10,
  TM_OOPS_OPTION_INNER = 1 << 11,
  TM_OOPS_OPTION_IGNORE = 1 << 12,
  TM_OOPS_OPTION_BECAME = 1 << 13,
  TM_OOPS_OPTION_SLEEPS = 1 << 14,
} TmOopsOptions;

typedef enum
{
  TM_OOPS_CLASS_MACHINERY = 1 << 0,
  TM_OOPS_CLASS_HELPER = 1 << 1,
  TM_OOPS_CLASS_WAIT = 1 << 2,
  TM_OOPS_CLASS_INTERRUPT = 1 << 3,
  TM_OOPS_CLASS_DISPATCH = 1 << 4,
  TM_OOPS_CLASS_ENTRY = 1 << 5,
} TmOopsClass;

typedef struct
{
  char *key;
  char *kind; /* the last part of the classification */
  TmOopsOptions options;
  guint function_group; /* 0: none */
  guint said_group;     /* 0: none */
  GRegex *pattern;
  char *title;
} TmOopsFormat;

typedef struct _TmOopsRules TmOopsRules;

/* reports, frames: the texts of the two files. Fails with G_KEY_FILE_ERROR_PARSE and the line. */
TmOopsRules *tm_oops_rules_new (const char *reports, const char *frames, GError **error);
void tm_oops_rules_free (TmOopsRules *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmOopsRules, tm_oops_rules_free)

/* text: a line without its head. (transfer none) (nullable) */
const TmOopsFormat *tm_oops_rules_match (TmOopsRules *self, const char *text, gsize n_bytes);

/* function: a normalised name. */
gboolean tm_oops_rules_is (TmOopsRules *self, const char *function, TmOopsClass classes);
const char *tm_oops_rules_get_bucket (TmOopsRules *self, const char *function);

/* (transfer none): for everything that is taken over from a log. */
TmOopsScrubber *tm_oops_rules_get_scrubber (TmOopsRules *self);

/* Behind "rcu: ", "watchdog: ", "[ " and the like, which may stand in front of a key. */
const char *tm_oops_skip_speaker (const char *text, gsize *inout_n_bytes);

G_END_DECLS
