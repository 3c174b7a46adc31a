/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What there is to say of a crash: the core is read, and nothing is handed over yet. */
#pragma once

#include <json-glib/json-glib.h>

#include "crash-quota.h"
#include "tm-crash-rules.h"

G_BEGIN_DECLS

typedef struct
{
  int core_fd;         /* -1: there is none */
  int exe_fd;          /* -1: find it */
  const char *exe;     /* (nullable): what the kernel said it is */
  gboolean is_foreign; /* of a container, where paths mean something else */
  gint64 time_usec;    /* since 1970 UTC; 0: unknown */
} CrashCase;

typedef struct
{
  CrashCause cause;
  JsonNode *payload;
} CrashFinding;

/* Blocks. A core that says nothing is a finding, too. */
void crash_finding_init (CrashFinding *self, const CrashCase *crash, TmCrashRules *rules);
void crash_finding_clear (CrashFinding *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CrashFinding, crash_finding_clear)

G_END_DECLS
