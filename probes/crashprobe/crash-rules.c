/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See crash-rules.h. */
#include "crash-rules.h"

#include <gio/gio.h>

#define NAME "crash-frames.list"

TmCrashRules *
crash_rules_load (TmProbe *probe, GError **error)
{
  g_autofree char *file = tm_probe_get_path (probe, "/etc/telemetrics/probes/" NAME);
  g_autofree char *text = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (g_file_get_contents (file, &text, NULL, NULL))
    return tm_crash_rules_new (text, error);

  bytes = g_resources_lookup_data ("/org/telemetrics/crashprobe/" NAME,
                                   G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  if (bytes == NULL)
    return NULL;

  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return tm_crash_rules_new (text, error);
}
