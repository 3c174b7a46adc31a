/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-cper-text.h. */
#include "tm-cper-text.h"

#include <stdio.h>
#include <string.h>

#include "tm-cper-draft.h"
#include "tm-cper-section.h"

#define END "BERT: Total records found"
#define MARK "[Hardware Error]: "

/* The kernel's own lines are shorter. */
#define MAX_LINE_BYTES 1024
/* Old kernels say no end: so many lines of others are one. */
#define MAX_FOREIGN 256
/* A region of 1 MiB has no more. */
#define MAX_SKIPPED 65536

struct _TmCperText
{
  TmCperDraft *draft;
  gboolean has_begun;
  guint n_skipped;
  guint n_foreign; /* lines since the last one that may be of the region */
};

TmCperText *
tm_cper_text_new (void)
{
  TmCperText *self = g_new0 (TmCperText, 1);

  self->draft = tm_cper_draft_new ();
  return self;
}

void
tm_cper_text_free (TmCperText *self)
{
  tm_cper_draft_free (self->draft);
  g_free (self);
}

static gboolean
skip (const char **at, const char *prefix)
{
  if (!g_str_has_prefix (*at, prefix))
    return FALSE;

  *at += strlen (prefix);
  return TRUE;
}

static guint
parse_severity (const char *text)
{
  static const char *const names[] = { "recoverable", "fatal", "corrected", "info" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_has_prefix (text, names[i]))
      return i;

  return TM_CPER_SEVERITY_INFORMATIONAL;
}

/* Digits of a decimal number, two to a byte. */
static guint64
to_digits (guint number)
{
  return number / 10 % 10 << 4 | number % 10;
}

static void
read_time (TmCperText *self, const char *text)
{
  guint year, month, day, hour, minute, second;

  if (sscanf (text, "%4u-%2u-%2u %2u:%2u:%2u", &year, &month, &day, &hour, &minute, &second) == 6)
    tm_cper_draft_set_time (self->draft,
                            to_digits (second) | to_digits (minute) << 8 | to_digits (hour) << 16 |
                                to_digits (day) << 32 | to_digits (month) << 40 |
                                to_digits (year % 100) << 48 | to_digits (year / 100) << 56);
}

/* The whole of a word: "12, single", "0x1f)", not "12:3". */
static gboolean
parse_number (const char *text, guint64 *out_number)
{
  char *end;

  if (!g_ascii_isdigit (text[0]))
    return FALSE;

  *out_number = g_ascii_strtoull (text, &end, 0);
  return *end == '\0' || strchr (" ,)", *end) != NULL;
}

/* The number at index of those that '.' or ':' separate. */
static gboolean
parse_at (const char *text, guint index, guint base, guint64 *out_number)
{
  char *end;

  for (guint i = 0;; i++)
    {
      if (!g_ascii_isxdigit (text[0]) || g_str_has_prefix (text, "0x"))
        return FALSE;
      *out_number = g_ascii_strtoull (text, &end, base);
      if (i == index)
        return TRUE;
      if (*end != '.' && *end != ':')
        return FALSE;
      text = end + 1;
    }
}

static void
read_name (TmCperText *self, const TmCperWord *word, const char *value)
{
  for (guint i = 0; word->names[i] != NULL; i++)
    if (g_str_has_prefix (value, word->names[i]))
      tm_cper_draft_set_number (self->draft, word, i);
}

static void
read_names (TmCperText *self, const TmCperWord *word, const char *value)
{
  for (guint i = 0; word->names[i] != NULL; i++)
    if (strstr (value, word->names[i]) != NULL)
      tm_cper_draft_set_number (self->draft, word, G_GUINT64_CONSTANT (1) << i);
}

static void
read_guid (TmCperText *self, const TmCperWord *word, const char *value)
{
  for (guint i = 0; word->names != NULL && word->names[i] != NULL; i += 2)
    if (strcmp (value, word->names[i]) == 0)
      {
        tm_cper_draft_set_guid (self->draft, word, word->names[i + 1]);
        return;
      }

  tm_cper_draft_set_guid (self->draft, word, value);
}

static void
read_value (TmCperText *self, const TmCperWord *word, const char *value)
{
  guint64 number;
  const char *parenthesis = strrchr (value, '(');

  switch (word->kind)
    {
    case TM_CPER_WORD_NUMBER:
      if (parse_number (value, &number))
        tm_cper_draft_set_number (self->draft, word, number);
      return;
    case TM_CPER_WORD_HEX:
    case TM_CPER_WORD_PAIR:
      if (parse_at (value, word->index, word->kind == TM_CPER_WORD_HEX ? 16 : 10, &number))
        tm_cper_draft_set_number (self->draft, word, number);
      return;
    case TM_CPER_WORD_IN_PARENTHESES:
      if (parenthesis != NULL && parse_number (parenthesis + 1, &number))
        tm_cper_draft_set_number (self->draft, word, number);
      return;
    case TM_CPER_WORD_NAME:
      read_name (self, word, value);
      return;
    case TM_CPER_WORD_NAMES:
      read_names (self, word, value);
      return;
    case TM_CPER_WORD_GUID:
      read_guid (self, word, value);
      return;
    case TM_CPER_WORD_SET:
      tm_cper_draft_set_number (self->draft, word, 1);
      return;
    case TM_CPER_WORD_DUMP:
      tm_cper_draft_begin_dump (self->draft, word);
      return;
    default:
      g_assert_not_reached ();
    }
}

