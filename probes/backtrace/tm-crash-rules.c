/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-crash-rules.h. */
#include "tm-crash-rules.h"

#include <string.h>

typedef struct
{
  TmCrashClass class_; /* NONE: an alias */
  GPatternSpec *pattern;
  gboolean has_module; /* MODULE!FUNCTION */
  char *name;          /* (nullable): of an alias */
} Rule;

struct _TmCrashRules
{
  GArray *rules; /* (element-type Rule) */
};

static const struct
{
  const char *text;
  TmCrashClass class_;
} classes[] = {
  { "alias", TM_CRASH_CLASS_NONE },    { "cut", TM_CRASH_CLASS_CUT },
  { "prefix", TM_CRASH_CLASS_PREFIX }, { "skip", TM_CRASH_CLASS_SKIP },
  { "end", TM_CRASH_CLASS_END },
};

static void
rule_clear (gpointer data)
{
  Rule *self = data;

  g_pattern_spec_free (self->pattern);
  g_free (self->name);
}

void
tm_crash_rules_free (TmCrashRules *self)
{
  g_array_unref (self->rules);
  g_free (self);
}

static gboolean
set_error (GError **error, guint line, const char *problem)
{
  g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE, "line %u: %s", line, problem);
  return FALSE;
}

/* Names of functions have spaces ("operator new"), so a pattern goes on to the end of its line. */
static gboolean
add_rule (TmCrashRules *self, const char *line, guint n_line, GError **error)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 2);
  g_auto (GStrv) alias = NULL;
  Rule rule = { 0 };
  const char *pattern = words[1];
  guint i = 0;

  while (i < G_N_ELEMENTS (classes) && strcmp (classes[i].text, words[0]) != 0)
    i++;
  if (i == G_N_ELEMENTS (classes))
    return set_error (error, n_line, "the class is none of alias, cut, prefix, skip, end");
  rule.class_ = classes[i].class_;

  if (rule.class_ == TM_CRASH_CLASS_NONE && pattern != NULL)
    {
      alias = g_strsplit (pattern, " ", 2);
      pattern = alias[1];
    }
  if (pattern == NULL || pattern[0] == '\0')
    return set_error (error, n_line, "a pattern is needed");

  rule.name = alias != NULL ? g_strdup (alias[0]) : NULL;
  rule.pattern = g_pattern_spec_new (pattern);
  rule.has_module = strchr (pattern, '!') != NULL;
  g_array_append_val (self->rules, rule);
  return TRUE;
}

TmCrashRules *
tm_crash_rules_new (const char *text, GError **error)
{
  g_autoptr (TmCrashRules) self = g_new0 (TmCrashRules, 1);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  self->rules = g_array_new (FALSE, FALSE, sizeof (Rule));
  g_array_set_clear_func (self->rules, rule_clear);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_strchomp (lines[i]);
      if (lines[i][0] == '\0' || lines[i][0] == '#')
        continue;
      if (!add_rule (self, lines[i], i + 1, error))
        return NULL;
    }

  return g_steal_pointer (&self);
}

/* (transfer none) (nullable): the first one that fits. */
static const Rule *
find (TmCrashRules *self, gboolean is_alias, const char *module, const char *function)
{
  g_autofree char *both = g_strconcat (module, "!", function, NULL);

  for (guint i = 0; i < self->rules->len; i++)
    {
      const Rule *rule = &g_array_index (self->rules, Rule, i);

      if ((rule->class_ == TM_CRASH_CLASS_NONE) == is_alias &&
          g_pattern_spec_match_string (rule->pattern, rule->has_module ? both : function))
        return rule;
    }

  return NULL;
}

TmCrashClass
tm_crash_rules_classify (TmCrashRules *self, const char *module, const char *function)
{
  const Rule *rule = find (self, FALSE, module, function);

  return rule != NULL ? rule->class_ : TM_CRASH_CLASS_NONE;
}

const char *
tm_crash_rules_get_name (TmCrashRules *self, const char *module, const char *function)
{
  const Rule *rule = find (self, TRUE, module, function);

  return rule != NULL ? rule->name : function;
}
