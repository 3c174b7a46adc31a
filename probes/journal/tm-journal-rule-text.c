/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From the text of a rule to the rule; see tm-journal-rule.h. Not by GKeyFile: that does not tell
 * in which line a key is, and takes the last of two that are the same.
 */
#include <string.h>

#include "tm-journal-rule.h"

/* Bytes; journald takes no longer ones. */
#define MAX_FIELD_NAME 64
/* Characters of a wrong value that an error shows. */
#define MAX_SHOWN 80

typedef struct
{
  TmJournalRule *rule;
  const char *file;
  guint line;
  char group; /* 'R', 'M', 'G' as the name of the group begins; 0: before the first */
  gboolean has_weight;
  gboolean has_kind;
} Parser;

/* What is never told, whatever a rule allows: it names the machine, its people or their doings. */
static const char *const private_fields[] = {
  "_HOSTNAME",
  "_MACHINE_ID",
  "_BOOT_ID",
  "_CMDLINE",
  "_UID",
  "_GID",
  "_AUDIT_LOGINUID",
  "_AUDIT_SESSION",
  "_SYSTEMD_OWNER_UID",
  "_SYSTEMD_SESSION",
  "_SYSTEMD_CGROUP",
  "_SYSTEMD_SLICE",
  "SYSLOG_RAW",
  NULL,
};

/* Of the process that an entry is about there are the same fields as of the one that wrote it. */
#define OBJECT "OBJECT"

static gboolean
refuse (Parser *self, GError **error, const char *key, const char *value, const char *accepted)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);
  g_autofree char *valid_key = g_utf8_make_valid (key, -1);
  g_autofree char *begin = g_utf8_substring (valid, 0, MIN (g_utf8_strlen (valid, -1), MAX_SHOWN));

  g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
               "%s, line %u: %s: “%s” is not accepted; accepted is %s", self->file, self->line,
               valid_key, begin, accepted);
  return FALSE;
}

static gboolean
is_field (const char *name)
{
  gsize n_bytes = strspn (name, G_CSET_A_2_Z G_CSET_DIGITS "_");

  return n_bytes > 0 && n_bytes <= MAX_FIELD_NAME && name[n_bytes] == '\0' &&
         !g_ascii_isdigit (name[0]) && !g_str_has_prefix (name, "__");
}

static gboolean
may_leave (const char *name)
{
  return is_field (name) && !g_strv_contains (private_fields, name) &&
         !(g_str_has_prefix (name, OBJECT "_") &&
           g_strv_contains (private_fields, name + strlen (OBJECT))) &&
         !g_str_has_prefix (name, "COREDUMP_");
}

static gboolean
set_kind (Parser *self, const char *key, const char *value, GError **error)
{
  if (self->has_kind || (strcmp (value, "match") != 0 && strcmp (value, "unit-failed") != 0))
    return refuse (self, error, key, value, "match or unit-failed, once");

  self->has_kind = TRUE;
  if (strcmp (value, "unit-failed") == 0)
    self->rule->kind = TM_JOURNAL_RULE_KIND_UNIT_FAILED;
  return TRUE;
}

static gboolean
set_title (Parser *self, const char *key, const char *value, GError **error)
{
  if (self->rule->title != NULL || value[0] == '\0' || strlen (value) > TM_JOURNAL_RULE_MAX_TITLE ||
      !g_utf8_validate (value, -1, NULL))
    return refuse (self, error, key, value, "one text of 1 to 120 bytes of UTF-8");

  self->rule->title = g_strdup (value);
  return TRUE;
}

static gboolean
set_weight (Parser *self, const char *key, const char *value, GError **error)
{
  guint64 weight;

  if (self->has_weight ||
      !g_ascii_string_to_unsigned (value, 10, 1, TM_JOURNAL_RULE_MAX_WEIGHT, &weight, NULL))
    return refuse (self, error, key, value, "one number from 1 to 1000");

  self->has_weight = TRUE;
  self->rule->weight = (guint) weight;
  return TRUE;
}

static gboolean
add_fields (Parser *self, const char *key, const char *value, GError **error)
{
  g_auto (GStrv) names = g_strsplit (value, ";", -1);

  for (guint i = 0; names[i] != NULL; i++)
    {
      if (g_strstrip (names[i])[0] == '\0')
        continue;
      if (!may_leave (names[i]) || self->rule->fields->len == TM_JOURNAL_RULE_MAX_FIELDS)
        return refuse (self, error, key, names[i],
                       "at most 16 names of fields between “;”, none that names the machine, a "
                       "person or a command line");
      g_ptr_array_add (self->rule->fields, g_strdup (names[i]));
    }

  return TRUE;
}

