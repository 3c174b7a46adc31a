/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-oops-rules.h. */
#include "tm-oops-rules.h"

#include <string.h>

typedef struct
{
  GPatternSpec *spec;
  guint classes;
  char *bucket; /* (nullable) */
} Pattern;

struct _TmOopsRules
{
  GPtrArray *formats[256]; /* (element-type TmOopsFormat): by the first byte of the key */
  GHashTable *exact;       /* function -> classes */
  GHashTable *buckets;     /* function -> bucket */
  GArray *patterns;        /* (element-type Pattern) */
  TmOopsScrubber *scrubber;
};

static void
format_free (gpointer data)
{
  TmOopsFormat *self = data;

  g_free (self->key);
  g_free (self->kind);
  g_free (self->title);
  g_regex_unref (self->pattern);
  g_free (self);
}

static void
pattern_clear (gpointer data)
{
  Pattern *self = data;

  g_pattern_spec_free (self->spec);
  g_free (self->bucket);
}

void
tm_oops_rules_free (TmOopsRules *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->formats); i++)
    g_clear_pointer (&self->formats[i], g_ptr_array_unref);
  g_hash_table_unref (self->exact);
  g_hash_table_unref (self->buckets);
  g_array_unref (self->patterns);
  tm_oops_scrubber_free (self->scrubber);
  g_free (self);
}

static gboolean
set_parse_error (GError **error, const char *line, const char *problem)
{
  g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE, "“%s”: %s", line, problem);
  return FALSE;
}

static gboolean
parse_group (const char *text, guint *out_group)
{
  *out_group = *text - '0';
  return *text >= '1' && *text <= '9' && text[1] == '\0';
}

static gboolean
parse_option (TmOopsFormat *format, const char *option)
{
  static const struct
  {
    const char *name;
    TmOopsOptions option;
  } names[] = {
    { "-", 0 },
    { "nofn", TM_OOPS_OPTION_NOFN },
    { "stack", TM_OOPS_OPTION_STACK },
    { "stall", TM_OOPS_OPTION_STALL },
    { "hung", TM_OOPS_OPTION_HUNG },
    { "acquire", TM_OOPS_OPTION_ACQUIRE },
    { "takes", TM_OOPS_OPTION_TAKES },
    { "unlock", TM_OOPS_OPTION_UNLOCK },
    { "held", TM_OOPS_OPTION_HELD },
    { "overflow", TM_OOPS_OPTION_OVERFLOW },
    { "worker", TM_OOPS_OPTION_WORKER },
    { "freed", TM_OOPS_OPTION_FREED },
    { "inner", TM_OOPS_OPTION_INNER },
    { "ignore", TM_OOPS_OPTION_IGNORE },
    { "became", TM_OOPS_OPTION_BECAME },
    { "sleeps", TM_OOPS_OPTION_SLEEPS },
  };

  if (g_str_has_prefix (option, "fn="))
    return parse_group (option + strlen ("fn="), &format->function_group);
  if (g_str_has_prefix (option, "said="))
    return parse_group (option + strlen ("said="), &format->said_group);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (names[i].name, option) == 0)
      {
        format->options |= names[i].option;
        return TRUE;
      }

  return FALSE;
}

static gboolean
add_format (TmOopsRules *self, const char *line, GError **error)
{
  g_auto (GStrv) columns = g_strsplit (line, " | ", 5);
  g_auto (GStrv) options = NULL;
  g_autoptr (GRegex) pattern = NULL;
  TmOopsFormat *format;
  guchar first;

  if (g_strv_length (columns) != 5)
    return set_parse_error (error, line, "five columns separated by “ | ” are needed");
  for (guint i = 0; columns[i] != NULL; i++)
    g_strstrip (columns[i]);
  if (columns[0][0] == '\0')
    return set_parse_error (error, line, "the key is empty");

  /* RAW: a log may hold anything, and a broken byte must not turn a match into a failure. */
  pattern = g_regex_new (columns[3], G_REGEX_OPTIMIZE | G_REGEX_RAW, 0, error);
  if (pattern == NULL)
    {
      g_prefix_error (error, "“%s”: ", line);
      return FALSE;
    }

  format = g_new0 (TmOopsFormat, 1);
  format->key = g_strdup (columns[0]);
  format->kind = g_strdup (columns[1]);
  format->title = g_strdup (columns[4]);
  format->pattern = g_steal_pointer (&pattern);

  first = format->key[0];
  if (self->formats[first] == NULL)
    self->formats[first] = g_ptr_array_new_with_free_func (format_free);
  g_ptr_array_add (self->formats[first], format);

  options = g_strsplit (columns[2], ",", -1);
  for (guint i = 0; options[i] != NULL; i++)
    if (!parse_option (format, options[i]))
      return set_parse_error (error, line, "there is no such option");

  return TRUE;
}

static guint
class_from_text (const char *text)
{
  static const char *const names[] = { "machinery", "helper",   "wait",
                                       "interrupt", "dispatch", "entry" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (names[i], text) == 0)
      return 1u << i;

  return 0;
}

