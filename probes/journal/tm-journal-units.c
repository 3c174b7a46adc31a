/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-journal-units.h. */
#include "tm-journal-units.h"

#include <string.h>

#include "tm-unit.h"

#define ID_FAILED "d9b373ed55a64feb8242e02dbe79a49c"
#define ID_EXITED "98e322203f7a4ed290d09fe03c09fe15"
#define ID_RESTART "5eb03494b6584870a536b337290809b3"
#define ID_STARTED "b07a249cd024414a82dd00cd181378ff"

const char *const tm_journal_units_message_ids[] = { ID_FAILED, ID_EXITED, ID_RESTART, ID_STARTED,
                                                     NULL };

/* What was heard of a unit before it fails. */
typedef struct
{
  char *name;
  char *invocation; /* (nullable): of the exit */
  char *exit_code;  /* (nullable) */
  gint64 exit_status;
  guint64 n_restarts;
} Unit;

struct _TmJournalUnits
{
  GPtrArray *units; /* (element-type Unit) */
};

static void
unit_free (gpointer data)
{
  Unit *self = data;

  g_free (self->name);
  g_free (self->invocation);
  g_free (self->exit_code);
  g_free (self);
}

void
tm_journal_failure_clear (TmJournalFailure *self)
{
  g_clear_pointer (&self->unit, g_free);
  g_clear_pointer (&self->exit_code, g_free);
}

TmJournalUnits *
tm_journal_units_new (void)
{
  TmJournalUnits *self = g_new0 (TmJournalUnits, 1);

  self->units = g_ptr_array_new_with_free_func (unit_free);
  return self;
}

void
tm_journal_units_free (TmJournalUnits *self)
{
  g_ptr_array_unref (self->units);
  g_free (self);
}

static gboolean
has_value (const TmJournalEntry *entry, const char *field, const char *value)
{
  g_autofree char *text = tm_journal_entry_get (entry, field);

  return g_strcmp0 (text, value) == 0;
}

/* Fields that begin with an underscore come from journald, which has them from the kernel. */
static gboolean
is_genuine (const TmJournalEntry *entry)
{
  return has_value (entry, "_PID", "1") && has_value (entry, "_COMM", "systemd");
}

static Unit *
find (TmJournalUnits *self, const char *name)
{
  Unit *unit;

  for (guint i = 0; i < self->units->len; i++)
    {
      unit = g_ptr_array_index (self->units, i);
      if (strcmp (unit->name, name) == 0)
        return unit;
    }

  if (self->units->len == TM_JOURNAL_UNITS_MAX)
    g_ptr_array_remove_index (self->units, 0);
  unit = g_new0 (Unit, 1);
  unit->name = g_strdup (name);
  g_ptr_array_add (self->units, unit);
  return unit;
}

static void
note_exit (Unit *unit, const TmJournalEntry *entry)
{
  static const char *const codes[] = { "exited", "killed", "dumped", NULL };
  g_autofree char *code = tm_journal_entry_get (entry, "EXIT_CODE");
  g_autofree char *status = tm_journal_entry_get (entry, "EXIT_STATUS");

  g_clear_pointer (&unit->exit_code, g_free);
  g_clear_pointer (&unit->invocation, g_free);
  if (code == NULL || status == NULL || !g_strv_contains (codes, code) ||
      !g_ascii_string_to_signed (status, 10, 0, 255, &unit->exit_status, NULL))
    return;

  unit->exit_code = g_steal_pointer (&code);
  unit->invocation = tm_journal_entry_get (entry, "INVOCATION_ID");
}

static void
note_restart (Unit *unit, const TmJournalEntry *entry)
{
  g_autofree char *number = tm_journal_entry_get (entry, "N_RESTARTS");

  if (number != NULL)
    g_ascii_string_to_unsigned (number, 10, 0, G_MAXUINT32, &unit->n_restarts, NULL);
}

static void
describe (Unit *unit, const TmJournalEntry *entry, TmJournalFailure *out_failure)
{
  g_autofree char *result = tm_journal_entry_get (entry, "UNIT_RESULT");
  g_autofree char *invocation = tm_journal_entry_get (entry, "INVOCATION_ID");

  *out_failure = (TmJournalFailure){
    .unit = g_strdup (unit->name),
    .result = tm_unit_get_result (result),
    .n_restarts = unit->n_restarts,
  };
  /* The exit of another run says nothing about this one. */
  if (unit->exit_code != NULL && g_strcmp0 (invocation, unit->invocation) == 0)
    {
      out_failure->exit_code = g_steal_pointer (&unit->exit_code);
      out_failure->exit_status = unit->exit_status;
    }
  g_clear_pointer (&unit->exit_code, g_free);
}

TmJournalUnitsNews
tm_journal_units_take (TmJournalUnits *self,
                       const TmJournalEntry *entry,
                       TmJournalFailure *out_failure)
{
  g_autofree char *id = tm_journal_entry_get (entry, "MESSAGE_ID");
  g_autofree char *name = NULL;

  if (id == NULL || !g_strv_contains (tm_journal_units_message_ids, id) || !is_genuine (entry))
    return TM_JOURNAL_UNITS_NOTHING;
  if (strcmp (id, ID_STARTED) == 0)
    return TM_JOURNAL_UNITS_STARTED;

  /* Of units of people, systemd's own process for each of them tells, as USER_UNIT. */
  name = tm_journal_entry_get (entry, "UNIT");
  if (name == NULL || !tm_unit_is_name (name))
    return TM_JOURNAL_UNITS_NOTHING;

  if (strcmp (id, ID_EXITED) == 0)
    note_exit (find (self, name), entry);
  else if (strcmp (id, ID_RESTART) == 0)
    note_restart (find (self, name), entry);
  else
    describe (find (self, name), entry, out_failure);
  return strcmp (id, ID_FAILED) == 0 ? TM_JOURNAL_UNITS_FAILED : TM_JOURNAL_UNITS_NOTHING;
}
