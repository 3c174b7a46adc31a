/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One category, and what a glob matches; see tm-category.h. */
#include "tm-category.h"

#include <string.h>

#include "tm-field.h"

#define ID_MAX_BYTES 40

gboolean
tm_category_is_expired (const TmCategory *self, gint64 now_usec)
{
  return self->expires_usec != 0 && now_usec >= self->expires_usec;
}

gboolean
tm_category_id_is_valid (const char *id)
{
  gsize n_bytes = strlen (id);

  return n_bytes >= 1 && n_bytes <= ID_MAX_BYTES &&
         strspn (id, "abcdefghijklmnopqrstuvwxyz0123456789-") == n_bytes;
}

static gboolean
is_glob_character (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("*._:+-", c) != NULL);
}

gboolean
tm_category_glob_is_valid (const char *glob)
{
  guint n_slashes = 0;
  guint n_part = 0;

  for (const char *c = glob; *c != '\0'; c++)
    {
      if (*c == '/' && n_part > 0 && n_slashes < 2)
        {
          n_slashes++;
          n_part = 0;
        }
      else if (!is_glob_character (*c) || ++n_part > TM_CLASSIFICATION_PART_MAX_BYTES)
        return FALSE;
    }

  return n_slashes == 2 && n_part > 0;
}

/* The classic walk with one point to come back to, the last '*': linear in practice, at worst the
 * product of both lengths. A '*' stays within its part: a slash in the text ends what it can eat.
 */
gboolean
tm_category_glob_match (const char *glob, const char *classification)
{
  const char *g = glob;
  const char *c = classification;
  const char *star = NULL;  /* behind the last '*' */
  const char *eaten = NULL; /* what that has not eaten yet */

  while (*c != '\0')
    {
      if (*g == '*')
        {
          star = ++g;
          eaten = c;
        }
      else if (*g == *c)
        {
          /* What came before a slash is settled: going back over it cannot help. */
          if (*c == '/')
            star = NULL;
          g++;
          c++;
        }
      else if (star != NULL && *eaten != '/')
        {
          g = star;
          c = ++eaten;
        }
      else
        return FALSE;
    }

  while (*g == '*')
    g++;
  return *g == '\0';
}
