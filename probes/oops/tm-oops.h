/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A report of the kernel, cut out of its log and understood: what kind it is, where it happened and
 * what names it. Made from lines by tm-oops-reader.c; no I/O here.
 */
#pragma once

#include "tm-klog-line.h"
#include "tm-oops-frame.h"
#include "tm-oops-rules.h"

G_BEGIN_DECLS

/* The line of a report: what stands behind the head, and when it was said. */
typedef struct
{
  char *text;
  gsize n_bytes;
  gint64 time_usec;
} TmOopsLine;

typedef struct
{
  TmOopsRules *rules;         /* (unowned) */
  const TmOopsFormat *format; /* (unowned): belongs to the rules */
  GPtrArray *lines;           /* (element-type TmOopsLine): from the line that began it */
  GPtrArray *message;         /* (element-type utf8) (nullable): lines in front of the first */
  GPtrArray *frames;          /* (element-type TmOopsFrame): in the order printed, all stacks */
  GArray *stack_starts;       /* (element-type guint): indices into frames where a stack begins */
  char *reason;               /* the first line, without addresses */
  char *kind_text;            /* what the title says before " in " */
  char *function;             /* (nullable): who is to blame, normalised */
  char *module;               /* (nullable): of that function */
  guint guilty_frame;         /* index of the frame to blame; 0 also where no frame is */
  char *said;                 /* (nullable): names the report where no function does */
  char *stated_function;      /* (nullable): the function that the first line names */
  char *kernel_version;       /* (nullable) */
  char *taint;                /* (nullable): letters */
  char *command;              /* (nullable): the task that ran */
  char *hardware;             /* (nullable): vendor and model as the kernel prints them */
  GPtrArray *modules;         /* (element-type utf8): with their flags, "xfs(OE)" */
  int cpu;                    /* TM_KLOG_UNKNOWN */
  gint64 time_usec;           /* since boot, or TM_KLOG_UNKNOWN */
  gboolean has_panicked;
  gboolean is_complete; /* its end was seen */
} TmOops;

/* rules must outlive the report; lines: taken over. NULL if the format wants a stack and there is
 * none. */
TmOops *tm_oops_new (TmOopsRules *rules, const TmOopsFormat *format, GPtrArray *lines);
void tm_oops_free (TmOops *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmOops, tm_oops_free)

TmOopsLine *tm_oops_line_new (const char *text, gsize n_bytes, gint64 time_usec);
void tm_oops_line_free (TmOopsLine *self);

/* Who is to blame; sets function and module. */
void tm_oops_find_guilty (TmOops *self);

/* The first frame of the task that the report is about: lockdep shows the stacks of others above.
 */
guint tm_oops_get_own_stack (const TmOops *self);

G_END_DECLS