static gboolean
add_frame_rule (TmOopsRules *self, const char *line, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (line, " \t", -1);
  gboolean is_bucket = strcmp (words[0], "bucket") == 0;
  guint classes = class_from_text (words[0]);
  char *pattern;

  if (g_strv_length (words) != (is_bucket ? 3 : 2))
    return set_parse_error (error, line, "a class and a pattern are needed");
  if (!is_bucket && classes == 0)
    return set_parse_error (error, line, "there is no such class");

  pattern = words[is_bucket ? 2 : 1];
  if (strchr (pattern, '*') != NULL)
    {
      Pattern rule = { g_pattern_spec_new (pattern), classes,
                       is_bucket ? g_strdup (words[1]) : NULL };

      g_array_append_val (self->patterns, rule);
    }
  else if (is_bucket)
    g_hash_table_replace (self->buckets, g_strdup (pattern), g_strdup (words[1]));
  else
    g_hash_table_replace (
        self->exact, g_strdup (pattern),
        GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (self->exact, pattern)) | classes));

  return TRUE;
}

static gboolean
add_lines (TmOopsRules *self,
           const char *text,
           gboolean (*add) (TmOopsRules *self, const char *line, GError **error),
           GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_strchomp (lines[i]);
      if (lines[i][0] == '\0' || lines[i][0] == '#')
        continue;
      if (!add (self, lines[i], error))
        {
          g_prefix_error (error, "line %u: ", i + 1);
          return FALSE;
        }
    }

  return TRUE;
}

TmOopsRules *
tm_oops_rules_new (const char *reports, const char *frames, GError **error)
{
  g_autoptr (TmOopsRules) self = g_new0 (TmOopsRules, 1);

  self->exact = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->buckets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->patterns = g_array_new (FALSE, FALSE, sizeof (Pattern));
  g_array_set_clear_func (self->patterns, pattern_clear);
  self->scrubber = tm_oops_scrubber_new ();

  if (!add_lines (self, reports, add_format, error) ||
      !add_lines (self, frames, add_frame_rule, error))
    return NULL;

  return g_steal_pointer (&self);
}

TmOopsScrubber *
tm_oops_rules_get_scrubber (TmOopsRules *self)
{
  return self->scrubber;
}

const char *
tm_oops_skip_speaker (const char *text, gsize *inout_n_bytes)
{
  static const char *const speakers[] = { "rcu: ", "watchdog: ", "NMI watchdog: ", "kmemleak: ",
                                          "[ " };
  const char *at = text;
  gsize n_bytes = *inout_n_bytes;

  while (n_bytes > 0 && (*at == ' ' || *at == '\t'))
    {
      at++;
      n_bytes--;
    }
  for (guint i = 0; i < G_N_ELEMENTS (speakers); i++)
    {
      gsize n = strlen (speakers[i]);

      if (n_bytes > n && memcmp (at, speakers[i], n) == 0)
        {
          *inout_n_bytes = n_bytes - n;
          return at + n;
        }
    }

  *inout_n_bytes = n_bytes;
  return at;
}

const TmOopsFormat *
tm_oops_rules_match (TmOopsRules *self, const char *text, gsize n_bytes)
{
  const char *at = tm_oops_skip_speaker (text, &n_bytes);
  GPtrArray *formats = n_bytes > 0 ? self->formats[(guchar) *at] : NULL;

  if (formats == NULL)
    return NULL;

  for (guint i = 0; i < formats->len; i++)
    {
      const TmOopsFormat *format = g_ptr_array_index (formats, i);
      gsize n_key = strlen (format->key);

      if (n_bytes >= n_key && memcmp (at, format->key, n_key) == 0 &&
          g_regex_match_full (format->pattern, at, n_bytes, 0, 0, NULL, NULL))
        return format;
    }

  return NULL;
}

gboolean
tm_oops_rules_is (TmOopsRules *self, const char *function, TmOopsClass classes)
{
  guint found = GPOINTER_TO_UINT (g_hash_table_lookup (self->exact, function));

  for (guint i = 0; i < self->patterns->len && (found & classes) == 0; i++)
    {
      const Pattern *pattern = &g_array_index (self->patterns, Pattern, i);

      if ((pattern->classes & classes) != 0 &&
          g_pattern_spec_match_string (pattern->spec, function))
        found |= pattern->classes;
    }

  return (found & classes) != 0;
}

const char *
tm_oops_rules_get_bucket (TmOopsRules *self, const char *function)
{
  const char *bucket = g_hash_table_lookup (self->buckets, function);

  for (guint i = 0; i < self->patterns->len && bucket == NULL; i++)
    {
      const Pattern *pattern = &g_array_index (self->patterns, Pattern, i);

      if (pattern->bucket != NULL && g_pattern_spec_match_string (pattern->spec, function))
        bucket = pattern->bucket;
    }

  return bucket;
}
