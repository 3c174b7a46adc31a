/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-probe-drops.h. */
#include "tm-probe-drops.h"

#include <string.h>

#include "tm-probe-private.h"

#define SUFFIX ".state"

void
tm_probe_forget_drops (TmProbe *self)
{
  g_clear_pointer (&self->drops, tm_drop_counts_free);
}

/* Whether counting is agreed to; what was counted under another agreement is none. */
static gboolean
may_count (TmProbe *self)
{
  g_autofree char *since = tm_probe_read_since (TM_PROBE_CATEGORY_HEARTBEAT);

  if (g_strcmp0 (since, self->drops_since) != 0)
    {
      tm_probe_forget_drops (self);
      g_free (self->drops_since);
      self->drops_since = g_steal_pointer (&since);
    }

  return self->drops_since != NULL && self->since != NULL;
}

static TmDropCounts *
make_counts (void)
{
  g_autofree char *epoch = g_strdup_printf ("%" G_GINT64_FORMAT, g_get_real_time ());

  return tm_drop_counts_new (epoch);
}

void
tm_probe_drop (TmProbe *self, const char *reason, guint64 n)
{
  if (tm_probe_is_stateless (self) || !may_count (self))
    return;

  if (self->drops == NULL)
    self->drops = make_counts ();
  g_return_if_fail (tm_drop_counts_add (self->drops, reason, n));
}

/* NULL: they are not of these agreements. */
static TmDropCounts *
parse (const char *line, const char *category, const char *heartbeat_since)
{
  g_autofree char *head = g_strdup_printf ("%s %s ", category, heartbeat_since);

  return g_str_has_prefix (line, head) ? tm_drop_counts_parse (line + strlen (head)) : NULL;
}

char *
tm_probe_merge_drops (TmProbe *self, const char *stored)
{
  g_autoptr (TmDropCounts) counts = NULL;
  g_autofree char *line = NULL;

  if (!may_count (self))
    return NULL;
  if (stored != NULL)
    counts = parse (stored, self->info->category, self->drops_since);
  if (counts == NULL && self->drops == NULL)
    return NULL;
  if (counts == NULL)
    counts = make_counts ();
  if (self->drops != NULL)
    tm_drop_counts_add_all (counts, self->drops);

  line = tm_drop_counts_to_line (counts);
  return g_strdup_printf ("%s %s %s", self->info->category, self->drops_since, line);
}

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

  return parse (parts.drops, category, heartbeat_since);
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
