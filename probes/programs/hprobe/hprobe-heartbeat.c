/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See hprobe-heartbeat.h. */
#include "hprobe-heartbeat.h"

#include <json-glib/json-glib.h>
#include <string.h>
#include <time.h>

#include "tm-probe-boot.h"
#include "tm-probe-drops.h"

/* The state: what was told, by probe; and a heartbeat that may not have been taken. */
#define GROUP_TOLD "told"
#define GROUP_NOTED "noted"
#define GROUP_NOTED_DROPS "noted drops"
#define KEY_KEY "key"
#define KEY_MADE "made"
#define KEY_PAYLOAD "payload"
#define KEY_ASKED                                                                                  \
  "asked" /* when it was handed over first, if it may have been taken then; 0: never */

/* The service knows a heartbeat again for seven days. One that was in doubt for longer than this
 * would be told twice, and nobody could see it. */
#define MAX_DOUBT_USEC (6 * 24 * 3600 * (gint64) G_USEC_PER_SEC)

static const TmProbeInfo info = {
  .name = "hprobe",
  .category = TM_PROBE_CATEGORY_HEARTBEAT,
};

struct _Heartbeat
{
  TmProbe *probe;
  GHashTable *given; /* (nullable) (element-type utf8 TmDropCounts): to be told as they are */
  gboolean may_note;
  char *payload;
  char *key; /* (nullable) */
  gint64 made_usec;
  gboolean is_first; /* never handed over before, or certainly not taken */
};

static void
clear (Heartbeat *self)
{
  g_clear_pointer (&self->payload, g_free);
  g_clear_pointer (&self->key, g_free);
  self->made_usec = 0;
  self->is_first = FALSE;
}

void
heartbeat_free (Heartbeat *self)
{
  clear (self);
  g_clear_pointer (&self->given, g_hash_table_unref);
  tm_probe_free (self->probe);
  g_free (self);
}

Heartbeat *
heartbeat_new (const char *root, const char *input, GError **error)
{
  g_autoptr (Heartbeat) self = g_new0 (Heartbeat, 1);

  self->probe = tm_probe_new_plain (&info, root);
  if (input != NULL)
    {
      self->given = tm_probe_read_drops (input, error);
      return self->given != NULL ? g_steal_pointer (&self) : NULL;
    }

  /* Without an agreement to the heartbeat nothing is counted and nothing noted. */
  self->may_note = tm_probe_may_observe (self->probe) && tm_probe_get_since (self->probe) != 0;
  return g_steal_pointer (&self);
}

static GKeyFile *
load_state (Heartbeat *self)
{
  g_autofree char *text = self->may_note ? tm_probe_load_state (self->probe) : NULL;
  GKeyFile *state = g_key_file_new ();

  if (text != NULL)
    g_key_file_load_from_data (state, text, strlen (text), G_KEY_FILE_NONE, NULL);
  return state;
}

static gboolean
save_state (Heartbeat *self, GKeyFile *state, GError **error)
{
  g_autofree char *text = g_key_file_to_data (state, NULL, NULL);

  return tm_probe_save_state (self->probe, text, error);
}

static TmDropCounts *
read_told (GKeyFile *state, const char *probe)
{
  g_autofree char *line = g_key_file_get_string (state, GROUP_TOLD, probe, NULL);

  return line != NULL ? tm_drop_counts_parse (line) : NULL;
}

static void
add_counts (JsonBuilder *builder, const char *probe, const TmDropCounts *counts)
{
  g_autoptr (GList) reasons = tm_drop_counts_get_reasons (counts);

  if (reasons == NULL)
    return;

  json_builder_set_member_name (builder, probe);
  json_builder_begin_object (builder);
  for (const GList *l = reasons; l != NULL; l = l->next)
    {
      json_builder_set_member_name (builder, l->data);
      json_builder_add_int_value (builder, (gint64) tm_drop_counts_get (counts, l->data));
    }
  json_builder_end_object (builder);
}

/* What is new since it was told. */
static void
add_drops (JsonBuilder *builder, GKeyFile *state, GHashTable *drops)
{
  g_autoptr (GList) probes = g_list_sort (g_hash_table_get_keys (drops), (GCompareFunc) strcmp);

  json_builder_set_member_name (builder, "drops");
  json_builder_begin_object (builder);
  for (const GList *l = probes; l != NULL; l = l->next)
    {
      g_autoptr (TmDropCounts) told = read_told (state, l->data);
      g_autoptr (TmDropCounts) more =
          tm_drop_counts_subtract (g_hash_table_lookup (drops, l->data), told);

      add_counts (builder, l->data, more);
    }
  json_builder_end_object (builder);
}

/* drops: (nullable): it says nothing about counts. */
static char *
make_payload (Heartbeat *self, GKeyFile *state, GHashTable *drops)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *build = tm_probe_boot_read_build (self->probe);
  struct timespec uptime = { 0 };

  clock_gettime (CLOCK_BOOTTIME, &uptime);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "build");
  json_builder_add_string_value (builder, build);
  json_builder_set_member_name (builder, "uptime_seconds");
  json_builder_add_int_value (builder, uptime.tv_sec);
  if (drops != NULL)
    add_drops (builder, state, drops);
  json_builder_end_object (builder);
  node = json_builder_get_root (builder);
  return json_to_string (node, FALSE);
}

char *
heartbeat_preview (Heartbeat *self)
{
  g_autoptr (GKeyFile) state = load_state (self);
  g_autoptr (GHashTable) drops =
      self->given != NULL ? g_hash_table_ref (self->given) : tm_probe_list_drops (self->probe);

  return make_payload (self, state, drops);
}

