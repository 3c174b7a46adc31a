/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-journal-export.h. */
#include "tm-journal-export.h"

#include <string.h>

typedef struct
{
  const char *name;
  gsize n_name;
  const char *value;
  gsize n_value;
} Field;

struct _TmJournalExport
{
  const char *next;
  const char *end;
  GArray *fields; /* (element-type Field): of this entry */
  gboolean is_cut;
};

TmJournalExport *
tm_journal_export_new (const char *text, gsize n_bytes)
{
  TmJournalExport *self = g_new0 (TmJournalExport, 1);

  self->next = text;
  self->end = text + n_bytes;
  self->fields = g_array_new (FALSE, FALSE, sizeof (Field));
  return self;
}

void
tm_journal_export_free (TmJournalExport *self)
{
  g_array_unref (self->fields);
  g_free (self);
}

static char *
get_text (gpointer source, const char *name)
{
  const TmJournalExport *self = source;
  gsize n_name = strlen (name);

  for (guint i = 0; i < self->fields->len; i++)
    {
      const Field *field = &g_array_index (self->fields, Field, i);

      if (field->n_name == n_name && memcmp (field->name, name, n_name) == 0)
        return field->n_value <= TM_JOURNAL_ENTRY_MAX_VALUE &&
                       memchr (field->value, '\0', field->n_value) == NULL
                   ? g_strndup (field->value, field->n_value)
                   : NULL;
    }

  return NULL;
}

/* Behind the name's line end. FALSE: there is less than it says. */
static gboolean
take_binary (TmJournalExport *self, Field *field)
{
  guint64 n_value;
  gsize n_left = self->end - self->next;

  if (n_left < sizeof n_value)
    return FALSE;

  memcpy (&n_value, self->next, sizeof n_value);
  n_value = GUINT64_FROM_LE (n_value);
  n_left -= sizeof n_value;
  if (n_value >= n_left)
    return FALSE;

  field->value = self->next + sizeof n_value;
  field->n_value = n_value;
  self->next = field->value + n_value + 1;
  return TRUE;
}

/* A line that is not empty. FALSE: the text ends in it. */
static gboolean
take_field (TmJournalExport *self, const char *line_end)
{
  const char *line = self->next;
  const char *sign = memchr (line, '=', line_end - line);
  Field field = { .name = line };

  self->next = line_end + (line_end < self->end);
  if (sign != NULL)
    {
      field.n_name = sign - line;
      field.value = sign + 1;
      field.n_value = line_end - field.value;
    }
  else
    {
      field.n_name = line_end - line;
      if (!take_binary (self, &field))
        return FALSE;
    }

  if (self->fields->len < TM_JOURNAL_EXPORT_MAX_FIELDS)
    g_array_append_val (self->fields, field);
  return TRUE;
}

gboolean
tm_journal_export_next (TmJournalExport *self, TmJournalEntry *out_entry)
{
  g_array_set_size (self->fields, 0);
  while (self->next < self->end)
    {
      const char *line_end = memchr (self->next, '\n', self->end - self->next);

      if (line_end == NULL)
        line_end = self->end;
      if (line_end == self->next)
        {
          self->next++;
          if (self->fields->len > 0)
            break;
        }
      else if (!take_field (self, line_end))
        {
          self->is_cut = TRUE;
          self->next = self->end;
        }
    }

  *out_entry = (TmJournalEntry){ .get_text = get_text, .source = self };
  return self->fields->len > 0;
}

gboolean
tm_journal_export_is_cut (TmJournalExport *self)
{
  return self->is_cut;
}
