/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * RFC 3339 by hand: a record carries one, the collector reads tens of thousands a second, and
 * GDateTime costs an allocation and a time zone look-up for each. The calendar arithmetic is the
 * usual one of eras of 400 years, which start on the first of March.
 */
#include "tm-time.h"

#include <string.h>

#define DAYS_PER_ERA 146097
#define DAYS_TO_1970 719468 /* from 0000-03-01 */

static gint64
days_from_date (int year, int month, int day)
{
  gint64 shifted = month <= 2 ? year - 1 : year;
  gint64 era = shifted / 400;
  gint64 year_of_era = shifted - era * 400;
  gint64 day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

  return era * DAYS_PER_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
         day_of_year - DAYS_TO_1970;
}

static void
date_from_days (gint64 days, int *out_year, int *out_month, int *out_day)
{
  gint64 shifted = days + DAYS_TO_1970;
  gint64 era = shifted / DAYS_PER_ERA;
  gint64 day_of_era = shifted - era * DAYS_PER_ERA;
  gint64 year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  gint64 day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  gint64 month = (5 * day_of_year + 2) / 153;

  *out_day = day_of_year - (153 * month + 2) / 5 + 1;
  *out_month = month < 10 ? month + 3 : month - 9;
  *out_year = year_of_era + era * 400 + (*out_month <= 2);
}

void
tm_time_format (gint64 usec, char out_text[TM_TIME_TEXT_SIZE])
{
  const gint64 usec_per_day = G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC;
  gint64 days = usec / usec_per_day;
  gint64 rest = usec % usec_per_day;
  gint64 seconds;
  int year, month, day;

  if (rest < 0)
    {
      rest += usec_per_day;
      days--;
    }
  seconds = rest / G_USEC_PER_SEC;
  date_from_days (days, &year, &month, &day);

  g_snprintf (out_text, TM_TIME_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", year, month, day,
              (int) (seconds / 3600), (int) (seconds / 60 % 60), (int) (seconds % 60),
              (int) (rest % G_USEC_PER_SEC));
}

/* Reads exactly n digits and the character behind them, unless that is 0. */
static gboolean
take_number (const char **text, guint n_digits, char behind, int *out_number)
{
  *out_number = 0;
  for (guint i = 0; i < n_digits; i++, (*text)++)
    {
      if (!g_ascii_isdigit (**text))
        return FALSE;
      *out_number = *out_number * 10 + (**text - '0');
    }

  if (behind == '\0')
    return TRUE;
  return *(*text)++ == behind;
}

static gboolean
take_fraction (const char **text, gint64 *out_usec)
{
  gint64 unit = G_USEC_PER_SEC;

  *out_usec = 0;
  if (**text != '.')
    return TRUE;

  for ((*text)++; g_ascii_isdigit (**text); (*text)++)
    {
      if (unit == 1)
        return FALSE;
      unit /= 10;
      *out_usec += (**text - '0') * unit;
    }

  return unit < G_USEC_PER_SEC;
}

static gboolean
take_offset (const char **text, gint64 *out_seconds)
{
  int hours, minutes;
  char sign = *(*text)++;

  *out_seconds = 0;
  if (sign == 'Z')
    return **text == '\0';
  if (sign != '+' && sign != '-')
    return FALSE;
  if (!take_number (text, 2, ':', &hours) || !take_number (text, 2, '\0', &minutes))
    return FALSE;
  if (hours > 23 || minutes > 59 || **text != '\0')
    return FALSE;

  *out_seconds = (hours * 60 + minutes) * 60 * (sign == '-' ? -1 : 1);
  return TRUE;
}

gboolean
tm_time_parse (const char *text, gint64 *out_usec)
{
  int year, month, day, hour, minute, second;
  gint64 fraction, offset;

  if (!take_number (&text, 4, '-', &year) || !take_number (&text, 2, '-', &month) ||
      !take_number (&text, 2, 'T', &day) || !take_number (&text, 2, ':', &hour) ||
      !take_number (&text, 2, ':', &minute) || !take_number (&text, 2, '\0', &second) ||
      !take_fraction (&text, &fraction) || !take_offset (&text, &offset))
    return FALSE;

  if (!g_date_valid_dmy (day, month, year) || hour > 23 || minute > 59 || second > 59)
    return FALSE;

  *out_usec =
      (days_from_date (year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset) *
          G_USEC_PER_SEC +
      fraction;
  return TRUE;
}