/* One that was noted, and whose fate nobody knows. */
static gboolean
load_noted (Heartbeat *self, GKeyFile *state)
{
  gint64 made_usec = g_key_file_get_int64 (state, GROUP_NOTED, KEY_MADE, NULL);

  self->key = g_key_file_get_string (state, GROUP_NOTED, KEY_KEY, NULL);
  self->payload = g_key_file_get_string (state, GROUP_NOTED, KEY_PAYLOAD, NULL);
  /* A wall clock that was set back: then it counts as now. */
  self->made_usec = made_usec <= g_get_real_time () ? made_usec : 0;
  if (self->key != NULL && self->payload != NULL)
    return TRUE;

  clear (self);
  return FALSE;
}

static void
note_drops (GKeyFile *state, GHashTable *drops)
{
  GHashTableIter iter;
  gpointer probe, counts;

  g_key_file_remove_group (state, GROUP_NOTED_DROPS, NULL);
  g_hash_table_iter_init (&iter, drops);
  while (g_hash_table_iter_next (&iter, &probe, &counts))
    {
      g_autofree char *line = tm_drop_counts_to_line (counts);

      g_key_file_set_string (state, GROUP_NOTED_DROPS, probe, line);
    }
}

static void
note_new (Heartbeat *self, GKeyFile *state)
{
  g_autoptr (GHashTable) drops = tm_probe_list_drops (self->probe);
  g_autofree char *uuid = g_uuid_string_random ();

  self->payload = make_payload (self, state, drops);
  self->key = g_strconcat ("heartbeat-", uuid, NULL);
  note_drops (state, drops);
  g_key_file_set_string (state, GROUP_NOTED, KEY_KEY, self->key);
  g_key_file_set_string (state, GROUP_NOTED, KEY_PAYLOAD, self->payload);
  g_key_file_set_int64 (state, GROUP_NOTED, KEY_MADE, g_get_real_time ());
}

/* All that the probes had counted when it was made is told now. */
static void
move_told (GKeyFile *state)
{
  g_auto (GStrv) probes = g_key_file_get_keys (state, GROUP_NOTED_DROPS, NULL, NULL);

  g_key_file_remove_group (state, GROUP_TOLD, NULL);
  for (guint i = 0; probes != NULL && probes[i] != NULL; i++)
    {
      g_autofree char *line = g_key_file_get_string (state, GROUP_NOTED_DROPS, probes[i], NULL);

      g_key_file_set_string (state, GROUP_TOLD, probes[i], line);
    }
}

static void
forget_noted (GKeyFile *state)
{
  g_key_file_remove_group (state, GROUP_NOTED, NULL);
  g_key_file_remove_group (state, GROUP_NOTED_DROPS, NULL);
}

/* One of which nobody can find out any more whether it was taken counts as taken. */
static void
end_doubt (GKeyFile *state)
{
  gint64 asked_usec = g_key_file_get_int64 (state, GROUP_NOTED, KEY_ASKED, NULL);

  if (asked_usec == 0 || g_get_real_time () - asked_usec < MAX_DOUBT_USEC)
    return;

  move_told (state);
  forget_noted (state);
}

static gboolean
note (Heartbeat *self, GError **error)
{
  g_autoptr (GKeyFile) state = load_state (self);

  end_doubt (state);
  if (!load_noted (self, state))
    note_new (self, state);
  self->is_first = g_key_file_get_int64 (state, GROUP_NOTED, KEY_ASKED, NULL) == 0;
  if (!self->is_first)
    return TRUE;

  g_key_file_set_int64 (state, GROUP_NOTED, KEY_ASKED, g_get_real_time ());
  return save_state (self, state, error);
}

gboolean
heartbeat_prepare (Heartbeat *self, GError **error)
{
  g_autoptr (GKeyFile) nothing_told = g_key_file_new ();
  gboolean done = FALSE;

  clear (self);
  if (self->may_note && tm_probe_lock_state (self->probe, error))
    {
      done = note (self, error);
      tm_probe_unlock_state (self->probe);
    }
  if (done)
    return TRUE;

  clear (self);
  self->payload = make_payload (self, nothing_told, self->given);
  return !self->may_note;
}

const char *
heartbeat_get_payload (Heartbeat *self)
{
  return self->payload;
}

const char *
heartbeat_get_key (Heartbeat *self)
{
  return self->key;
}

gint64
heartbeat_get_made_usec (Heartbeat *self)
{
  return self->made_usec;
}

static gboolean
settle_noted (Heartbeat *self, HeartbeatFate fate, GError **error)
{
  g_autoptr (GKeyFile) state = load_state (self);
  g_autofree char *key = g_key_file_get_string (state, GROUP_NOTED, KEY_KEY, NULL);

  /* Another heartbeat settled it. */
  if (g_strcmp0 (key, self->key) != 0)
    return TRUE;

  if (fate == HEARTBEAT_TAKEN)
    move_told (state);
  if (fate == HEARTBEAT_NOT_TAKEN)
    g_key_file_set_int64 (state, GROUP_NOTED, KEY_ASKED, 0);
  else
    forget_noted (state);
  return save_state (self, state, error);
}

gboolean
heartbeat_settle (Heartbeat *self, HeartbeatFate fate, GError **error)
{
  gboolean done;

  /* That it was not taken now says nothing of the time before. */
  if (self->key == NULL || (fate == HEARTBEAT_NOT_TAKEN && !self->is_first))
    return TRUE;
  if (!tm_probe_lock_state (self->probe, error))
    return FALSE;

  done = settle_noted (self, fate, error);
  tm_probe_unlock_state (self->probe);
  return done;
}
