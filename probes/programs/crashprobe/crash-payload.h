/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a record says of a crash: the one place that decides what leaves the machine. */
#pragma once

#include <json-glib/json-glib.h>

#include "crash-quota.h"
#include "tm-backtrace.h"

G_BEGIN_DECLS

#define CRASH_TITLE_THIRD_PARTY "third-party program"
#define CRASH_TITLE_UNDECODABLE "undecodable core"

/* (transfer full): of a program of the operating system. packages: (element-type filename utf8):
 * path to "name version"; unit: (nullable). */
JsonNode *crash_payload_new (const TmBacktrace *backtrace,
                             const CrashCause *cause,
                             GHashTable *packages,
                             const char *unit);

/* (transfer full): that a core could not be read. reason: a text of ours. */
JsonNode *crash_payload_new_undecodable (const CrashCause *cause, const char *reason);

/* (transfer full): how often, beside all that was told before. Of somebody else's programs there is
 * nothing but this. */
JsonNode *crash_payload_new_count (const CrashCause *cause, guint64 n);

G_END_DECLS
