/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * apt's history: paragraphs like
 *
 *   Start-Date: 2026-11-22  13:44:18
 *   Commandline: apt-get install ccache          (never looked at)
 *   Requested-By: alice (1000)                   (never looked at)
 *   Install: libhiredis0.14:amd64 (0.14.1-3, automatic), ccache:amd64 (4.7.5-1)
 *   Upgrade: base-files:amd64 (12.4, 12.5)
 *   Error: Sub-process /usr/bin/dpkg returned an error code (1)
 *   End-Date: 2026-11-22  13:44:34
 *
 * A paragraph without its end, behind which another one begins, was interrupted.
 */
#include "tm-update-log.h"

#include <stdio.h>
#include <string.h>

typedef struct
{
  const TmUpdateLog *log;
  TmUpdate *update; /* (nullable): the paragraph that is open */
} Reader;

static const TmUpdateAction actions[] = {
  { "Install: ", G_STRUCT_OFFSET (TmUpdate, n_installed) },
  { "Reinstall: ", G_STRUCT_OFFSET (TmUpdate, n_upgraded) },
  { "Upgrade: ", G_STRUCT_OFFSET (TmUpdate, n_upgraded) },
  { "Downgrade: ", G_STRUCT_OFFSET (TmUpdate, n_upgraded) },
  { "Remove: ", G_STRUCT_OFFSET (TmUpdate, n_removed) },
  { "Purge: ", G_STRUCT_OFFSET (TmUpdate, n_removed) },
  { "Disappeared: ", G_STRUCT_OFFSET (TmUpdate, n_removed) },
  { NULL, 0 },
};

static gint64
parse_time (const TmUpdateSlice *value, GTimeZone *zone)
{
  g_autofree char *text = g_strndup (value->text, value->n_bytes);
  g_autoptr (GDateTime) time = NULL;
  int year, month, day, hour, minute, second;

  if (sscanf (text, "%4d-%2d-%2d %2d:%2d:%2d", &year, &month, &day, &hour, &minute, &second) != 6)
    return 0;

  time = g_date_time_new (zone, year, month, day, hour, minute, second);
  return time == NULL ? 0 : g_date_time_to_unix (time) * G_USEC_PER_SEC;
}

static void
take (Reader *self)
{
  self->log->take (g_steal_pointer (&self->update), self->log->user_data);
}

/* It has no end; but it may have a reason why, as where the disk was too full for the rest. */
static void
take_interrupted (Reader *self)
{
  if (self->update->error == TM_UPDATE_ERROR_NONE)
    self->update->error = TM_UPDATE_ERROR_INTERRUPTED;
  take (self);
}

/* versions: "1.0, 1.1". */
static void
note_build (TmUpdate *update, const TmUpdateSlice *versions)
{
  const char *comma = memmem (versions->text, versions->n_bytes, ", ", 2);
  gsize n_bytes = comma == NULL ? versions->n_bytes : (gsize) (comma - versions->text);
  const TmUpdateSlice from = { versions->text, n_bytes };
  TmUpdateSlice to;

  if (comma == NULL || update->from != NULL || update->to != NULL)
    return;

  to = (TmUpdateSlice){ comma + 2, versions->n_bytes - n_bytes - 2 };
  update->from = tm_update_slice_to_build (&from);
  update->to = tm_update_slice_to_build (&to);
}

/* name: "base-files:amd64 ". */
static void
note_package (Reader *self,
              const TmUpdateSlice *name,
              const TmUpdateSlice *versions,
              gboolean is_upgrade)
{
  g_autofree char *package = g_strndup (name->text, name->n_bytes);

  package[strcspn (package, ": ")] = '\0';
  tm_update_rules_note_name (self->log->rules, package, self->update);
  if (is_upgrade && tm_update_rules_is_build (self->log->rules, package))
    note_build (self->update, versions);
}

/* is_upgrade: it has two versions of each; else behind the comma is why it was installed. */
static guint
read_packages (Reader *self, TmUpdateSlice list, gboolean is_upgrade)
{
  const char *at = list.text;
  const char *end = at + list.n_bytes;
  guint n_packages = 0;

  while (at < end)
    {
      const char *open = memchr (at, '(', end - at);
      const char *close = open == NULL ? NULL : memchr (open, ')', end - open);
      if (close == NULL)
        break;

      const TmUpdateSlice name = { at, open - at };
      const TmUpdateSlice versions = { open + 1, close - open - 1 };
      note_package (self, &name, &versions, is_upgrade);
      n_packages++;
      at = close + 1;
      while (at < end && (*at == ',' || *at == ' '))
        at++;
    }

  return n_packages;
}

static void
begin (Reader *self, const TmUpdateSlice *line, const TmUpdateSlice *value)
{
  if (self->update != NULL)
    take_interrupted (self);

  self->update = tm_update_new ("apt");
  self->update->begin_usec = parse_time (value, self->log->zone);
  tm_update_mix (self->update, line->text, line->n_bytes);
}

static void
read_line (gpointer reader, const TmUpdateSlice *line)
{
  Reader *self = reader;
  TmUpdateSlice value;
  guint *count;

  if (tm_update_slice_skip (line, "Start-Date: ", &value))
    {
      begin (self, line, &value);
      return;
    }
  if (self->update == NULL)
    return;

  tm_update_mix (self->update, line->text, line->n_bytes);
  if (tm_update_slice_skip (line, "Error: ", &value))
    self->update->error = tm_update_error_from_text (value.text, value.n_bytes);
  count = tm_update_action_find (actions, self->update, line, &value);
  if (count != NULL)
    *count += read_packages (self, value, count == &self->update->n_upgraded);
  if (tm_update_slice_skip (line, "End-Date: ", &value))
    {
      self->update->end_usec = parse_time (&value, self->log->zone);
      take (self);
    }
}

void
tm_update_log_read_apt (const TmUpdateLog *self)
{
  Reader reader = { .log = self };

  tm_update_log_for_each_line (self, read_line, &reader);

  if (reader.update != NULL && self->is_whole)
    take_interrupted (&reader);
  g_clear_pointer (&reader.update, tm_update_free);
}
