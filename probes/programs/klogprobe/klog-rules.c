/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See klog-rules.h. */
#include "klog-rules.h"

TmOopsRules *
klog_rules_load (TmProbe *probe, GError **error)
{
  g_autofree char *reports =
      tm_probe_load_list (probe, KLOG_RESOURCES "kernel-reports.list", error);
  g_autofree char *frames = NULL;

  if (reports == NULL)
    return NULL;
  frames = tm_probe_load_list (probe, KLOG_RESOURCES "kernel-frames.list", error);
  if (frames == NULL)
    return NULL;

  return tm_oops_rules_new (reports, frames, error);
}
