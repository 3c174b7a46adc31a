/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the list of functions comes from. */
#pragma once

#include "tm-crash-rules.h"
#include "tm-probe.h"

G_BEGIN_DECLS

/* The file in /etc, else the one that the program brings. Fails with G_KEY_FILE_ERROR. */
TmCrashRules *crash_rules_load (TmProbe *probe, GError **error);

G_END_DECLS
