/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a crash to the record that is handed over. */
#pragma once

#include "tm-crash-rules.h"
#include "tm-probe.h"

G_BEGIN_DECLS

typedef struct
{
  int core_fd;         /* -1: there is none */
  int exe_fd;          /* -1: find it */
  const char *exe;     /* (nullable): what the kernel said it is */
  gboolean is_foreign; /* of a container, where paths mean something else */
  gint64 time_usec;    /* since 1970 UTC; 0: unknown */
} CrashCase;

/* Blocks. Fails in the domain TELEMETRY_ERROR when the record is not taken; a core that says
 * nothing makes a record that says so. */
gboolean crash_report (TmProbe *probe, TmCrashRules *rules, const CrashCase *crash, GError **error);

G_END_DECLS
