/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See crash-rules.h. */
#include "crash-rules.h"

#define LIST "/org/telemetrics/crashprobe/crash-frames.list"

TmCrashRules *
crash_rules_load (TmProbe *probe, GError **error)
{
  g_autofree char *text = tm_probe_load_list (probe, LIST, error);

  return text != NULL ? tm_crash_rules_new (text, error) : NULL;
}
