/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-klog-line.h. */
#include "tm-klog-line.h"

#include <string.h>

/* What a console or syslog writes in front of a line; farther behind it is text. */
#define HEAD_MAX_BYTES 120

typedef struct
{
  const char *at;
  const char *end;
} Cursor;

static gboolean
take_char (Cursor *self, char c)
{
  if (self->at == self->end || *self->at != c)
    return FALSE;

  self->at++;
  return TRUE;
}

static void
skip_spaces (Cursor *self)
{
  while (self->at < self->end && (*self->at == ' ' || *self->at == '\t'))
    self->at++;
}

static gboolean
take_digits (Cursor *self, guint max_digits, gint64 *out_number)
{
  const char *start = self->at;

  *out_number = 0;
  while (self->at < self->end && g_ascii_isdigit (*self->at) && self->at - start < max_digits)
    *out_number = *out_number * 10 + (*self->at++ - '0');

  return self->at > start;
}

/* "12.345678", with blanks in front; as many digits behind the point as the kernel prints. */
static gboolean
take_seconds (Cursor *self, gint64 *out_usec)
{
  Cursor cursor = *self;
  gint64 seconds, micros;

  skip_spaces (&cursor);
  if (!take_digits (&cursor, 10, &seconds) || !take_char (&cursor, '.') ||
      !take_digits (&cursor, 6, &micros))
    return FALSE;

  *out_usec = seconds * G_USEC_PER_SEC + micros;
  *self = cursor;
  return TRUE;
}

/* " <    0.000123>": how long after the line before, where dmesg is asked for it. */
static void
skip_delta (Cursor *self)
{
  Cursor cursor = *self;
  gint64 usec;

  skip_spaces (&cursor);
  if (take_char (&cursor, '<') && take_seconds (&cursor, &usec) && take_char (&cursor, '>'))
    *self = cursor;
}

/* "[    5.678901]" */
static gboolean
take_stamp (Cursor *self, gint64 *out_usec)
{
  Cursor cursor = *self;
  gint64 usec;

  if (!take_char (&cursor, '[') || !take_seconds (&cursor, &usec))
    return FALSE;
  skip_delta (&cursor);
  if (!take_char (&cursor, ']'))
    return FALSE;

  *out_usec = usec;
  *self = cursor;
  return TRUE;
}

/* "[   T12]" or "[    C1]": CONFIG_PRINTK_CALLER; dmesg puts a blank in front. */
static gboolean
take_caller (Cursor *self, guint64 *out_caller)
{
  Cursor cursor = *self;
  gint64 number;
  gboolean is_cpu;

  take_char (&cursor, ' ');
  if (!take_char (&cursor, '['))
    return FALSE;
  skip_spaces (&cursor);
  is_cpu = cursor.at < cursor.end && *cursor.at == 'C';
  if (!take_char (&cursor, is_cpu ? 'C' : 'T') || !take_digits (&cursor, 10, &number) ||
      !take_char (&cursor, ']'))
    return FALSE;

  *out_caller = (guint64) (number + 1) << 1 | is_cpu;
  *self = cursor;
  return TRUE;
}

static gboolean
take_priority (Cursor *self, TmKlogLine *out_line)
{
  Cursor cursor = *self;
  gint64 priority;

  if (!take_char (&cursor, '<') || !take_digits (&cursor, 3, &priority) ||
      !take_char (&cursor, '>'))
    return FALSE;

  out_line->level = priority & 7;
  out_line->facility = priority >> 3;
  *self = cursor;
  return TRUE;
}

/* "6,1234,5678901,-,caller=T12;text" */
static gboolean
take_kmsg_head (Cursor *self, TmKlogLine *out_line)
{
  Cursor cursor = *self;
  gint64 priority, sequence, usec, number;
  const char *semicolon, *caller;

  if (!take_digits (&cursor, 5, &priority) || !take_char (&cursor, ',') ||
      !take_digits (&cursor, 18, &sequence) || !take_char (&cursor, ',') ||
      !take_digits (&cursor, 18, &usec) || !take_char (&cursor, ','))
    return FALSE;

  semicolon = memchr (cursor.at, ';', cursor.end - cursor.at);
  if (semicolon == NULL)
    return FALSE;

  caller = memmem (cursor.at, semicolon - cursor.at, "caller=", strlen ("caller="));
  if (caller != NULL)
    {
      Cursor at = { .at = caller + strlen ("caller=") + 1, .end = semicolon };

      if (at.at < semicolon && take_digits (&at, 10, &number))
        out_line->caller = (guint64) (number + 1) << 1 | (caller[strlen ("caller=")] == 'C');
    }

  out_line->level = priority & 7;
  out_line->facility = priority >> 3;
  out_line->time_usec = usec;
  self->at = semicolon + 1;
  return TRUE;
}

/* What a console or syslog wrote in front of the stamp: a login prompt, a date and a host. */
static void
skip_to_stamp (Cursor *self)
{
  const char *limit = MIN (self->end, self->at + HEAD_MAX_BYTES);

  for (const char *c = self->at; c < limit; c++)
    {
      Cursor cursor = { .at = c, .end = self->end };
      gint64 usec;

      c = memchr (c, '[', limit - c);
      if (c == NULL)
        return;
      cursor.at = c;
      if (take_stamp (&cursor, &usec))
        {
          self->at = c;
          return;
        }
    }
}

