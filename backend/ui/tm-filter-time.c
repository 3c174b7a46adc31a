/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-filter-time.h. */
#include "tm-filter-time.h"

#include <string.h>

#include "tm-time.h"

#define USEC_PER_MINUTE (60 * (gint64) G_USEC_PER_SEC)
#define USEC_PER_DAY (24 * 60 * USEC_PER_MINUTE)
/* No store keeps records longer, and it keeps every sum far from overflow. */
#define MAX_AGE_DAYS 36500

static gint64
get_unit_usec (char unit)
{
  switch (unit)
    {
    case 'm':
      return USEC_PER_MINUTE;
    case 'h':
      return 60 * USEC_PER_MINUTE;
    case 'd':
      return USEC_PER_DAY;
    case 'w':
      return 7 * USEC_PER_DAY;
    default:
      return 0;
    }
}

static gboolean
parse_age (const char *text, gint64 now_usec, gint64 *out_usec)
{
  char *end = NULL;

  if (!g_ascii_isdigit (text[0]) || strlen (text) > 9)
    return FALSE;

  gint64 n = g_ascii_strtoll (text, &end, 10);
  gint64 unit_usec = get_unit_usec (*end);
  if (unit_usec == 0 || end[1] != '\0' || n > MAX_AGE_DAYS * USEC_PER_DAY / unit_usec)
    return FALSE;

  *out_usec = now_usec - n * unit_usec;

  return *out_usec > 0;
}

gboolean
tm_filter_time_parse (const char *text, gint64 now_usec, gboolean is_end, gint64 *out_usec)
{
  gsize n_bytes = strlen (text);
  g_autofree char *whole = NULL;

  if (parse_age (text, now_usec, out_usec))
    return TRUE;

  if (n_bytes == strlen ("2026-11-22"))
    whole = g_strconcat (text, "T00:00:00Z", NULL);
  else if (n_bytes == strlen ("2026-11-22T12:30"))
    whole = g_strconcat (text, ":00Z", NULL);
  if (!tm_time_parse (whole != NULL ? whole : text, out_usec) || *out_usec <= 0)
    return FALSE;
  if (is_end && n_bytes == strlen ("2026-11-22"))
    *out_usec += USEC_PER_DAY;

  return TRUE;
}