/* (nullable): what follows a key that stands alone: "row" is not in "arrow: 1". */
static const char *
find_value (const char *line, const TmCperWord *word)
{
  gsize n_key = strlen (word->key);

  for (const char *at = strstr (line, word->key); at != NULL; at = strstr (at + 1, word->key))
    {
      if (at > line && at[-1] != ' ')
        continue;
      if (word->kind == TM_CPER_WORD_SET)
        return at + n_key;
      if (at[n_key] == ':')
        return at + n_key + 1 + strspn (at + n_key + 1, " ");
    }

  return NULL;
}

/* "00000010: 0011aabb 22334455 ...  text", the numbers as a little-endian machine has them. */
static gboolean
read_dump (TmCperText *self, const char *line)
{
  char *at;
  guint64 offset = g_ascii_strtoull (line, &at, 16);

  if (at - line != 8 || *at != ':')
    return FALSE;

  at++;
  for (gsize n_row = 0; n_row < 16 && at[0] == ' ' && g_ascii_isxdigit (at[1]);)
    {
      gsize n_bytes = strspn (at + 1, "0123456789abcdef") / 2;
      guint64 number = g_ascii_strtoull (at + 1, &at, 16);

      if (n_bytes == 0 || n_bytes > 8)
        break;
      tm_cper_draft_add_dump (self->draft, offset + n_row, n_bytes, number);
      n_row += n_bytes;
    }

  return TRUE;
}

/* (nullable): the part of a section that begins with this line. */
static const TmCperForm *
find_part (const TmCperForm *form, const char *line)
{
  for (const TmCperForm *part = form != NULL ? form->parts : NULL;
       part != NULL && part->name != NULL; part++)
    if (g_str_has_prefix (line, part->name))
      return part;

  return NULL;
}

static void
read_section (TmCperText *self, const char *line)
{
  const TmCperForm *form = tm_cper_draft_get_form (self->draft);
  const TmCperForm *part = find_part (form, line);
  guint length;

  if (form == NULL && sscanf (line, "section length: %x", &length) == 1)
    tm_cper_draft_begin_raw (self->draft, length);
  else if (part != NULL)
    tm_cper_draft_begin_part (self->draft, part);
  if (part != NULL || read_dump (self, line))
    return;

  for (const TmCperWord *word = tm_cper_draft_get_words (self->draft);
       word != NULL && word->key != NULL; word++)
    {
      const char *value = find_value (line, word);

      if (value != NULL)
        read_value (self, word, value);
    }
}

static void
read_entry (TmCperText *self, const char *line)
{
  const TmCperForm *form;

  if (skip (&line, "fru_id: "))
    tm_cper_draft_set_fru_id (self->draft, line);
  else if (skip (&line, "fru_text: "))
    tm_cper_draft_set_fru_text (self->draft, line);
  else if (skip (&line, "section type: unknown, "))
    tm_cper_draft_begin_section (self->draft, NULL, line);
  else if (skip (&line, "section_type: ") && (form = tm_cper_form_find (line)) != NULL)
    tm_cper_draft_begin_section (self->draft, form, form->type->guid);
}

static void
read_line (TmCperText *self, const char *line)
{
  guint number;
  int n_read = 0;

  if (skip (&line, "event severity: "))
    self->n_skipped += !tm_cper_draft_begin_block (self->draft, parse_severity (line));
  else if (sscanf (line, "Skipped %u error records", &number) == 1)
    self->n_skipped += MIN (number, MAX_SKIPPED);
  else if (skip (&line, "precise tstamp: ") || skip (&line, "imprecise tstamp: "))
    read_time (self, line);
  else if (sscanf (line, "Error %u, type: %n", &number, &n_read) == 1 && n_read > 0)
    tm_cper_draft_begin_entry (self->draft, parse_severity (line + n_read));
  else if (tm_cper_draft_has_entry (self->draft))
    read_entry (self, line);
  else if (tm_cper_draft_has_section (self->draft))
    read_section (self, line);
}

gboolean
tm_cper_text_feed (TmCperText *self, const char *line, gsize n_bytes)
{
  g_autofree char *text = NULL;
  const char *at;

  if (n_bytes > MAX_LINE_BYTES)
    return TRUE;

  at = text = g_strchomp (g_strndup (line, n_bytes));
  if (!self->has_begun)
    {
      self->has_begun = g_str_has_prefix (at, TM_CPER_TEXT_BEGIN);
      return TRUE;
    }
  if (g_str_has_prefix (at, END))
    return FALSE;
  skip (&at, "BERT: ");
  if (!skip (&at, MARK))
    return ++self->n_foreign < MAX_FOREIGN;

  self->n_foreign = 0;
  read_line (self, at + strspn (at, " "));
  return TRUE;
}

GBytes *
tm_cper_text_finish (TmCperText *self)
{
  return tm_cper_draft_finish (self->draft);
}

guint
tm_cper_text_get_skipped (TmCperText *self)
{
  return self->n_skipped;
}