/* form: 'd' stands for a digit, '_' for a digit or a blank, 'a' for a letter, the rest for itself.
 */
static gboolean
take_form (Cursor *self, const char *form)
{
  const char *at = self->at;

  if (self->end - at < (gssize) strlen (form))
    return FALSE;
  for (; *form != '\0'; form++, at++)
    if (*form == 'd'   ? !g_ascii_isdigit (*at)
        : *form == '_' ? !g_ascii_isdigit (*at) && *at != ' '
        : *form == 'a' ? !g_ascii_isalpha (*at)
                       : *at != *form)
      return FALSE;

  self->at = at;
  return TRUE;
}

/* "[Sun Nov 29 12:00:00 2026] ", "[Nov29 12:00] ", "[  +0.000003] ": dmesg -T and dmesg -H. */
static gboolean
skip_dmesg_date (Cursor *self)
{
  Cursor cursor = *self;
  gint64 usec;

  if (take_form (&cursor, "[aaa aaa _d dd:dd:dd dddd"))
    skip_delta (&cursor);
  else if (!take_form (&cursor, "[aaa_d dd:dd"))
    {
      if (!take_char (&cursor, '['))
        return FALSE;
      skip_spaces (&cursor);
      if (!take_char (&cursor, '+') || !take_seconds (&cursor, &usec))
        return FALSE;
    }
  if (!take_char (&cursor, ']'))
    return FALSE;

  *self = cursor;
  return TRUE;
}

/* "2026-11-29T12:00:00,123456+01:00 " */
static gboolean
skip_iso_date (Cursor *self)
{
  Cursor cursor = *self;
  gint64 number;

  if (!take_form (&cursor, "dddd-dd-ddTdd:dd:dd"))
    return FALSE;
  if (take_char (&cursor, ',') || take_char (&cursor, '.'))
    take_digits (&cursor, 9, &number);
  if (!take_char (&cursor, 'Z') && !take_form (&cursor, "+dd:dd") &&
      !take_form (&cursor, "-dd:dd") && !take_form (&cursor, "+dddd") &&
      !take_form (&cursor, "-dddd"))
    return FALSE;
  if (!take_char (&cursor, ' '))
    return FALSE;

  *self = cursor;
  return TRUE;
}

/* The head of a program that copies or shows the kernel's log: its time is not that of the boot. */
static void
skip_date (Cursor *self)
{
  if (!take_form (self, "dddd/dd/dd dd:dd:dd ") && !skip_iso_date (self))
    skip_dmesg_date (self);
}

/* "host kernel: " behind a stamp: journalctl -o short-monotonic. */
static void
skip_host (Cursor *self)
{
  Cursor cursor = *self;

  take_char (&cursor, ' ');
  while (cursor.at < cursor.end && *cursor.at != ' ' && *cursor.at != ':')
    cursor.at++;
  if (cursor.end - cursor.at >= 9 && memcmp (cursor.at, " kernel: ", 9) == 0)
    self->at = cursor.at + strlen (" kernel:");
}

static void
skip_syslog_head (Cursor *self)
{
  const char *kernel =
      memmem (self->at, MIN (self->end - self->at, HEAD_MAX_BYTES), " kernel: ", 9);

  if (kernel != NULL)
    self->at = kernel + strlen (" kernel: ");
}

void
tm_klog_line_parse (const char *raw, gsize n_bytes, TmKlogLine *out_line)
{
  Cursor cursor = { .at = raw, .end = raw + n_bytes };

  *out_line = (TmKlogLine){ TM_KLOG_UNKNOWN, TM_KLOG_UNKNOWN, TM_KLOG_UNKNOWN, 0, raw, n_bytes };

  if (!take_kmsg_head (&cursor, out_line))
    {
      take_priority (&cursor, out_line);
      if (!take_stamp (&cursor, &out_line->time_usec))
        {
          skip_syslog_head (&cursor);
          skip_date (&cursor);
          skip_to_stamp (&cursor);
          take_stamp (&cursor, &out_line->time_usec);
        }
      else
        skip_host (&cursor);
      take_caller (&cursor, &out_line->caller);
      take_char (&cursor, ' ');
    }

  while (cursor.end > cursor.at && (cursor.end[-1] == '\r' || cursor.end[-1] == '\n'))
    cursor.end--;
  out_line->text = cursor.at;
  out_line->n_bytes = cursor.end - cursor.at;
}

gsize
tm_klog_line_find_joint (const char *raw, gsize n_bytes)
{
  const char *end = raw + n_bytes;
  const char *at = raw + 1;

  while (at < end && (at = memchr (at, '[', end - at)) != NULL)
    {
      Cursor cursor = { .at = at, .end = end };
      gint64 usec;

      /* Behind a letter, as a word ends: everything else may be the head of this line. */
      if (g_ascii_isalnum (at[-1]) && take_stamp (&cursor, &usec) && take_char (&cursor, ' '))
        return at - raw;
      at++;
    }

  return n_bytes;
}
