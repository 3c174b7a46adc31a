/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words that repeat in every record; see tm-dictionary.h. */
#include "tm-dictionary.h"

#include "tm-wire.h"

#include <string.h>

/* The statements differ in the names of table and key only. Sorted, so that two workers that add
 * the same words wait for each other in one direction. */
#define ADD_WORDS(table)                                                                           \
  "insert into " table " (name) select name from unnest ($1::text[]) as wanted (name) "            \
  "where not exists (select from " table " known where known.name = wanted.name) "                 \
  "order by name on conflict do nothing"
#define FIND_WORDS(table, key) "select " key ", name from " table " where name = any ($1::text[])"

static const struct
{
  const char *add;
  const char *find;
} statements[TM_N_WORDS] = {
  [TM_WORD_CLASS] = { ADD_WORDS ("class"), FIND_WORDS ("class", "class_pk") },
  [TM_WORD_BUILD] = { ADD_WORDS ("build"), FIND_WORDS ("build", "build_pk") },
  [TM_WORD_SYSTEM] = { ADD_WORDS ("system"), FIND_WORDS ("system", "system_pk") },
  [TM_WORD_KERNEL] = { ADD_WORDS ("kernel"), FIND_WORDS ("kernel", "kernel_pk") },
  [TM_WORD_MODEL] = { ADD_WORDS ("model"), FIND_WORDS ("model", "model_pk") },
  [TM_WORD_CPU] = { ADD_WORDS ("cpu"), FIND_WORDS ("cpu", "cpu_pk") },
  [TM_WORD_BIOS] = { ADD_WORDS ("bios"), FIND_WORDS ("bios", "bios_pk") },
  [TM_WORD_BOARD] = { ADD_WORDS ("board"), FIND_WORDS ("board", "board_pk") },
  [TM_WORD_ARCH] = { ADD_WORDS ("arch"), FIND_WORDS ("arch", "arch_pk") },
  [TM_WORD_APP] = { ADD_WORDS ("app"), FIND_WORDS ("app", "app_pk") },
};

static const char add_machines[] =
    "insert into machine (machine_id) select id from unnest ($1::bytea[]) as wanted (id) "
    "where not exists (select from machine known where known.machine_id = wanted.id) "
    "order by id on conflict do nothing";
static const char find_machines[] = "select machine_pk, encode (machine_id, 'hex') from machine "
                                    "where machine_id = any ($1::bytea[])";

static const struct
{
  TmWord word;
  TmSystemFieldId field;
} system_words[] = {
  { TM_WORD_ARCH, TM_SYSTEM_ARCH },
  { TM_WORD_MODEL, TM_SYSTEM_HOST_TYPE },
  { TM_WORD_SYSTEM, TM_SYSTEM_SYSTEM_NAME },
  { TM_WORD_BUILD, TM_SYSTEM_BUILD },
  { TM_WORD_KERNEL, TM_SYSTEM_KERNEL_VERSION },
  { TM_WORD_BOARD, TM_SYSTEM_BOARD_NAME },
  { TM_WORD_CPU, TM_SYSTEM_CPU_MODEL },
  { TM_WORD_BIOS, TM_SYSTEM_BIOS_VERSION },
};

struct _TmDictionary
{
  GHashTable *words[TM_N_WORDS];        /* (element-type utf8 int) */
  GHashTable *wanted_words[TM_N_WORDS]; /* (element-type utf8): set */
  GHashTable *machines;                 /* (element-type utf8 gint64): by the id in hex */
  GHashTable *wanted_machines;          /* (element-type utf8): set, in hex */
  guint n_wanted;
};

static void
format_machine (const guint8 machine_id[16], char out_text[33])
{
  for (guint i = 0; i < 16; i++)
    g_snprintf (out_text + 2 * i, 3, "%02x", machine_id[i]);
}

