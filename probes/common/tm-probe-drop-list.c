/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What all probes of this system have counted, out of their states; see tm-probe-drops.h. */
#include <glib/gi18n.h>
#include <string.h>

#include "tm-probe-agreement.h"
#include "tm-probe-drops.h"
#include "tm-probe-private.h"

#define SUFFIX ".state"

/* In memory that out_parts point into. NULL: with error. */
static char *
read_parts (const char *file, TmProbeStateParts *out_parts, GError **error)
{
  g_autoptr (GBytes) bytes = tm_probe_read_file (file, TM_PROBE_STATE_MAX_BYTES, error);
  gsize n_bytes = bytes != NULL ? g_bytes_get_size (bytes) : 0;
  g_autofree char *text = NULL;

  if (bytes == NULL)
    return NULL;

  text = n_bytes > 0 ? g_strndup (g_bytes_get_data (bytes, NULL), n_bytes) : g_strdup ("");
  if (tm_probe_split_state (text, out_parts))
    return g_steal_pointer (&text);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               _ ("“%s” is not the state of a probe: it does not begin with “since TIME”"), file);
  return NULL;
}

/* NULL: it has none, or they are not of the agreements of now. */
static TmDropCounts *
read_counts (const char *file, const char *heartbeat_since)
{
  TmProbeStateParts parts;
  g_autofree char *text = read_parts (file, &parts, NULL);
  g_autofree char *category = NULL;
  g_autofree char *since = NULL;

  if (text == NULL || parts.drops == NULL)
    return NULL;

  category = g_strndup (parts.drops, strcspn (parts.drops, " "));
  since = tm_probe_read_since (category);
  if (g_strcmp0 (since, parts.since) != 0)
    return NULL;

  return tm_probe_parse_drops (parts.drops, category, heartbeat_since);
}

static GHashTable *
list_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                (GDestroyNotify) tm_drop_counts_free);
}

/* (transfer full): of a file of state. */
static char *
get_probe (const char *file)
{
  g_autofree char *name = g_path_get_basename (file);

  return g_strndup (name, strcspn (name, "."));
}

/* Behind the category and the agreement. NULL: they are none. */
static TmDropCounts *
parse_any (const char *drops)
{
  const char *since = strchr (drops, ' ');
  const char *counts = since != NULL ? strchr (since + 1, ' ') : NULL;

  return counts != NULL ? tm_drop_counts_parse (counts + 1) : NULL;
}

GHashTable *
tm_probe_read_drops (const char *file, GError **error)
{
  TmProbeStateParts parts;
  g_autofree char *text = read_parts (file, &parts, error);
  g_autofree char *probe = get_probe (file);
  g_autoptr (GHashTable) list = list_new ();
  TmDropCounts *counts;

  if (text == NULL || parts.drops == NULL)
    return text != NULL ? g_steal_pointer (&list) : NULL;

  counts = parse_any (parts.drops);
  if (counts == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   _ ("“%s” is not the state of a probe: its second line is not “drops CATEGORY "
                      "TIME EPOCH REASON=COUNT ...”"),
                   file);
      return NULL;
    }

  g_hash_table_insert (
      list, tm_drop_counts_is_name (probe) ? g_steal_pointer (&probe) : g_strdup (TM_PROBE_UNNAMED),
      counts);
  return g_steal_pointer (&list);
}

GHashTable *
tm_probe_list_drops (TmProbe *self)
{
  GHashTable *list = list_new ();
  g_autofree char *directory = tm_probe_get_state_directory (self);
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  g_autofree char *since = tm_probe_read_since (TM_PROBE_CATEGORY_HEARTBEAT);
  const char *name;

  while (dir != NULL && since != NULL && g_hash_table_size (list) < TM_PROBE_MAX_COUNTING &&
         (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (directory, name, NULL);
      g_autofree char *probe = get_probe (name);
      TmDropCounts *counts = NULL;

      if (g_str_has_suffix (name, SUFFIX) && tm_drop_counts_is_name (probe))
        counts = read_counts (file, since);
      if (counts != NULL)
        g_hash_table_insert (list, g_steal_pointer (&probe), counts);
    }

  return list;
}
