/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What dnf 4 writes into dnf.rpm.log. Of a system that is there its history is read, which knows
 * more: a dnf that was killed has left nothing here that says so, and another dnf that starts
 * meanwhile cuts a transaction in two. This is for a log that somebody brings:
 *
 *   2026-11-22T13:44:18+0000 INFO --- logging initialized ---
 *   2026-11-22T13:44:30+0000 SUBDEBUG Upgrade: fedora-release-common-40-40.noarch
 *   2026-11-22T13:44:31+0000 ERROR Error unpacking rpm package bash-5.2-1.x86_64
 *   2026-11-22T13:44:34+0000 SUBDEBUG Upgraded: fedora-release-common-40-39.noarch
 *
 * A start of dnf under which no package changed and nothing failed was no transaction.
 */
#include "tm-update-log.h"

#include <string.h>

#define NAME_MAX_BYTES 255

typedef struct
{
  const TmUpdateLog *log;
  TmUpdate *update; /* (nullable) */
} Reader;

/* The new packages; the lines on the old ones, with their names in the past tense, repeat them. */
static const TmUpdateAction actions[] = {
  { "SUBDEBUG Installed: ", G_STRUCT_OFFSET (TmUpdate, n_installed) },
  { "SUBDEBUG Upgrade: ", G_STRUCT_OFFSET (TmUpdate, n_upgraded) },
  { "SUBDEBUG Downgrade: ", G_STRUCT_OFFSET (TmUpdate, n_upgraded) },
  { "SUBDEBUG Reinstall: ", G_STRUCT_OFFSET (TmUpdate, n_upgraded) },
  { "SUBDEBUG Erase: ", G_STRUCT_OFFSET (TmUpdate, n_removed) },
  { "SUBDEBUG Obsoleted: ", G_STRUCT_OFFSET (TmUpdate, n_removed) },
  { NULL, 0 },
};

static void
take (Reader *self)
{
  TmUpdate *update = g_steal_pointer (&self->update);

  if (update == NULL)
    return;
  if (update->n_installed + update->n_upgraded + update->n_removed == 0 &&
      update->error == TM_UPDATE_ERROR_NONE)
    tm_update_free (update);
  else
    self->log->take (update, self->log->user_data);
}

/* "name-version-release.arch", with an epoch before the name, or none: cut at the second hyphen
 * from the right. NULL: this is no package. */
static char *
split_package (const TmUpdateSlice *value, char **out_version)
{
  g_autofree char *package = g_strndup (value->text, MIN (value->n_bytes, NAME_MAX_BYTES));
  char *release = strrchr (package, '-');
  char *version;
  char *dot;

  if (release == NULL)
    return NULL;
  *release = '\0';
  version = strrchr (package, '-');
  if (version == NULL || version == package)
    return NULL;
  *version++ = '\0';
  dot = strrchr (release + 1, '.');
  if (dot != NULL)
    *dot = '\0';
  *out_version = g_strdup_printf ("%s-%s", version, release + 1);
  return g_steal_pointer (&package);
}

static void
note_package (Reader *self, const TmUpdateSlice *value, gboolean is_new)
{
  g_autofree char *version = NULL;
  g_autofree char *package = split_package (value, &version);
  char **place = is_new ? &self->update->to : &self->update->from;

  if (package == NULL)
    return;
  if (is_new)
    tm_update_rules_note_name (self->log->rules, package, self->update);
  if (*place != NULL || !tm_update_rules_is_build (self->log->rules, package))
    return;

  const TmUpdateSlice build = { version, strlen (version) };
  *place = tm_update_slice_to_build (&build);
}

static void
read_event (Reader *self, const TmUpdateSlice *event)
{
  TmUpdateSlice value;
  guint *count;

  count = tm_update_action_find (actions, self->update, event, &value);
  if (count != NULL)
    {
      (*count)++;
      note_package (self, &value, TRUE);
    }
  if (tm_update_slice_skip (event, "SUBDEBUG Upgraded: ", &value))
    note_package (self, &value, FALSE);
  if (tm_update_slice_skip (event, "ERROR ", &value) && self->update->error == TM_UPDATE_ERROR_NONE)
    self->update->error = tm_update_error_from_text (value.text, value.n_bytes);
}

static gint64
parse_time (const TmUpdateSlice *line, GTimeZone *zone, const char *space)
{
  g_autofree char *text = g_strndup (line->text, space - line->text);
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, zone);

  return time == NULL ? 0 : g_date_time_to_unix (time) * G_USEC_PER_SEC;
}

static void
read_line (gpointer reader, const TmUpdateSlice *line)
{
  Reader *self = reader;
  const char *space = memchr (line->text, ' ', line->n_bytes);
  TmUpdateSlice event, rest;
  gint64 now_usec;

  if (space == NULL)
    return;
  now_usec = parse_time (line, self->log->zone, space);
  if (now_usec == 0)
    return;

  event = (TmUpdateSlice){ space + 1, line->text + line->n_bytes - space - 1 };
  if (tm_update_slice_skip (&event, "INFO --- logging initialized ---", &rest))
    {
      take (self);
      self->update = tm_update_new ("dnf");
      self->update->begin_usec = now_usec;
    }
  if (self->update == NULL)
    return;

  self->update->end_usec = now_usec;
  tm_update_mix (self->update, line->text, line->n_bytes);
  read_event (self, &event);
}

void
tm_update_log_read_dnf (const TmUpdateLog *self)
{
  Reader reader = { .log = self };

  tm_update_log_for_each_line (self, read_line, &reader);

  if (self->is_whole)
    take (&reader);
  g_clear_pointer (&reader.update, tm_update_free);
}
