/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-function-name.h. */
#include "tm-function-name.h"

#include <string.h>

#include "tm-backtrace.h"
#include "tm-demangle.h"

#define ELLIPSIS "…"

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
  g_autofree char *name = tm_demangle (symbol, TM_BACKTRACE_MAX_NAME_BYTES + 1);

  return limit (name != NULL ? name : symbol);
}

/* What is in angles says for which type a template was made; operators are made of angles, too. */
static gboolean
is_operator (GString *name)
{
  return g_str_has_suffix (name->str, "operator") || g_str_has_suffix (name->str, "operator<") ||
         g_str_has_suffix (name->str, "operator-") || g_str_has_suffix (name->str, "operator>");
}

/* A word in brackets that is a part of the name, not its arguments: how long; else 0. */
static gsize
get_word (const char *at, const GString *cut)
{
  /* Go: package.(*Type).Function */
  gboolean is_receiver = at[0] == '(' && g_str_has_suffix (cut->str, ".");

  if (is_receiver || g_str_has_prefix (at, "(anonymous namespace)") ||
      g_str_has_prefix (at, "operator()"))
    return strcspn (at, ")") + (strchr (at, ')') != NULL ? 1 : 0);

  return 0;
}

/* Rust writes name::<type> as C++ does name<type>. */
static void
begin_type (GString *cut)
{
  if (g_str_has_suffix (cut->str, "::"))
    g_string_truncate (cut, cut->len - 2);
}

#define LAMBDA "{lambda("

/* Behind what g++ calls a function without a name: its arguments and its number are no part of what
 * it is called here. */
static const char *
skip_lambda (const char *at)
{
  guint depth = 0;

  for (; *at != '\0'; at++)
    if (*at == '{')
      depth++;
    else if (*at == '}' && --depth == 0)
      return at + 1;

  return at;
}

/* Up to the argument list, without what stands in angles; "(anonymous namespace)" is a name. */
static char *
cut_arguments (const char *name)
{
  GString *cut = g_string_new (NULL);
  guint depth = 0;

  for (const char *at = name; *at != '\0'; at++)
    {
      gsize n_word = get_word (at, cut);

      if (n_word > 0)
        {
          if (depth == 0)
            g_string_append_len (cut, at, (gssize) n_word);
          at += n_word - 1;
        }
      else if (g_str_has_prefix (at, LAMBDA))
        {
          if (depth == 0)
            g_string_append (cut, "{lambda}");
          at = skip_lambda (at) - 1;
        }
      else if (*at == '<' && cut->len > 0 && !is_operator (cut))
        {
          if (depth++ == 0)
            begin_type (cut);
        }
      else if (*at == '>' && depth > 0 && at[-1] != '-')
        depth--;
      else if (depth == 0 && *at == '(' && cut->len > 0)
        break;
      else if (depth == 0)
        g_string_append_c (cut, *at);
    }

  return g_strchomp (g_string_free (cut, FALSE));
}

/* Where the type ends that stands in front of the function of a template: at the last blank that is
 * not inside brackets, and not behind "operator". */
static const char *
skip_type (const char *name)
{
  const char *end = strstr (name, "operator");
  const char *start = name;
  guint depth = 0;

  for (const char *at = name; *at != '\0' && at != end; at++)
    if (*at == '(')
      depth++;
    else if (*at == ')' && depth > 0)
      depth--;
    else if (*at == ' ' && depth == 0)
      start = at + 1;

  return start;
}

/* What Rust calls <type as trait>::function: how long the part in angles is; 0: it is none. */
static gsize
get_qualified (const char *name)
{
  guint depth = 0;

  for (const char *at = name; name[0] == '<' && *at != '\0'; at++)
    if (*at == '<')
      depth++;
    else if (*at == '>' && at[-1] != '-' && --depth == 0)
      return at + 1 - name;

  return 0;
}

static void
cut_suffixes (char *name)
{
  static const char *const suffixes[] = { ".isra.", ".part.", ".constprop.", ".cold", ".lto_priv.",
                                          ".llvm.", "@" };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      char *found = strstr (name, suffixes[i]);

      if (found != NULL && found != name)
        *found = '\0';
    }
}

char *
tm_function_name_normalise (const char *name)
{
  gsize n_qualified = get_qualified (name);
  g_autofree char *inside = n_qualified > 0 ? g_strndup (name + 1, n_qualified - 2) : g_strdup ("");
  g_autofree char *type = cut_arguments (inside);
  g_autofree char *cut = cut_arguments (name + n_qualified);
  char *normal;

  if (n_qualified > 0)
    normal = g_strdup_printf ("<%s>%s", type, cut);
  else
    normal = g_strdup (*skip_type (cut) != '\0' ? skip_type (cut) : name);

  cut_suffixes (normal);
  return normal;
}
