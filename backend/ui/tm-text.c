/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-text.h. */
#include "tm-text.h"

#include <string.h>

#include "tm-time.h"

#define SECONDS_PER_MINUTE 60
#define SECONDS_PER_HOUR (60 * SECONDS_PER_MINUTE)
#define SECONDS_PER_DAY (24 * SECONDS_PER_HOUR)

char *
tm_text_number (gint64 number)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GINT64_FORMAT, number);
  g_autoptr (GString) text = g_string_new (NULL);
  gsize n_digits = strlen (digits);

  for (gsize i = 0; i < n_digits; i++)
    {
      if (i > 0 && (n_digits - i) % 3 == 0 && digits[i - 1] != '-')
        g_string_append_c (text, ',');
      g_string_append_c (text, digits[i]);
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
tm_text_count (gint64 number, const char *noun)
{
  g_autofree char *text = tm_text_number (number);

  return g_strdup_printf ("%s %s%s", text, noun, number == 1 ? "" : "s");
}

char *
tm_text_bytes (gint64 n_bytes)
{
  static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
  double n = (double) n_bytes / 1024;
  guint unit = 0;

  if (n_bytes < 1024)
    return tm_text_count (n_bytes, "byte");
  for (; n >= 1024 && unit + 1 < G_N_ELEMENTS (units); unit++)
    n /= 1024;

  return g_strdup_printf ("%.1f %s", n, units[unit]);
}

static char *
format_span (gint64 seconds)
{
  if (seconds < SECONDS_PER_MINUTE)
    return g_strdup_printf ("%d s", (int) seconds);
  if (seconds < SECONDS_PER_HOUR)
    return g_strdup_printf ("%d min", (int) (seconds / SECONDS_PER_MINUTE));
  if (seconds < SECONDS_PER_DAY)
    return g_strdup_printf ("%d h", (int) (seconds / SECONDS_PER_HOUR));

  return tm_text_count (seconds / SECONDS_PER_DAY, "day");
}

char *
tm_text_age (gint64 usec, gint64 now_usec)
{
  gint64 seconds = (now_usec - usec) / G_USEC_PER_SEC;
  g_autofree char *span = format_span (ABS (seconds));

  if (seconds == 0)
    return g_strdup ("just now");

  return seconds < 0 ? g_strdup_printf ("in %s", span) : g_strdup_printf ("%s ago", span);
}

char *
tm_text_time (gint64 usec)
{
  char text[TM_TIME_TEXT_SIZE];

  tm_time_format (usec, text);
  text[strlen ("2026-11-22")] = ' ';

  return g_strdup_printf ("%.*s UTC", (int) strlen ("2026-11-22 12:30:00"), text);
}

/* Marks that change the direction of the text around them, or have no width at all. */
static gboolean
is_hidden (gunichar c)
{
  return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x2069) || c == 0x061c || c == 0xfeff || (c >= 0x80 && c < 0xa0) ||
         c == 0x2028 || c == 0x2029;
}

char *
tm_text_visible (const char *text)
{
  g_autoptr (GString) out = g_string_sized_new (strlen (text) + 1);

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      if (c == 0x7f)
        g_string_append_unichar (out, 0x2421);
      else if (c < 0x20 && c != '\n' && c != '\t')
        g_string_append_unichar (out, 0x2400 + c); /* the block of control pictures */
      else if (is_hidden (c))
        g_string_append_printf (out, "[U+%04X]", c);
      else
        g_string_append_unichar (out, c);
    }

  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* What a character becomes on the page at most: "[U+202E]", "&quot;". */
static gsize
cost_of (gunichar c)
{
  if (c == '"' || c == '&' || c == '<' || c == '>' || c == '\'')
    return strlen ("&quot;");
  if (c < 0x80)
    return c < 0x20 || c == 0x7f ? strlen ("␀") : 1;

  return g_unichar_isgraph (c) ? (gsize) g_unichar_to_utf8 (c, NULL) : strlen ("[U+10FFFF]");
}

gsize
tm_text_cost (const char *text)
{
  gsize n = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    n += cost_of (g_utf8_get_char (text));

  return n;
}

char *
tm_text_start (const char *text, gsize max_bytes)
{
  const char *end = text;
  gsize n = 0;

  for (; *end != '\0'; end = g_utf8_next_char (end))
    {
      n += cost_of (g_utf8_get_char (end));
      if (n > max_bytes)
        break;
    }

  return g_strndup (text, (gsize) (end - text));
}
