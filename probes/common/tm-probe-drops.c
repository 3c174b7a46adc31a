/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-probe-drops.h. */
#include "tm-probe-drops.h"

#include <string.h>

#include "tm-probe-agreement.h"
#include "tm-probe-private.h"

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

TmDropCounts *
tm_probe_parse_drops (const char *line, const char *category, const char *heartbeat_since)
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
    counts = tm_probe_parse_drops (stored, self->info->category, self->drops_since);
  if (counts == NULL && self->drops == NULL)
    return NULL;
  if (counts == NULL)
    counts = make_counts ();
  if (self->drops != NULL)
    tm_drop_counts_add_all (counts, self->drops);

  line = tm_drop_counts_to_line (counts);
  return g_strdup_printf ("%s %s %s", self->info->category, self->drops_since, line);
}
