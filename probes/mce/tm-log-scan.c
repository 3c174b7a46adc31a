/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-log-scan.h. */
#include "tm-log-scan.h"

#include <string.h>

const char *
tm_log_scan_behind (const char *text, const char *key)
{
  const char *at = strstr (text, key);

  return at != NULL ? at + strlen (key) : NULL;
}

gboolean
tm_log_scan_number (const char *text, const char *key, guint base, guint64 *out_number)
{
  const char *at = tm_log_scan_behind (text, key);
  char *end;

  if (at == NULL)
    return FALSE;

  if (base == 16 && g_str_has_prefix (at, "0x"))
    at += 2;
  /* No blank, no sign: g_ascii_strtoull() would take them. */
  if (!(base == 16 ? g_ascii_isxdigit (*at) : g_ascii_isdigit (*at)))
    return FALSE;

  *out_number = g_ascii_strtoull (at, &end, base);
  return end > at;
}

char *
tm_log_scan_between (const char *text, const char *begin, const char *end)
{
  const char *from = tm_log_scan_behind (text, begin);
  const char *to = from != NULL ? strstr (from, end) : NULL;

  return to != NULL ? g_strndup (from, to - from) : NULL;
}
