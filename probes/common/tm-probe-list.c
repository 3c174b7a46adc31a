/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What probes know as data: the program brings a list, a file in /etc takes its place. */
#include <gio/gio.h>

#include "tm-probe.h"

#define DIRECTORY "/etc/telemetrics/probes"

char *
tm_probe_load_list (TmProbe *self, const char *resource, GError **error)
{
  g_autofree char *name = g_path_get_basename (resource);
  g_autofree char *absolute = g_build_filename (DIRECTORY, name, NULL);
  g_autofree char *file = tm_probe_get_path (self, absolute);
  g_autoptr (GBytes) bytes = NULL;
  char *text;

  if (g_file_get_contents (file, &text, NULL, NULL))
    return text;

  bytes = g_resources_lookup_data (resource, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  return bytes == NULL ? NULL
                       : g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}
