/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The check in front of the parser is a scanner without recursion: one bit a level tells objects
 * from arrays, so depth costs nothing and 64 levels are the most it can hold; see tm-json.h.
 */
#include "tm-json.h"

#include <math.h>
#include <string.h>

#include "telemetry-error.h"

/* A number of so few characters and without an exponent fits a double (DBL_MAX has 309 digits). */
#define MAX_PLAIN_DIGITS 300

typedef struct
{
  const char *text;
  gsize n_bytes;
  gsize at;
  guint depth;
  guint max_depth;
  guint64 objects; /* bit n: level n is an object */
  const char *problem;
} Scanner;

static gboolean
fail (Scanner *self, const char *problem)
{
  self->problem = problem;
  return FALSE;
}

static char
peek (Scanner *self)
{
  return self->at < self->n_bytes ? self->text[self->at] : '\0';
}

static void
skip_space (Scanner *self)
{
  while (peek (self) == ' ' || peek (self) == '\t' || peek (self) == '\r' || peek (self) == '\n')
    self->at++;
}

static gboolean
scan_hex4 (Scanner *self, guint *out_unit)
{
  *out_unit = 0;
  for (guint i = 0; i < 4; i++, self->at++)
    {
      if (!g_ascii_isxdigit (peek (self)))
        return fail (self, "\\u needs four hex digits");
      *out_unit = *out_unit << 4 | g_ascii_xdigit_value (peek (self));
    }

  return TRUE;
}

static gboolean
scan_unicode_escape (Scanner *self)
{
  guint unit, low;

  if (!scan_hex4 (self, &unit))
    return FALSE;
  if (unit == 0)
    return fail (self, "\\u0000 is not accepted, text must not contain NUL");
  if (unit >= 0xdc00 && unit <= 0xdfff)
    return fail (self, "a low surrogate without a high one");
  if (unit < 0xd800 || unit > 0xdbff)
    return TRUE;

  if (self->n_bytes - self->at < 6 || memcmp (self->text + self->at, "\\u", 2) != 0)
    return fail (self, "a high surrogate without a low one");
  self->at += 2;
  if (!scan_hex4 (self, &low))
    return FALSE;
  if (low < 0xdc00 || low > 0xdfff)
    return fail (self, "a high surrogate without a low one");
  return TRUE;
}

static gboolean
scan_string (Scanner *self)
{
  self->at++;
  while (self->at < self->n_bytes)
    {
      char c = self->text[self->at++];

      if (c == '"')
        return TRUE;
      if ((guchar) c < 0x20)
        return fail (self, "a control character inside a string");
      if (c != '\\')
        continue;

      c = peek (self);
      self->at++;
      if (c == '\0' || strchr ("\"\\/bfnrtu", c) == NULL)
        return fail (self, "an unknown escape");
      if (c == 'u' && !scan_unicode_escape (self))
        return FALSE;
    }

  return fail (self, "a string without an end");
}

static gboolean
scan_digits (Scanner *self)
{
  gsize start = self->at;

  while (g_ascii_isdigit (peek (self)))
    self->at++;

  return self->at > start || fail (self, "a digit was expected");
}

/* json-glib reads 1e999 as infinity, which it then writes as "inf": that would not be JSON. */
static gboolean
check_range (Scanner *self, gsize start)
{
  g_autofree char *number = g_strndup (self->text + start, self->at - start);

  return isfinite (g_ascii_strtod (number, NULL)) ||
         fail (self, "a number beyond the range of a double");
}

static gboolean
scan_number (Scanner *self)
{
  gsize start = self->at;

  if (peek (self) == '-')
    self->at++;

  if (peek (self) == '0')
    self->at++;
  else if (!scan_digits (self))
    return FALSE;

  if (peek (self) == '.')
    {
      self->at++;
      if (!scan_digits (self))
        return FALSE;
    }

  if (peek (self) != 'e' && peek (self) != 'E')
    return self->at - start <= MAX_PLAIN_DIGITS || check_range (self, start);

  self->at++;
  if (peek (self) == '+' || peek (self) == '-')
    self->at++;
  return scan_digits (self) && check_range (self, start);
}

static gboolean
scan_word (Scanner *self)
{
  static const char *const words[] = { "true", "false", "null" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      gsize n = strlen (words[i]);

      if (self->n_bytes - self->at >= n && memcmp (self->text + self->at, words[i], n) == 0)
        {
          self->at += n;
          return TRUE;
        }
    }

  return fail (self, "a value was expected");
}

static gboolean
scan_scalar (Scanner *self)
{
  char c = peek (self);

  if (c == '"')
    return scan_string (self);
  if (c == '-' || g_ascii_isdigit (c))
    return scan_number (self);
  return scan_word (self);
}

