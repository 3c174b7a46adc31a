/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See journal-rules.h. */
#include "journal-rules.h"

#include <glib/gi18n.h>
#include <string.h>

#include "tm-journal-units.h"

#define SUFFIX ".rule"

/* The later takes the place of the earlier. */
static const char *const directories[] = { "/usr/share/telemetrics/journal.d",
                                           "/etc/telemetrics/journal.d" };

static char *
get_id (const char *file, GError **error)
{
  g_autofree char *name = g_path_get_basename (file);
  g_autofree char *id = NULL;

  if (g_str_has_suffix (name, SUFFIX))
    id = g_strndup (name, strlen (name) - strlen (SUFFIX));
  if (id != NULL && tm_journal_rule_id_is_valid (id))
    return g_steal_pointer (&id);

  g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
               _ ("%s: the name is not accepted; accepted is 1 to %d of a-z, 0-9 and “-” before "
                  "“%s”"),
               file, TM_JOURNAL_RULE_MAX_ID, SUFFIX);
  return NULL;
}

TmJournalRule *
journal_rules_read (const char *file, GError **error)
{
  g_autofree char *id = get_id (file, error);
  g_autoptr (GBytes) bytes =
      id != NULL ? tm_probe_read_file (file, TM_JOURNAL_RULE_MAX_BYTES, error) : NULL;
  gsize n_bytes = bytes != NULL ? g_bytes_get_size (bytes) : 0;

  if (n_bytes == 0)
    return NULL;

  return tm_journal_rule_new (id, file, g_bytes_get_data (bytes, NULL), n_bytes, error);
}

static void
add_files (GHashTable *files, const char *directory)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, SUFFIX) && name[0] != '.')
      g_hash_table_insert (files, g_strdup (name), g_build_filename (directory, name, NULL));
}

static void
add_rule (GPtrArray *rules, const char *file)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TmJournalRule) rule = journal_rules_read (file, &error);

  if (rule != NULL && rules->len == JOURNAL_MAX_RULES)
    g_printerr (_ ("journalprobe: %s: there are more than %d rules; this one is off\n"), file,
                JOURNAL_MAX_RULES);
  else if (rule != NULL)
    g_ptr_array_add (rules, g_steal_pointer (&rule));
  else if (error != NULL)
    g_printerr (_ ("journalprobe: this rule is off: %s\n"), error->message);
}

GPtrArray *
journal_rules_load (TmProbe *probe)
{
  g_autoptr (GHashTable) files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GPtrArray *rules = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_journal_rule_free);
  g_autoptr (GList) names = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (directories); i++)
    {
      g_autofree char *directory = tm_probe_get_path (probe, directories[i]);

      add_files (files, directory);
    }

  names = g_list_sort (g_hash_table_get_keys (files), (GCompareFunc) strcmp);
  for (const GList *l = names; l != NULL; l = l->next)
    add_rule (rules, g_hash_table_lookup (files, l->data));

  return rules;
}

/* Of one rule there is a selection at least as wide as what it wants. FALSE without an error: all
 * entries are. */
static gboolean
select_rule (const TmJournalRule *rule, TmProbeJournal *journal, GError **error)
{
  gboolean is_narrow = FALSE;

  if (rule->kind == TM_JOURNAL_RULE_KIND_UNIT_FAILED)
    {
      for (guint i = 0; tm_journal_units_message_ids[i] != NULL; i++)
        {
          g_autofree char *match =
              g_strconcat ("MESSAGE_ID=", tm_journal_units_message_ids[i], NULL);

          if (!tm_probe_journal_add_match (journal, match, error))
            return FALSE;
        }
      return tm_probe_journal_add_match (journal, TM_JOURNAL_UNITS_MATCH, error);
    }

  for (guint i = 0; i < rule->matches->len; i++)
    {
      const TmJournalMatch *wanted = g_ptr_array_index (rule->matches, i);
      g_autofree char *match = g_strconcat (wanted->field, "=", wanted->value, NULL);

      if (wanted->is_glob)
        continue;
      if (!tm_probe_journal_add_match (journal, match, error))
        return FALSE;
      is_narrow = TRUE;
    }

  return is_narrow;
}

static gboolean
has_exact (const TmJournalRule *rule)
{
  for (guint i = 0; i < rule->matches->len; i++)
    if (!((const TmJournalMatch *) g_ptr_array_index (rule->matches, i))->is_glob)
      return TRUE;

  return rule->kind == TM_JOURNAL_RULE_KIND_UNIT_FAILED;
}

gboolean
journal_rules_select (GPtrArray *rules, TmProbeJournal *journal, GError **error)
{
  for (guint i = 0; i < rules->len; i++)
    if (!has_exact (g_ptr_array_index (rules, i)))
      return TRUE;

  for (guint i = 0; i < rules->len; i++)
    if (!select_rule (g_ptr_array_index (rules, i), journal, error) ||
        !tm_probe_journal_add_alternative (journal, error))
      return FALSE;

  return TRUE;
}