TmDictionary *
tm_dictionary_new (void)
{
  TmDictionary *self = g_new0 (TmDictionary, 1);

  for (guint i = 0; i < TM_N_WORDS; i++)
    {
      self->words[i] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      self->wanted_words[i] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    }
  self->machines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->wanted_machines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

void
tm_dictionary_free (TmDictionary *self)
{
  for (guint i = 0; i < TM_N_WORDS; i++)
    {
      g_hash_table_unref (self->words[i]);
      g_hash_table_unref (self->wanted_words[i]);
    }
  g_hash_table_unref (self->machines);
  g_hash_table_unref (self->wanted_machines);
  g_free (self);
}

void
tm_dictionary_clear (TmDictionary *self)
{
  for (guint i = 0; i < TM_N_WORDS; i++)
    {
      g_hash_table_remove_all (self->words[i]);
      g_hash_table_remove_all (self->wanted_words[i]);
    }
  g_hash_table_remove_all (self->machines);
  g_hash_table_remove_all (self->wanted_machines);
  self->n_wanted = 0;
}

void
tm_dictionary_trim (TmDictionary *self)
{
  for (guint i = 0; i < TM_N_WORDS; i++)
    if (g_hash_table_size (self->words[i]) > TM_DICTIONARY_MAX_CACHED)
      g_hash_table_remove_all (self->words[i]);
  if (g_hash_table_size (self->machines) > TM_DICTIONARY_MAX_CACHED)
    g_hash_table_remove_all (self->machines);
}

void
tm_dictionary_want_word (TmDictionary *self, TmWord word, const char *name)
{
  if (name == NULL || name[0] == '\0' || g_hash_table_contains (self->words[word], name))
    return;

  if (g_hash_table_add (self->wanted_words[word], g_strdup (name)))
    self->n_wanted++;
}

void
tm_dictionary_want_system (TmDictionary *self, TmSystem *system)
{
  for (guint i = 0; i < G_N_ELEMENTS (system_words); i++)
    tm_dictionary_want_word (self, system_words[i].word,
                             tm_system_get (system, system_words[i].field));
}

void
tm_dictionary_want_machine (TmDictionary *self, const guint8 machine_id[16])
{
  char text[33];

  format_machine (machine_id, text);
  if (!g_hash_table_contains (self->machines, text) &&
      g_hash_table_add (self->wanted_machines, g_strdup (text)))
    self->n_wanted++;
}

/* Adds, then finds, everything of one kind; keys go to store with their names. */
static TmRows *
add_and_find (
    TmDatabase *database, const char *add, const char *find, GByteArray *names, GError **error)
{
  g_autoptr (TmQuery) add_query = tm_query_new (add);
  g_autoptr (TmQuery) find_query = tm_query_new (find);
  g_autoptr (TmRows) added = NULL;

  tm_query_add_static (add_query, names->data, names->len);
  tm_query_add_static (find_query, names->data, names->len);
  added = tm_database_query (database, add_query, error);
  if (added == NULL)
    return NULL;

  return tm_database_query (database, find_query, error);
}

static gboolean
resolve_words (TmDictionary *self, TmWord word, TmDatabase *database, GError **error)
{
  GHashTable *wanted = self->wanted_words[word];
  GHashTable *known = self->words[word];
  g_autoptr (GByteArray) names = g_byte_array_new ();
  g_autoptr (TmRows) rows = NULL;
  GHashTableIter iter;
  const char *name;

  if (g_hash_table_size (wanted) == 0)
    return TRUE;

  tm_wire_array (names, TM_WIRE_TEXT, g_hash_table_size (wanted));
  g_hash_table_iter_init (&iter, wanted);
  while (g_hash_table_iter_next (&iter, (gpointer *) &name, NULL))
    tm_wire_bytes (names, name, strlen (name));

  rows = add_and_find (database, statements[word].add, statements[word].find, names, error);
  if (rows == NULL)
    return FALSE;

  for (guint i = 0; i < tm_rows_get_n_rows (rows); i++)
    g_hash_table_replace (known, g_strdup (tm_rows_get_text (rows, i, 1)),
                          GINT_TO_POINTER ((gint) tm_rows_get_number (rows, i, 0)));
  g_hash_table_remove_all (wanted);

  return TRUE;
}

static void
append_machine (GByteArray *wire, const char *hex)
{
  guint8 bytes[16];

  for (guint i = 0; i < sizeof bytes; i++)
    bytes[i] =
        (guint8) (g_ascii_xdigit_value (hex[2 * i]) << 4 | g_ascii_xdigit_value (hex[2 * i + 1]));
  tm_wire_bytes (wire, bytes, sizeof bytes);
}

static gboolean
resolve_machines (TmDictionary *self, TmDatabase *database, GError **error)
{
  g_autoptr (GByteArray) ids = g_byte_array_new ();
  g_autoptr (TmRows) rows = NULL;
  GHashTableIter iter;
  const char *hex;

  if (g_hash_table_size (self->wanted_machines) == 0)
    return TRUE;

  tm_wire_array (ids, TM_WIRE_BYTEA, g_hash_table_size (self->wanted_machines));
  g_hash_table_iter_init (&iter, self->wanted_machines);
  while (g_hash_table_iter_next (&iter, (gpointer *) &hex, NULL))
    append_machine (ids, hex);

  rows = add_and_find (database, add_machines, find_machines, ids, error);
  if (rows == NULL)
    return FALSE;

  for (guint i = 0; i < tm_rows_get_n_rows (rows); i++)
    {
      gint64 machine_pk = tm_rows_get_number (rows, i, 0);

      g_hash_table_replace (self->machines, g_strdup (tm_rows_get_text (rows, i, 1)),
                            g_memdup2 (&machine_pk, sizeof machine_pk));
    }
  g_hash_table_remove_all (self->wanted_machines);

  return TRUE;
}

gboolean
tm_dictionary_resolve (TmDictionary *self, TmDatabase *database, GError **error)
{
  if (self->n_wanted == 0)
    return TRUE;

  for (guint i = 0; i < TM_N_WORDS; i++)
    if (!resolve_words (self, i, database, error))
      return FALSE;
  if (!resolve_machines (self, database, error))
    return FALSE;

  self->n_wanted = 0;

  return TRUE;
}

gint32
tm_dictionary_lookup_word (TmDictionary *self, TmWord word, const char *name)
{
  if (name == NULL || name[0] == '\0')
    return 0;

  return GPOINTER_TO_INT (g_hash_table_lookup (self->words[word], name));
}

void
tm_dictionary_lookup_system (TmDictionary *self, TmSystem *system, gint32 out_words[TM_N_WORDS])
{
  for (guint i = 0; i < G_N_ELEMENTS (system_words); i++)
    out_words[system_words[i].word] = tm_dictionary_lookup_word (
        self, system_words[i].word, tm_system_get (system, system_words[i].field));
}

gint64
tm_dictionary_lookup_machine (TmDictionary *self, const guint8 machine_id[16])
{
  char text[33];
  const gint64 *machine_pk;

  format_machine (machine_id, text);
  machine_pk = g_hash_table_lookup (self->machines, text);

  return machine_pk != NULL ? *machine_pk : 0;
}
