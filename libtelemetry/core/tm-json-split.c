/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-json-split.h. */
#include "tm-json-split.h"

#include <string.h>

#include "telemetry-error.h"

typedef struct
{
  const char *text;
  gsize n_bytes;
  gsize at;
} Cursor;

static gboolean
set_broken (Cursor *self, const char *problem, GError **error)
{
  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
               "JSON is not valid at byte %" G_GSIZE_FORMAT ": %s", self->at, problem);
  return FALSE;
}

static char
peek (Cursor *self)
{
  return self->at < self->n_bytes ? self->text[self->at] : '\0';
}

static void
skip_space (Cursor *self)
{
  while (peek (self) == ' ' || peek (self) == '\t' || peek (self) == '\r' || peek (self) == '\n')
    self->at++;
}

static gboolean
skip_string (Cursor *self, GError **error)
{
  for (self->at++; self->at < self->n_bytes; self->at++)
    {
      if (self->text[self->at] == '"')
        {
          self->at++;
          return TRUE;
        }
      if (self->text[self->at] == '\\')
        self->at++;
    }

  self->at = self->n_bytes;
  return set_broken (self, "a string without an end", error);
}

/* Goes to the ',' or the bracket that ends the value at which the cursor stands. */
static gboolean
skip_value (Cursor *self, GError **error)
{
  gsize start = self->at;
  gsize depth = 0;

  while (self->at < self->n_bytes)
    {
      char c = self->text[self->at];

      if (c == '"')
        {
          if (!skip_string (self, error))
            return FALSE;
          continue;
        }
      if (depth == 0 && (c == ',' || c == '}' || c == ']'))
        return self->at > start || set_broken (self, "a value was expected", error);
      if (c == '{' || c == '[')
        depth++;
      else if (c == '}' || c == ']')
        depth--;
      self->at++;
    }

  return set_broken (self, "a bracket was never closed", error);
}

static gboolean
add_element (Cursor *self, GArray *elements, guint max_elements, const char *key, GError **error)
{
  TmJsonSpan span = { .start = self->at };

  if (elements->len == max_elements)
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_TOO_LARGE,
                   "%s has more elements than the %u that are accepted", key, max_elements);
      return FALSE;
    }

  if (!skip_value (self, error))
    return FALSE;
  if (peek (self) == '}')
    return set_broken (self, "']' was expected", error);

  span.end = self->at;
  g_array_append_val (elements, span);
  return TRUE;
}

/* The cursor stands at '[' and goes behind the matching ']'. */
static gboolean
split_array (Cursor *self, GArray *elements, guint max_elements, const char *key, GError **error)
{
  self->at++;
  skip_space (self);
  if (peek (self) == ']')
    {
      self->at++;
      return TRUE;
    }

  for (;;)
    {
      if (!add_element (self, elements, max_elements, key, error))
        return FALSE;
      if (self->text[self->at++] == ']')
        return TRUE;
      skip_space (self);
    }
}

/* The cursor stands at the quote of a key and goes to its value. */
static gboolean
take_key (Cursor *self, const char *key, gboolean *out_matches, GError **error)
{
  gsize start = self->at + 1;
  gsize n_key = strlen (key);

  if (peek (self) != '"')
    return set_broken (self, "a key in quotes was expected", error);
  if (!skip_string (self, error))
    return FALSE;

  *out_matches = self->at - 1 - start == n_key && memcmp (self->text + start, key, n_key) == 0;

  skip_space (self);
  if (peek (self) != ':')
    return set_broken (self, "':' was expected", error);
  self->at++;
  skip_space (self);
  return TRUE;
}

/* The cursor stands at the value of the key that is looked for. */
static gboolean
take_array (Cursor *self,
            const char *key,
            guint max_elements,
            TmJsonSpan *out_array,
            GArray *elements,
            GError **error)
{
  if (out_array->end != 0 || peek (self) != '[')
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
                   "%s must be given once, as an array", key);
      return FALSE;
    }

  out_array->start = self->at;
  if (!split_array (self, elements, max_elements, key, error))
    return FALSE;

  out_array->end = self->at;
  return TRUE;
}

static gboolean
find_array (Cursor *self,
            const char *key,
            guint max_elements,
            TmJsonSpan *out_array,
            GArray *elements,
            GError **error)
{
  skip_space (self);
  if (peek (self) != '{')
    return set_broken (self, "an object was expected", error);

  do
    {
      gboolean matches;

      self->at++;
      skip_space (self);
      if (peek (self) == '}')
        break;
      if (!take_key (self, key, &matches, error))
        return FALSE;
      if (matches && !take_array (self, key, max_elements, out_array, elements, error))
        return FALSE;
      if (!matches && !skip_value (self, error))
        return FALSE;
      skip_space (self);
    }
  while (peek (self) == ',');

  if (out_array->end != 0)
    return TRUE;

  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
               "%s is missing, accepted is an array", key);
  return FALSE;
}

/* The cursor stands before a key. FALSE at the end, or where there is no member. */
static gboolean
next_member (Cursor *self, const char *key, gboolean *out_matches, TmJsonSpan *out_value)
{
  skip_space (self);
  if (!take_key (self, key, out_matches, NULL))
    return FALSE;

  out_value->start = self->at;
  if (!skip_value (self, NULL))
    return FALSE;

  out_value->end = self->at;
  return TRUE;
}

gboolean
tm_json_find (const char *text, gsize n_bytes, const char *key, TmJsonSpan *out_value)
{
  Cursor cursor = { .text = text, .n_bytes = n_bytes };
  TmJsonSpan value;
  gboolean matches;
  guint n_found = 0;

  skip_space (&cursor);
  if (peek (&cursor) != '{')
    return FALSE;

  do
    {
      cursor.at++;
      if (!next_member (&cursor, key, &matches, &value))
        break;
      if (!matches)
        continue;
      n_found++;
      *out_value = value;
    }
  while (peek (&cursor) == ',');

  return n_found == 1;
}

gboolean
tm_json_split (const char *text,
               gsize n_bytes,
               const char *key,
               guint max_elements,
               GString **out_rest,
               GArray **out_elements,
               GError **error)
{
  g_autoptr (GArray) elements = g_array_new (FALSE, FALSE, sizeof (TmJsonSpan));
  g_autoptr (GString) rest = NULL;
  Cursor cursor = { .text = text, .n_bytes = n_bytes };
  TmJsonSpan array = { 0 };

  if (!find_array (&cursor, key, max_elements, &array, elements, error))
    return FALSE;

  rest = g_string_new_len (text, array.start);
  g_string_append (rest, "[]");
  g_string_append_len (rest, text + array.end, n_bytes - array.end);
  *out_rest = g_steal_pointer (&rest);
  *out_elements = g_steal_pointer (&elements);
  return TRUE;
}
