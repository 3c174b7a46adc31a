/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a rule says of an entry; see tm-journal-rule.h. */
#include "tm-journal-rule.h"

#include <string.h>

void
tm_journal_rule_free (TmJournalRule *self)
{
  g_clear_pointer (&self->matches, g_ptr_array_unref);
  g_clear_pointer (&self->fields, g_ptr_array_unref);
  g_clear_pointer (&self->redactions, g_ptr_array_unref);
  g_free (self->title);
  g_free (self->id);
  g_free (self);
}

gboolean
tm_journal_rule_id_is_valid (const char *id)
{
  gsize n_bytes = strspn (id, "abcdefghijklmnopqrstuvwxyz0123456789-");

  return n_bytes > 0 && n_bytes <= TM_JOURNAL_RULE_MAX_ID && id[n_bytes] == '\0';
}

/* Back to the last star and one byte further, whenever it does not go on: earlier stars have no
 * need to move. */
gboolean
tm_journal_glob_matches (const char *glob, const char *text)
{
  const char *star = NULL;
  const char *star_text = NULL;

  while (*text != '\0')
    {
      if (*glob == '*')
        {
          star = ++glob;
          star_text = text;
        }
      else if (*glob == '?' || *glob == *text)
        {
          glob++;
          text++;
        }
      else if (star != NULL)
        {
          glob = star;
          text = ++star_text;
        }
      else
        return FALSE;
    }

  return glob[strspn (glob, "*")] == '\0';
}

gboolean
tm_journal_rule_matches (const TmJournalRule *self, const TmJournalEntry *entry)
{
  for (guint i = 0; i < self->matches->len; i++)
    {
      const TmJournalMatch *match = g_ptr_array_index (self->matches, i);
      g_autofree char *value = tm_journal_entry_get (entry, match->field);

      if (value == NULL || !(match->is_glob ? tm_journal_glob_matches (match->value, value)
                                            : strcmp (match->value, value) == 0))
        return FALSE;
    }

  return TRUE;
}