static gboolean
add_redaction (Parser *self, const char *key, const char *value, GError **error)
{
  GRegex *regex = NULL;

  if (value[0] != '\0' && strlen (value) <= TM_JOURNAL_RULE_MAX_PATTERN &&
      self->rule->redactions->len < TM_JOURNAL_RULE_MAX_REDACTIONS &&
      g_utf8_validate (value, -1, NULL))
    regex = g_regex_new (value, 0, 0, NULL);
  if (regex == NULL)
    return refuse (self, error, key, value,
                   "a regular expression of 1 to 256 bytes, at most 16 times");

  g_ptr_array_add (self->rule->redactions, regex);
  return TRUE;
}

static void
match_free (gpointer data)
{
  TmJournalMatch *self = data;

  g_free (self->field);
  g_free (self->value);
  g_free (self);
}

static gboolean
add_match (Parser *self, const char *key, const char *value, GError **error)
{
  TmJournalMatch *match;

  if (!is_field (key) || self->rule->matches->len == TM_JOURNAL_RULE_MAX_MATCHES ||
      strlen (value) > TM_JOURNAL_RULE_MAX_PATTERN)
    return refuse (self, error, key, value,
                   "at most 32 fields of the journal, A-Z, 0-9 and “_”, with a value of at most "
                   "256 bytes");

  match = g_new0 (TmJournalMatch, 1);
  match->field = g_strdup (key);
  match->value = g_strdup (value);
  match->is_glob = self->group == 'G';
  g_ptr_array_add (self->rule->matches, match);
  return TRUE;
}

static gboolean
set_key (Parser *self, const char *key, const char *value, GError **error)
{
  static const struct
  {
    const char *key;
    gboolean (*set) (Parser *self, const char *key, const char *value, GError **error);
  } keys[] = {
    { "Kind", set_kind },     { "Title", set_title },      { "Weight", set_weight },
    { "Fields", add_fields }, { "Redact", add_redaction },
  };

  if (self->group == 'M' || self->group == 'G')
    return add_match (self, key, value, error);

  for (guint i = 0; i < G_N_ELEMENTS (keys) && self->group == 'R'; i++)
    if (strcmp (keys[i].key, key) == 0)
      return keys[i].set (self, key, value, error);

  return refuse (self, error, key, value,
                 "in [Rule] one of Kind, Title, Weight, Fields and Redact, in [Match] and [Glob] "
                 "a field");
}

static gboolean
read_line (Parser *self, char *line, GError **error)
{
  static const char *const groups[] = { "[Rule]", "[Match]", "[Glob]" };
  char *sign;

  if (g_strstrip (line)[0] == '\0' || line[0] == '#')
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    if (strcmp (line, groups[i]) == 0)
      {
        self->group = groups[i][1];
        return TRUE;
      }

  sign = strchr (line, '=');
  if (line[0] == '[' || sign == NULL)
    return refuse (self, error, "line", line,
                   "a comment, KEY=VALUE, or one of [Rule], [Match] and [Glob]");

  *sign = '\0';
  return set_key (self, g_strchomp (line), g_strchug (sign + 1), error);
}

static gboolean
is_whole (Parser *self, GError **error)
{
  const TmJournalRule *rule = self->rule;

  if (rule->kind == TM_JOURNAL_RULE_KIND_UNIT_FAILED)
    return (rule->title == NULL && rule->fields->len == 0 && rule->redactions->len == 0) ||
           refuse (self, error, "Kind", "unit-failed",
                   "with it neither Title nor Fields nor Redact");
  if (rule->title == NULL)
    return refuse (self, error, "Title", "", "one text of 1 to 120 bytes of UTF-8");

  return rule->matches->len > 0 ||
         refuse (self, error, "[Match]", "", "at least one field in [Match] or [Glob]");
}

static gboolean
parse (Parser *self, const char *text, gsize n_bytes, GError **error)
{
  g_autofree char *copy = NULL;
  g_auto (GStrv) lines = NULL;

  if (n_bytes > TM_JOURNAL_RULE_MAX_BYTES || memchr (text, '\0', n_bytes) != NULL)
    return refuse (self, error, "file", "", "a text of at most 65536 bytes without a zero byte");

  copy = g_strndup (text, n_bytes);
  lines = g_strsplit (copy, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      self->line = i + 1;
      if (!read_line (self, lines[i], error))
        return FALSE;
    }

  return is_whole (self, error);
}

TmJournalRule *
tm_journal_rule_new (
    const char *id, const char *file, const char *text, gsize n_bytes, GError **error)
{
  g_autoptr (TmJournalRule) self = g_new0 (TmJournalRule, 1);
  Parser parser = { .rule = self, .file = file, .line = 1 };

  self->id = g_strdup (id);
  self->weight = 1;
  self->matches = g_ptr_array_new_with_free_func (match_free);
  self->fields = g_ptr_array_new_with_free_func (g_free);
  self->redactions = g_ptr_array_new_with_free_func ((GDestroyNotify) g_regex_unref);
  return parse (&parser, text, n_bytes, error) ? g_steal_pointer (&self) : NULL;
}
