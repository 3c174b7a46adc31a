/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What all probes of this system have counted, out of their states; see tm-probe-drops.h. */
#include <string.h>

#include "tm-probe-agreement.h"
#include "tm-probe-drops.h"
#include "tm-probe-private.h"

#define SUFFIX ".state"

/* NULL: it has none, or they are not of the agreements of now. */
static TmDropCounts *
read_counts (const char *file, const char *heartbeat_since)
{
  g_autofree char *text = NULL;
  g_autofree char *category = NULL;
  g_autofree char *since = NULL;
  TmProbeStateParts parts;

  if (!g_file_get_contents (file, &text, NULL, NULL) || !tm_probe_split_state (text, &parts) ||
      parts.drops == NULL)
    return NULL;

  category = g_strndup (parts.drops, strcspn (parts.drops, " "));
  since = tm_probe_read_since (category);
  if (g_strcmp0 (since, parts.since) != 0)
    return NULL;

  return tm_probe_parse_drops (parts.drops, category, heartbeat_since);
}

GHashTable *
tm_probe_list_drops (TmProbe *self)
{
  GHashTable *list =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) tm_drop_counts_free);
  g_autofree char *directory = tm_probe_get_state_directory (self);
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  g_autofree char *since = tm_probe_read_since (TM_PROBE_CATEGORY_HEARTBEAT);
  const char *name;

  while (dir != NULL && since != NULL && g_hash_table_size (list) < TM_PROBE_MAX_COUNTING &&
         (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (directory, name, NULL);
      g_autofree char *probe = g_strndup (name, strcspn (name, "."));
      TmDropCounts *counts = NULL;

      if (g_str_has_suffix (name, SUFFIX) && tm_drop_counts_is_name (probe))
        counts = read_counts (file, since);
      if (counts != NULL)
        g_hash_table_insert (list, g_steal_pointer (&probe), counts);
    }

  return list;
}
