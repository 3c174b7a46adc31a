/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See update-history.h. */
#include "update-history.h"

#include <string.h>

/* logrotate keeps twelve months of apt's history. */
#define MAX_GENERATION 12

const UpdateHistory update_histories[UPDATE_N_HISTORIES] = {
  { "apt", "/var/log/apt/history.log", FALSE, tm_update_log_read_apt },
  { "dnf", "/var/lib/dnf/history.sqlite", TRUE, tm_update_log_read_dnf },
  { "dnf5", "/usr/lib/sysimage/libdnf5/transaction_history.sqlite", TRUE, NULL },
};

/* One walk through one file. */
typedef struct
{
  const UpdatePlace *place;
  UpdateNewFunc take; /* (nullable): only look */
  gpointer user_data;
  UpdatePlace last;
  guint n_seen;
  guint n_known; /* the first so many are not new; 0: the place is not in this file */
  gboolean is_by_time;
  gboolean has_stopped;
} Walk;

void
update_place_clear (UpdatePlace *self)
{
  g_clear_pointer (&self->id, g_free);
}

gint64
update_get_usec (const TmUpdate *update)
{
  return update->end_usec != 0 ? update->end_usec : update->begin_usec;
}

void
update_place_set (UpdatePlace *self, TmUpdate *update)
{
  g_free (self->id);
  self->id = tm_update_get_id (update);
  self->end_usec = update_get_usec (update);
}

static void
look (TmUpdate *update, gpointer user_data)
{
  Walk *self = user_data;

  self->n_seen++;
  update_place_set (&self->last, update);
  if (self->place != NULL && g_strcmp0 (self->last.id, self->place->id) == 0)
    self->n_known = self->n_seen;
  tm_update_free (update);
}

static void
hand_on (TmUpdate *update, gpointer user_data)
{
  Walk *self = user_data;
  g_autoptr (TmUpdate) owned = update;

  self->n_seen++;
  if (self->has_stopped || self->n_seen <= self->n_known)
    return;
  if (self->is_by_time && update_get_usec (owned) <= self->place->end_usec)
    return;

  self->has_stopped = !self->take (g_steal_pointer (&owned), self->user_data);
}

/* NULL: there is none. */
static GBytes *
load (const UpdateHistory *self, const char *root, guint generation)
{
  static const char *const packings[] = { "", ".gz" };
  g_autofree char *live = g_strconcat (root != NULL ? root : "", self->path, NULL);

  if (generation == 0)
    return update_read_file (live, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (packings); i++)
    {
      g_autofree char *number = g_strdup_printf (".%u", generation);
      g_autofree char *file = g_strconcat (live, number, packings[i], NULL);
      GBytes *bytes = update_read_file (file, NULL);

      if (bytes != NULL)
        return bytes;
    }

  return NULL;
}

static gboolean
walk_database (const UpdateHistory *self,
               const char *root,
               const TmUpdateRules *rules,
               TmUpdateFunc take,
               Walk *walk)
{
  g_autofree char *file = g_strconcat (root != NULL ? root : "", self->path, NULL);

  return update_dnf_read (file, rules, take, walk, NULL);
}

/* FALSE: there is no such file. */
static gboolean
walk (const UpdateHistory *self,
      const char *root,
      guint generation,
      const TmUpdateRules *rules,
      TmUpdateFunc take,
      Walk *walk)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_local ();
  g_autoptr (GBytes) bytes = NULL;
  TmUpdateLog log = {
    .is_whole = generation > 0,
    .zone = zone,
    .rules = rules,
    .take = take,
    .user_data = walk,
  };

  walk->n_seen = 0;
  if (self->is_database)
    return generation == 0 && walk_database (self, root, rules, take, walk);

  bytes = load (self, root, generation);
  if (bytes == NULL)
    return FALSE;
  log.text = g_bytes_get_data (bytes, &log.n_bytes);
  self->read_text (&log);
  return TRUE;
}

void
update_history_find_end (const UpdateHistory *self,
                         const char *root,
                         const TmUpdateRules *rules,
                         UpdatePlace *out_place)
{
  Walk found = { 0 };

  for (guint i = 0; i <= MAX_GENERATION && found.last.id == NULL; i++)
    walk (self, root, i, rules, look, &found);

  *out_place = found.last;
}

/* The youngest file that has the place, and how many in it are known; -1: none has. */
static int
find (const UpdateHistory *self,
      const char *root,
      const TmUpdateRules *rules,
      const UpdatePlace *place,
      guint *out_n_known)
{
  for (guint i = 0; i <= MAX_GENERATION && place->id != NULL; i++)
    {
      Walk found = { .place = place };

      if (!walk (self, root, i, rules, look, &found))
        continue;
      update_place_clear (&found.last);
      *out_n_known = found.n_known;
      if (found.n_known > 0)
        return (int) i;
    }

  return -1;
}

gboolean
update_history_read (const UpdateHistory *self,
                     const char *root,
                     const TmUpdateRules *rules,
                     const UpdatePlace *place,
                     UpdateNewFunc take,
                     gpointer user_data)
{
  const UpdatePlace from = { g_strdup (place->id), place->end_usec };
  Walk new = { .place = &from, .take = take, .user_data = user_data };
  int generation = find (self, root, rules, &from, &new.n_known);

  if (generation < 0)
    {
      generation = MAX_GENERATION;
      new.n_known = 0;
      new.is_by_time = from.id != NULL;
    }
  for (int i = generation; i >= 0 && !new.has_stopped; i--)
    {
      walk (self, root, (guint) i, rules, hand_on, &new);
      new.n_known = 0;
    }

  g_free (from.id);
  return !new.has_stopped;
}
