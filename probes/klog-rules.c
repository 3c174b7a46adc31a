/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See klog-rules.h. */
#include "klog-rules.h"

#include <gio/gio.h>

#define RESOURCES "/org/telemetrics/klogprobe/"

char *
klog_rules_load_list (TmProbe *probe, const char *name, GError **error)
{
  g_autofree char *absolute = g_strconcat ("/etc/telemetrics/probes/", name, NULL);
  g_autofree char *file = tm_probe_get_path (probe, absolute);
  g_autofree char *resource = g_strconcat (RESOURCES, name, NULL);
  g_autoptr (GBytes) bytes = NULL;
  char *text;

  if (g_file_get_contents (file, &text, NULL, NULL))
    return text;

  bytes = g_resources_lookup_data (resource, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  return bytes == NULL ? NULL
                       : g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

TmOopsRules *
klog_rules_load (TmProbe *probe, GError **error)
{
  g_autofree char *reports = klog_rules_load_list (probe, "kernel-reports.list", error);
  g_autofree char *frames = NULL;

  if (reports == NULL)
    return NULL;
  frames = klog_rules_load_list (probe, "kernel-frames.list", error);
  if (frames == NULL)
    return NULL;

  return tm_oops_rules_new (reports, frames, error);
}
