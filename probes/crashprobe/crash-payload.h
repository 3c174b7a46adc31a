/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a record says of a crash: the one place that decides what leaves the machine. */
#pragma once

#include <json-glib/json-glib.h>

#include "tm-backtrace.h"
#include "tm-crash-rules.h"

G_BEGIN_DECLS

/* (transfer full): of a program of the operating system. */
JsonNode *crash_payload_new (const TmBacktrace *backtrace, TmCrashRules *rules);

/* (transfer full): that somebody else's program crashed, and nothing of it. */
JsonNode *crash_payload_new_third_party (void);

/* (transfer full): that a core could not be read. reason: a text of ours. */
JsonNode *crash_payload_new_undecodable (const char *reason);

G_END_DECLS
