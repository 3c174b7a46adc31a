/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Globs of category files. The input is a glob, a newline, and what it is matched against. The
 * matcher must agree with the plainest one there is, which tries everything.
 */
#include <stdint.h>
#include <string.h>

#include "tm-category.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Exponential in the number of stars: so only for few. */
static gboolean
match_plainly (const char *glob, const char *text)
{
  if (*glob == '\0')
    return *text == '\0';
  if (*glob != '*')
    return *glob == *text && match_plainly (glob + 1, text + 1);
  if (match_plainly (glob + 1, text))
    return TRUE;

  return *text != '\0' && *text != '/' && match_plainly (glob, text + 1);
}

static guint
count_stars (const char *glob)
{
  guint n_stars = 0;

  for (; *glob != '\0'; glob++)
    n_stars += *glob == '*';

  return n_stars;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *input = g_strndup ((const char *) data, MIN (size, 160));
  char *text = strchr (input, '\n');
  gboolean matches;

  if (text == NULL)
    return 0;
  *text++ = '\0';

  tm_category_glob_is_valid (input);
  tm_category_id_is_valid (input);
  matches = tm_category_glob_match (input, text);
  if (count_stars (input) <= 4)
    g_assert_true (matches == match_plainly (input, text));

  return 0;
}
