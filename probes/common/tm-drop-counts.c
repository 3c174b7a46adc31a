/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-drop-counts.h. */
#include "tm-drop-counts.h"

#include <string.h>

struct _TmDropCounts
{
  char *epoch;
  GHashTable *counts; /* (element-type utf8 guint64) (owned): not zero */
};

void
tm_drop_counts_free (TmDropCounts *self)
{
  g_hash_table_unref (self->counts);
  g_free (self->epoch);
  g_free (self);
}

TmDropCounts *
tm_drop_counts_new (const char *epoch)
{
  TmDropCounts *self = g_new0 (TmDropCounts, 1);

  self->epoch = g_strdup (epoch);
  self->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

gboolean
tm_drop_counts_is_name (const char *text)
{
  gsize n_bytes = strspn (text, "abcdefghijklmnopqrstuvwxyz0123456789-");

  return n_bytes > 0 && n_bytes <= TM_DROP_MAX_NAME && text[n_bytes] == '\0';
}

guint64
tm_drop_counts_get (const TmDropCounts *self, const char *reason)
{
  const guint64 *count = g_hash_table_lookup (self->counts, reason);

  return count != NULL ? *count : 0;
}

gboolean
tm_drop_counts_add (TmDropCounts *self, const char *reason, guint64 n)
{
  guint64 *count = g_hash_table_lookup (self->counts, reason);

  if (n == 0)
    return TRUE;
  if (count == NULL)
    {
      if (!tm_drop_counts_is_name (reason) ||
          g_hash_table_size (self->counts) == TM_DROP_MAX_REASONS)
        return FALSE;
      count = g_new0 (guint64, 1);
      g_hash_table_insert (self->counts, g_strdup (reason), count);
    }

  /* JSON has no larger integers; nobody counts that far. */
  *count = MIN (*count, G_MAXINT64 - MIN (n, G_MAXINT64)) + MIN (n, G_MAXINT64);
  return TRUE;
}

static gboolean
parse_count (TmDropCounts *self, const char *word)
{
  g_auto (GStrv) parts = g_strsplit (word, "=", 2);
  guint64 n;

  return g_strv_length (parts) == 2 &&
         g_ascii_string_to_unsigned (parts[1], 10, 1, G_MAXINT64, &n, NULL) &&
         tm_drop_counts_get (self, parts[0]) == 0 && tm_drop_counts_add (self, parts[0], n);
}

TmDropCounts *
tm_drop_counts_parse (const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", TM_DROP_MAX_REASONS + 2);
  g_autoptr (TmDropCounts) self = NULL;

  if (words[0] == NULL || !tm_drop_counts_is_name (words[0]))
    return NULL;

  self = tm_drop_counts_new (words[0]);
  for (guint i = 1; words[i] != NULL; i++)
    if (!parse_count (self, words[i]))
      return NULL;

  return g_steal_pointer (&self);
}

GList *
tm_drop_counts_get_reasons (const TmDropCounts *self)
{
  return g_list_sort (g_hash_table_get_keys (self->counts), (GCompareFunc) strcmp);
}

char *
tm_drop_counts_to_line (const TmDropCounts *self)
{
  g_autoptr (GList) reasons = tm_drop_counts_get_reasons (self);
  GString *line = g_string_new (self->epoch);

  for (const GList *l = reasons; l != NULL; l = l->next)
    g_string_append_printf (line, " %s=%" G_GUINT64_FORMAT, (const char *) l->data,
                            tm_drop_counts_get (self, l->data));

  return g_string_free (line, FALSE);
}

gboolean
tm_drop_counts_is_empty (const TmDropCounts *self)
{
  return g_hash_table_size (self->counts) == 0;
}

void
tm_drop_counts_add_all (TmDropCounts *self, const TmDropCounts *other)
{
  g_autoptr (GList) reasons = tm_drop_counts_get_reasons (other);

  for (const GList *l = reasons; l != NULL; l = l->next)
    tm_drop_counts_add (self, l->data, tm_drop_counts_get (other, l->data));
}

TmDropCounts *
tm_drop_counts_subtract (const TmDropCounts *self, const TmDropCounts *known)
{
  TmDropCounts *more = tm_drop_counts_new (self->epoch);
  gboolean is_same = known != NULL && strcmp (known->epoch, self->epoch) == 0;
  g_autoptr (GList) reasons = tm_drop_counts_get_reasons (self);

  for (const GList *l = reasons; l != NULL; l = l->next)
    {
      guint64 n = tm_drop_counts_get (self, l->data);
      guint64 n_known = is_same ? tm_drop_counts_get (known, l->data) : 0;

      tm_drop_counts_add (more, l->data, n - MIN (n, n_known));
    }

  return more;
}
