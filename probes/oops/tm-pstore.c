/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-pstore.h. */
#include "tm-pstore.h"

#include <string.h>

/* Between two parts of one dump, at most: firmware is slow. */
#define MAX_WRITE_SECONDS 60

#define UNDECODABLE "Undecodable"

typedef struct
{
  const TmPstorePart *part;
  char *key;        /* of the dump it belongs to: backend and "Panic#2" */
  char *reason;     /* "Panic" */
  guint64 number;   /* of the part; 0 if the first line does not say */
  const char *text; /* behind the first line */
  gsize n_bytes;
} Piece;

void
tm_pstore_part_free (TmPstorePart *self)
{
  g_free (self->name);
  g_bytes_unref (self->bytes);
  g_free (self);
}

void
tm_pstore_dump_free (TmPstoreDump *self)
{
  g_free (self->reason);
  g_free (self->text);
  g_ptr_array_unref (self->names);
  g_free (self);
}

static void
piece_free (gpointer data)
{
  Piece *self = data;

  g_free (self->key);
  g_free (self->reason);
  g_free (self);
}

gboolean
tm_pstore_is_dump (const char *name)
{
  return g_str_has_prefix (name, "dmesg-");
}

static gboolean
is_undecodable (const char *name)
{
  return g_str_has_suffix (name, ".enc.z");
}

/* "Panic#2 Part3": the reason, the count of dumps since boot, the part. */
static gboolean
read_head (const char *line, gsize n_bytes, Piece *piece, char **out_event)
{
  g_autofree char *text = g_strndup (line, n_bytes);
  g_autoptr (GRegex) regex =
      g_regex_new ("^([A-Za-z ]{1,20})#(\\d{1,9}) Part(\\d{1,9})$", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *number = NULL;

  if (!g_utf8_validate (text, -1, NULL) || !g_regex_match (regex, text, 0, &match))
    return FALSE;

  piece->reason = g_match_info_fetch (match, 1);
  *out_event = g_match_info_fetch (match, 2);
  number = g_match_info_fetch (match, 3);
  piece->number = g_ascii_strtoull (number, NULL, 10);
  return TRUE;
}

/* "efi" of "dmesg-efi-165467561501001". */
static char *
get_backend (const char *name)
{
  const char *start = name + strlen ("dmesg-");
  const char *end = strrchr (start, '-');

  return end != NULL ? g_strndup (start, end - start) : g_strdup (start);
}

/* 1654675615 of "dmesg-efi-165467561501001": behind the seconds two digits of the part, three of
 * the count. Newer kernels say efi_pstore. */
static guint64
get_second (const char *name)
{
  const char *digits = strrchr (name, '-') + 1;
  gsize n_digits = strspn (digits, "0123456789");

  if (!g_str_has_prefix (name, "dmesg-efi") || n_digits < 15 || n_digits > 18)
    return 0;

  return g_ascii_strtoull (digits, NULL, 10) / 100000;
}

gboolean
tm_pstore_names_time (const char *name)
{
  return get_second (name) != 0;
}

TmPstorePart *
tm_pstore_part_new (const char *name, GBytes *bytes, guint64 second)
{
  TmPstorePart *self = g_new0 (TmPstorePart, 1);
  guint64 named = get_second (name);

  self->name = g_strdup (name);
  self->bytes = g_bytes_ref (bytes);
  self->second = named != 0 ? named : second;
  return self;
}

/* "ECC: No errors detected" and the like, at the very end. */
static gsize
cut_correction (const char *text, gsize n_bytes)
{
  const char *last;

  while (n_bytes > 0 && (text[n_bytes - 1] == '\n' || text[n_bytes - 1] == '\0'))
    n_bytes--;
  last = memrchr (text, '\n', n_bytes);
  last = last != NULL ? last + 1 : text;

  return text + n_bytes - last >= 4 && memcmp (last, "ECC:", 4) == 0 ? (gsize) (last - text)
                                                                     : n_bytes;
}

static Piece *
piece_new (const TmPstorePart *part)
{
  Piece *self = g_new0 (Piece, 1);
  gsize n_bytes;
  const char *text = g_bytes_get_data (part->bytes, &n_bytes);
  const char *line_end = text != NULL ? memchr (text, '\n', n_bytes) : NULL;
  g_autofree char *backend = get_backend (part->name);
  g_autofree char *event = NULL;

  self->part = part;
  if (is_undecodable (part->name))
    {
      /* Which parts are of which dump cannot be read either: what was written at once is one. */
      self->key = g_strdup_printf (UNDECODABLE " %s", backend);
      self->reason = g_strdup (UNDECODABLE);
      return self;
    }
  if (line_end != NULL && read_head (text, line_end - text, self, &event))
    {
      self->key = g_strdup_printf ("%s %s#%s", backend, self->reason, event);
      self->text = line_end + 1;
      self->n_bytes = cut_correction (self->text, text + n_bytes - self->text);
      return self;
    }

  /* Without a head nothing can say what it belongs to: it stands alone. */
  self->key = g_strdup (part->name);
  self->reason = g_strdup ("Unknown");
  self->text = text;
  self->n_bytes = text != NULL ? cut_correction (text, n_bytes) : 0;
  return self;
}

/* As they were written: Part1 comes first. */
static int
compare_times (gconstpointer a, gconstpointer b)
{
  const Piece *first = *(Piece *const *) a;
  const Piece *second = *(Piece *const *) b;
  int by_key = strcmp (first->key, second->key);

  if (by_key != 0)
    return by_key;
  if (first->part->second != second->part->second)
    return first->part->second > second->part->second ? 1 : -1;

  return (first->number > second->number) - (first->number < second->number);
}

/* Each boot begins to count at 1: what has the same number, but was not written at once, or has a
 * part that is there already, is of another dump. In an archive times need not ascend. */
static void
separate_dumps (GPtrArray *pieces)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint64 before = 0;
  guint n_dumps = 0;

  g_ptr_array_sort (pieces, compare_times);
  for (guint i = 0; i < pieces->len; i++)
    {
      Piece *piece = g_ptr_array_index (pieces, i);
      g_autofree char *key = NULL;
      g_autofree char *part =
          g_strdup_printf ("%s Part%" G_GUINT64_FORMAT, piece->key, piece->number);

      if (piece->part->second > before + MAX_WRITE_SECONDS ||
          (piece->number != 0 && g_hash_table_contains (seen, part)))
        {
          n_dumps++;
          g_hash_table_remove_all (seen);
        }
      g_hash_table_add (seen, g_steal_pointer (&part));
      before = piece->part->second;
      key = g_strdup_printf ("%s %u", piece->key, n_dumps);
      g_free (piece->key);
      piece->key = g_steal_pointer (&key);
    }
}

