/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-journal-report.h. */
#include "tm-journal-report.h"

#include <string.h>

#include "tm-unit.h"

#define ID_CHARACTERS 32

/* What is looked through for what must not leave: more than may leave, so that nothing of it stands
 * cut in two, and no longer found, at the end of what does. */
#define MAX_SEARCHED (4 * TM_JOURNAL_REPORT_MAX_VALUE)
/* At the end of what was searched something may be cut in two. */
#define MAX_SECRET 1024
/* What redactions may make of it. */
#define MAX_REDACTED (64 * 1024)

void
tm_journal_report_clear (TmJournalReport *self)
{
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->group, g_free);
  g_clear_pointer (&self->exact, g_free);
  g_clear_pointer (&self->payload, json_node_unref);
}

/* Takes ownership of object. */
static void
set_payload (TmJournalReport *self, JsonObject *object)
{
  self->payload = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (self->payload, object);
}

void
tm_journal_report_init_failure (TmJournalReport *self,
                                const TmJournalFailure *failure,
                                const char *unit)
{
  JsonObject *object = json_object_new ();

  tm_unit_add_failure (object, unit, failure->result);
  if (failure->exit_code != NULL)
    {
      json_object_set_string_member (object, "exit_code", failure->exit_code);
      json_object_set_int_member (object, "exit_status", failure->exit_status);
    }
  json_object_set_int_member (object, "restarts", (gint64) failure->n_restarts);
  set_payload (self, object);
  self->title = tm_unit_get_title (unit, failure->result);
  self->group = tm_unit_get_hash (self->title);
  self->exact = g_strdup (self->group);
}

/* Returns whether it was cut. */
static gboolean
cut (char *text, gsize max_bytes)
{
  if (strlen (text) <= max_bytes)
    return FALSE;

  *g_utf8_find_prev_char (text, text + max_bytes + 1) = '\0';
  return TRUE;
}

/* NULL: one of the patterns cannot be applied, so nothing may leave. */
static char *
redact (const TmJournalRule *rule, const char *text)
{
  char *current = g_strdup (text);

  for (guint i = 0; current != NULL && i < rule->redactions->len; i++)
    {
      g_autofree char *before = current;

      current = NULL;
      if (strlen (before) <= MAX_REDACTED)
        current = g_regex_replace_literal (g_ptr_array_index (rule->redactions, i), before, -1, 0,
                                           "[redacted]", 0, NULL);
    }

  return current;
}

/* What the rule cuts out comes first: its patterns see what was there. Returns whether the value is
 * not whole. */
static gboolean
add_field (JsonObject *fields,
           const TmJournalRule *rule,
           const char *name,
           const char *value,
           TmOopsScrubber *scrubber)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);
  gboolean is_cut = cut (valid, MAX_SEARCHED);
  g_autofree char *redacted = redact (rule, valid);
  g_autofree char *clean = NULL;

  if (redacted == NULL)
    {
      json_object_set_string_member (fields, name, "[redacted]");
      return is_cut;
    }

  is_cut |= cut (redacted, MAX_SEARCHED);
  clean = tm_oops_scrubber_clean (scrubber, redacted);
  if (is_cut)
    cut (clean, strlen (clean) - MIN (strlen (clean), MAX_SECRET));
  is_cut |= cut (clean, TM_JOURNAL_REPORT_MAX_VALUE);
  json_object_set_string_member (fields, name, clean);
  return is_cut;
}

static void
add_fields (JsonObject *object,
            const TmJournalRule *rule,
            const TmJournalEntry *entry,
            TmOopsScrubber *scrubber)
{
  JsonObject *fields = json_object_new ();
  gboolean is_cut = FALSE;

  for (guint i = 0; i < rule->fields->len; i++)
    {
      const char *name = g_ptr_array_index (rule->fields, i);
      g_autofree char *value = tm_journal_entry_get (entry, name);

      if (value != NULL)
        is_cut |= add_field (fields, rule, name, value, scrubber);
    }

  json_object_set_object_member (object, "fields", fields);
  if (is_cut)
    json_object_set_boolean_member (object, "cut", TRUE);
}

/* (transfer full) (nullable): 32 hex digits, or nothing. */
static char *
get_message_id (const TmJournalEntry *entry)
{
  g_autofree char *id = tm_journal_entry_get (entry, "MESSAGE_ID");

  return id != NULL && strlen (id) == ID_CHARACTERS &&
                 strspn (id, "0123456789abcdef") == ID_CHARACTERS
             ? g_steal_pointer (&id)
             : NULL;
}

void
tm_journal_report_init_match (TmJournalReport *self,
                              const TmJournalRule *rule,
                              const TmJournalEntry *entry,
                              const char *unit,
                              TmOopsScrubber *scrubber)
{
  JsonObject *object = json_object_new ();
  g_autofree char *message_id = get_message_id (entry);
  g_autofree char *same = NULL;

  tm_unit_add_signature (object, rule->title);
  json_object_set_string_member (object, "rule", rule->id);
  if (unit != NULL)
    json_object_set_string_member (object, "unit", unit);
  if (message_id != NULL)
    json_object_set_string_member (object, "message_id", message_id);
  add_fields (object, rule, entry, scrubber);
  json_object_set_string_member (object, "text", rule->title);
  set_payload (self, object);

  same = g_strjoin ("|", rule->id, rule->title, unit != NULL ? unit : "",
                    message_id != NULL ? message_id : "", NULL);
  self->title = g_strdup (rule->title);
  self->group = tm_unit_get_hash (rule->title);
  self->exact = tm_unit_get_hash (same);
}