static gboolean
in_object (Scanner *self)
{
  return self->depth > 0 && (self->objects >> (self->depth - 1) & 1) != 0;
}

static gboolean
open_container (Scanner *self)
{
  guint64 bit;

  if (self->depth == self->max_depth)
    return fail (self, "nested too deep");

  bit = G_GUINT64_CONSTANT (1) << self->depth;
  self->objects = peek (self) == '{' ? self->objects | bit : self->objects & ~bit;
  self->depth++;
  self->at++;
  skip_space (self);
  return TRUE;
}

static gboolean
scan_key (Scanner *self)
{
  if (peek (self) != '"')
    return fail (self, "a key in quotes was expected");
  if (!scan_string (self))
    return FALSE;

  skip_space (self);
  if (peek (self) != ':')
    return fail (self, "':' was expected");
  self->at++;
  skip_space (self);
  return TRUE;
}

/* Behind a value: closes what ends here, and stands before the next value, or at depth 0. */
static gboolean
scan_behind_value (Scanner *self)
{
  for (;;)
    {
      skip_space (self);
      if (self->depth == 0)
        return TRUE;

      if (peek (self) == ',')
        {
          self->at++;
          skip_space (self);
          return !in_object (self) || scan_key (self);
        }
      if (peek (self) != (in_object (self) ? '}' : ']'))
        return fail (self,
                     in_object (self) ? "',' or '}' was expected" : "',' or ']' was expected");
      self->at++;
      self->depth--;
    }
}

/* At a value. Opens containers until there is a scalar, or a container that is empty. */
static gboolean
scan_value (Scanner *self)
{
  while (peek (self) == '{' || peek (self) == '[')
    {
      if (!open_container (self))
        return FALSE;
      if (peek (self) == (in_object (self) ? '}' : ']'))
        {
          self->at++;
          self->depth--;
          return TRUE;
        }
      if (in_object (self) && !scan_key (self))
        return FALSE;
    }

  return scan_scalar (self);
}

static gboolean
scan_document (Scanner *self)
{
  skip_space (self);
  do
    {
      if (!scan_value (self) || !scan_behind_value (self))
        return FALSE;
    }
  while (self->depth > 0);

  return self->at == self->n_bytes || fail (self, "text behind the end");
}

gboolean
tm_json_check (const char *text, gsize n_bytes, gsize max_bytes, guint max_depth, GError **error)
{
  Scanner scanner = { .text = text, .n_bytes = n_bytes, .max_depth = MIN (max_depth, 64) };
  const char *end;

  if (n_bytes > max_bytes)
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_TOO_LARGE,
                   "JSON of %" G_GSIZE_FORMAT " bytes, accepted are at most %" G_GSIZE_FORMAT,
                   n_bytes, max_bytes);
      return FALSE;
    }

  if (!g_utf8_validate_len (text, n_bytes, &end))
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
                   "JSON is not valid at byte %" G_GSIZE_FORMAT ": not UTF-8, or NUL",
                   (gsize) (end - text));
      return FALSE;
    }

  if (scan_document (&scanner))
    return TRUE;

  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
               "JSON is not valid at byte %" G_GSIZE_FORMAT ": %s (at most %u levels)", scanner.at,
               scanner.problem, scanner.max_depth);
  return FALSE;
}

JsonNode *
tm_json_parse (const char *text, gsize n_bytes, gsize max_bytes, guint max_depth, GError **error)
{
  g_autoptr (JsonParser) parser = NULL;

  if (!tm_json_check (text, n_bytes, max_bytes, max_depth, error))
    return NULL;

  parser = json_parser_new ();
  if (!json_parser_load_from_data (parser, text, n_bytes, error))
    return NULL;

  return json_parser_steal_root (parser);
}

static JsonNode *
get_value (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  return node == NULL || JSON_NODE_HOLDS_NULL (node) ? NULL : node;
}

gboolean
tm_json_get_text (JsonObject *object, const char *key, const char **out_text, GError **error)
{
  JsonNode *node = get_value (object, key);

  *out_text = NULL;
  if (node == NULL)
    return TRUE;

  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS, "%s must be a string",
                   key);
      return FALSE;
    }

  *out_text = json_node_get_string (node);
  return TRUE;
}

gboolean
tm_json_get_number (JsonObject *object,
                    const char *key,
                    guint64 max,
                    gboolean *out_present,
                    guint64 *out_number,
                    GError **error)
{
  JsonNode *node = get_value (object, key);

  *out_present = node != NULL;
  *out_number = 0;
  if (node == NULL)
    return TRUE;

  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64 ||
      json_node_get_int (node) < 0 || (guint64) json_node_get_int (node) > max)
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
                   "%s must be a whole number from 0 to %" G_GUINT64_FORMAT, key, max);
      return FALSE;
    }

  *out_number = json_node_get_int (node);
  return TRUE;
}