static int
compare_pieces (gconstpointer a, gconstpointer b)
{
  const Piece *first = *(Piece *const *) a;
  const Piece *second = *(Piece *const *) b;
  int by_key = strcmp (first->key, second->key);

  if (by_key != 0)
    return by_key;
  if (first->number != second->number)
    return first->number > second->number ? -1 : 1;

  return strcmp (first->part->name, second->part->name);
}

static TmPstoreDump *
dump_new (const char *reason)
{
  TmPstoreDump *self = g_new0 (TmPstoreDump, 1);

  self->reason = g_strdup (reason);
  self->names = g_ptr_array_new_with_free_func (g_free);
  return self;
}

/* The pieces from first on that share its key, which are sorted oldest text first. */
static TmPstoreDump *
join_pieces (GPtrArray *pieces, guint first, guint *out_behind)
{
  const Piece *piece = g_ptr_array_index (pieces, first);
  g_autoptr (GString) text = g_string_new (NULL);
  TmPstoreDump *dump = dump_new (piece->reason);
  guint64 expected = piece->number;
  gboolean is_complete = TRUE;
  guint i;

  for (i = first; i < pieces->len; i++)
    {
      const Piece *next = g_ptr_array_index (pieces, i);

      if (strcmp (next->key, piece->key) != 0)
        break;
      if (next->number != expected)
        is_complete = FALSE;
      expected = next->number > 0 ? next->number - 1 : 0;
      g_string_append_len (text, next->text, next->n_bytes);
      g_string_append_c (text, '\n');
      g_ptr_array_add (dump->names, g_strdup (next->part->name));
    }

  *out_behind = i;
  if (strcmp (piece->reason, UNDECODABLE) == 0)
    return dump;

  dump->is_complete = is_complete && expected == 0;
  dump->text = g_string_free (g_steal_pointer (&text), FALSE);
  return dump;
}

GPtrArray *
tm_pstore_assemble (GPtrArray *parts)
{
  g_autoptr (GPtrArray) pieces = g_ptr_array_new_with_free_func (piece_free);
  GPtrArray *dumps = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_pstore_dump_free);
  guint i = 0;

  for (guint k = 0; k < parts->len; k++)
    g_ptr_array_add (pieces, piece_new (g_ptr_array_index (parts, k)));

  separate_dumps (pieces);
  g_ptr_array_sort (pieces, compare_pieces);
  while (i < pieces->len)
    g_ptr_array_add (dumps, join_pieces (pieces, i, &i));

  return dumps;
}
