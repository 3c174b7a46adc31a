/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What there is to say of a crash: the core is read, and nothing is handed over yet. */
#pragma once

#include <json-glib/json-glib.h>

#include "crash-quota.h"
#include "tm-backtrace.h"
#include "tm-crash-rules.h"

G_BEGIN_DECLS

typedef struct
{
  int core_fd;               /* -1: there is none */
  int exe_fd;                /* -1: find it */
  const char *exe;           /* (nullable): what the kernel said it is */
  const char *unit;          /* (nullable): of the operating system, without an instance */
  const char *packages_json; /* (nullable): COREDUMP_PACKAGE_JSON */
  gboolean is_foreign;       /* of a container, where paths mean something else */
  gint64 time_usec;          /* since 1970 UTC; 0: unknown */
} CrashCase;

typedef struct
{
  CrashCause cause;
  TmBacktrace *backtrace; /* (nullable): of a program of the operating system */
  char *problem;          /* (nullable): why its core cannot be read */
} CrashFinding;

/* Blocks, while the core is read. A core that says nothing is a finding, too. root: (nullable):
 * where the files of the system are of which it is. */
void crash_finding_init (CrashFinding *self,
                         const CrashCase *crash,
                         TmCrashRules *rules,
                         const char *root);
void crash_finding_clear (CrashFinding *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CrashFinding, crash_finding_clear)

/* (transfer full): all that a record of it has. root: as above. */
JsonNode *
crash_finding_to_payload (const CrashFinding *self, const CrashCase *crash, const char *root);

G_END_DECLS
