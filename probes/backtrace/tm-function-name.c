/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-function-name.h. */
#include "tm-function-name.h"

#include <stdlib.h>
#include <string.h>

#include "tm-backtrace.h"

#define ELLIPSIS "…"
#define RUST_HASH "::h"
#define RUST_HASH_DIGITS 16

/* Of the C++ runtime, whose header is C++. */
char *__cxa_demangle (const char *symbol, char *buffer, size_t *n_bytes, int *status);

static char *
limit (const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  const char *end = valid + TM_BACKTRACE_MAX_NAME_BYTES - strlen (ELLIPSIS);

  for (char *at = valid; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      *at = '?';
  if (strlen (valid) <= TM_BACKTRACE_MAX_NAME_BYTES)
    return g_steal_pointer (&valid);

  end = g_utf8_find_prev_char (valid, end);
  return g_strdup_printf ("%.*s" ELLIPSIS, (int) (end - valid), valid);
}

char *
tm_function_name_demangle (const char *symbol)
{
  char *name = NULL;
  char *limited;

  if (g_str_has_prefix (symbol, "_Z"))
    name = __cxa_demangle (symbol, NULL, NULL, NULL);
  limited = limit (name != NULL ? name : symbol);
  free (name);
  return limited;
}

/* What is in angles says for which type a template was made; operators are made of angles, too. */
static gboolean
is_operator (GString *name)
{
  return g_str_has_suffix (name->str, "operator") || g_str_has_suffix (name->str, "operator<") ||
         g_str_has_suffix (name->str, "operator-") || g_str_has_suffix (name->str, "operator>");
}

/* Up to the argument list, without what stands in angles; "(anonymous namespace)" is a name. */
static char *
cut_arguments (const char *name)
{
  GString *cut = g_string_new (NULL);
  guint depth = 0;

  for (const char *at = name; *at != '\0'; at++)
    {
      if (g_str_has_prefix (at, "(anonymous namespace)") || g_str_has_prefix (at, "operator()"))
        {
          gsize n = strcspn (at, ")") + 1;

          if (depth == 0)
            g_string_append_len (cut, at, (gssize) n);
          at += n - 1;
          continue;
        }
      if (*at == '<' && cut->len > 0 && !is_operator (cut))
        depth++;
      else if (*at == '>' && depth > 0)
        depth--;
      else if (depth == 0 && *at == '(' && cut->len > 0)
        break;
      else if (depth == 0)
        g_string_append_c (cut, *at);
    }

  return g_string_free (cut, FALSE);
}

/* Of a template the type that it returns stands in front. */
static const char *
skip_type (const char *name)
{
  const char *operator= strstr (name, "operator");
  const char *space;

  if (operator!= NULL || strstr (name, "(anonymous") != NULL)
    return name;

  space = strrchr (name, ' ');
  return space != NULL ? space + 1 : name;
}

static void
cut_suffixes (char *name)
{
  static const char *const suffixes[] = { ".isra.", ".part.", ".constprop.", ".cold", ".lto_priv.",
                                          ".llvm.", "@" };
  gsize n_bytes = strlen (name);
  char *hash = g_strrstr (name, RUST_HASH);

  if (hash != NULL && hash + strlen (RUST_HASH) + RUST_HASH_DIGITS == name + n_bytes &&
      strspn (hash + strlen (RUST_HASH), "0123456789abcdef") == RUST_HASH_DIGITS)
    *hash = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      char *found = strstr (name, suffixes[i]);

      if (found != NULL && found != name)
        *found = '\0';
    }
}

/* Rust writes signs that a linker may not like so. */
static char *
decode_signs (const char *name)
{
  static const char *const signs[][2] = {
    { "$LT$", "<" }, { "$GT$", ">" }, { "$u7b$", "{" }, { "$u7d$", "}" }, { "$RF$", "&" },
  };
  GString *decoded = g_string_new (name);

  for (guint i = 0; i < G_N_ELEMENTS (signs); i++)
    g_string_replace (decoded, signs[i][0], signs[i][1], 0);
  return g_string_free (decoded, FALSE);
}

char *
tm_function_name_normalise (const char *name)
{
  g_autofree char *decoded = decode_signs (name);
  g_autofree char *cut = cut_arguments (decoded);
  const char *start = skip_type (cut);
  char *normal = g_strdup (*start != '\0' ? start : name);

  cut_suffixes (normal);
  return normal;
}
