/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parameters of a search and their checks; see tm-record-filter.h. */
#include "tm-record-filter.h"

#include <string.h>

#include "telemetry-error.h"
#include "tm-field.h"
#include "tm-filter-time.h"

#define PARAMETER_NAMES                                                                            \
  "any of class, severity, build, system, machine, from, to, text, limit and cursor"
/* Longer names, in bytes, are not repeated in the message. */
#define MAX_SHOWN_NAME 40

typedef gboolean (*ParseFunc) (TmRecordFilter *self, const char *text, gint64 now_usec);

typedef struct
{
  const char *name;
  ParseFunc parse;
  const char *accepts; /* for people, after "accepted is" */
} Parameter;

static gboolean
is_class_pattern (const char *text)
{
  gsize n_bytes = strspn (text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789._:+-/*?");

  return text[n_bytes] == '\0' && n_bytes <= TM_CLASSIFICATION_MAX_BYTES;
}

static gboolean
parse_class (TmRecordFilter *self, const char *text, gint64 now_usec)
{
  return is_class_pattern (text);
}

/* Text that a record can have: UTF-8 and, because all of these fit in a line, no control
 * characters. Bytes that were no UTF-8 come here as U+FFFD. */
static gboolean
parse_label (TmRecordFilter *self, const char *text, gint64 now_usec)
{
  if (strlen (text) > TM_RECORD_FILTER_MAX_BYTES || strstr (text, "\357\277\275") != NULL ||
      !g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (const char *c = text; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      return FALSE;

  return TRUE;
}

static guint
severity_from_text (const char *text)
{
  static const char *const names[] = { "", "low", "medium", "high", "critical" };

  for (guint i = TM_SEVERITY_LOW; i <= TM_SEVERITY_CRITICAL; i++)
    if (strcmp (text, names[i]) == 0 || (text[0] == (char) ('0' + i) && text[1] == '\0'))
      return i;

  return 0;
}

static gboolean
parse_severity (TmRecordFilter *self, const char *text, gint64 now_usec)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      guint severity = severity_from_text (parts[i]);

      if (severity == 0)
        return FALSE;
      self->severities |= 1u << severity;
    }

  return TRUE;
}

static gboolean
parse_machine (TmRecordFilter *self, const char *text, gint64 now_usec)
{
  return strlen (text) == 32 && strspn (text, "0123456789abcdef") == 32;
}

static gboolean
parse_from (TmRecordFilter *self, const char *text, gint64 now_usec)
{
  return tm_filter_time_parse (text, now_usec, FALSE, &self->from_usec);
}

static gboolean
parse_to (TmRecordFilter *self, const char *text, gint64 now_usec)
{
  return tm_filter_time_parse (text, now_usec, TRUE, &self->to_usec);
}

static gboolean
parse_limit (TmRecordFilter *self, const char *text, gint64 now_usec)
{
  guint64 limit;

  if (!g_ascii_string_to_unsigned (text, 10, 1, TM_RECORD_FILTER_MAX_LIMIT, &limit, NULL))
    return FALSE;
  self->limit = (guint) limit;

  return TRUE;
}

static gboolean
parse_cursor (TmRecordFilter *self, const char *text, gint64 now_usec)
{
  guint8 bytes[16];

  if (!tm_uuid_parse (text, bytes))
    return FALSE;
  tm_uuid_format (bytes, self->cursor);

  return TRUE;
}

/* The order is that of TmFilterKey, and the order in which they stand in a URL. */
static const Parameter parameters[TM_N_FILTER_KEYS] = {
  { "class", parse_class,
    "a classification such as crash/userspace/segv; * stands for any text and ? for one "
    "character" },
  { "severity", parse_severity,
    "one or more of 1 (low), 2 (medium), 3 (high), 4 (critical), with "
    "commas between" },
  { "build", parse_label, "at most 200 bytes of text; * stands for any text" },
  { "system", parse_label, "at most 200 bytes of text; * stands for any text" },
  { "machine", parse_machine, "32 hex digits in lower case" },
  { "from", parse_from, TM_FILTER_TIME_ACCEPTS },
  { "to", parse_to, TM_FILTER_TIME_ACCEPTS },
  { "text", parse_label, "at most 200 bytes of text" },
  { "limit", parse_limit, "a number from 1 to 1000" },
  { "cursor", parse_cursor, "the \"next\" of the page before" },
};

const char *
tm_filter_key_get_name (TmFilterKey key)
{
  return parameters[key].name;
}

const char *
tm_filter_key_get_accepts (TmFilterKey key)
{
  return parameters[key].accepts;
}

static gboolean
fail (GError **error, const char *name, const char *problem, const char *accepts)
{
  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS, "%s: %s; accepted is %s",
               name, problem, accepts);

  return FALSE;
}

/* A form sends its empty fields, too: they ask for nothing. Severity comes once per tick mark. */
static char *
join_values (TmHttpRequest *request, const char *name, guint *out_n)
{
  g_autoptr (GPtrArray) values = tm_http_request_get_parameters (request, name);
  g_autoptr (GString) joined = g_string_new (NULL);

  *out_n = 0;
  for (guint i = 0; values != NULL && i < values->len; i++)
    {
      const char *value = g_ptr_array_index (values, i);

      if (*value == '\0')
        continue;
      g_string_append_printf (joined, "%s%s", *out_n > 0 ? "," : "", value);
      ++*out_n;
    }

  return *out_n > 0 ? g_string_free (g_steal_pointer (&joined), FALSE) : NULL;
}

static gboolean
read_parameter (
    TmRecordFilter *self, TmHttpRequest *request, TmFilterKey key, gint64 now_usec, GError **error)
{
  const Parameter *parameter = &parameters[key];
  guint n_values;
  g_autofree char *value = join_values (request, parameter->name, &n_values);

  if (value == NULL)
    return TRUE;
  if (n_values > 1 && key != TM_FILTER_SEVERITY)
    return fail (error, parameter->name, "given more than once", parameter->accepts);
  if (!parameter->parse (self, value, now_usec))
    return fail (error, parameter->name, "this value is not accepted", parameter->accepts);
  self->values[key] = g_steal_pointer (&value);

  return TRUE;
}

static gboolean
is_known (const char *name)
{
  for (guint key = 0; key < TM_N_FILTER_KEYS; key++)
    if (strcmp (parameters[key].name, name) == 0)
      return TRUE;

  return FALSE;
}

static gboolean
check_names (TmHttpRequest *request, GError **error)
{
  g_autoptr (GPtrArray) names = tm_http_request_get_parameter_names (request);

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      gboolean is_shown = strlen (name) <= MAX_SHOWN_NAME && g_utf8_validate (name, -1, NULL);

      if (!is_known (name))
        return fail (error, is_shown ? name : "a name in the URL", "there is no such parameter",
                     PARAMETER_NAMES);
    }

  return TRUE;
}

TmRecordFilter *
tm_record_filter_new_from_request (TmHttpRequest *request, gint64 now_usec, GError **error)
{
  g_autoptr (TmRecordFilter) self = g_new0 (TmRecordFilter, 1);

  self->limit = TM_RECORD_FILTER_DEFAULT_LIMIT;
  if (!check_names (request, error))
    return NULL;
  for (guint key = 0; key < TM_N_FILTER_KEYS; key++)
    if (!read_parameter (self, request, key, now_usec, error))
      return NULL;
  if (self->from_usec != 0 && self->to_usec != 0 && self->from_usec >= self->to_usec)
    {
      fail (error, "from", "it is not before \"to\"", "an earlier time");
      return NULL;
    }

  return g_steal_pointer (&self);
}

void
tm_record_filter_free (TmRecordFilter *self)
{
  for (guint key = 0; key < TM_N_FILTER_KEYS; key++)
    g_free (self->values[key]);
  g_free (self);
}

gboolean
tm_record_filter_is_active (const TmRecordFilter *self)
{
  for (guint key = 0; key < TM_FILTER_LIMIT; key++)
    if (self->values[key] != NULL)
      return TRUE;

  return FALSE;
}

char *
tm_record_filter_format_query (const TmRecordFilter *self, TmFilterKey key, const char *value)
{
  g_autoptr (GString) query = g_string_new (NULL);

  for (guint i = 0; i < TM_N_FILTER_KEYS; i++)
    {
      const char *current = i == key ? value : (i == TM_FILTER_CURSOR ? NULL : self->values[i]);

      if (current == NULL || *current == '\0')
        continue;
      g_string_append_printf (query, "%c%s=", query->len > 0 ? '&' : '?', parameters[i].name);
      g_string_append_uri_escaped (query, current, "/:*,", FALSE);
    }

  return g_string_free (g_steal_pointer (&query), FALSE);
}

char *
tm_record_filter_like (const char *pattern)
{
  g_autoptr (GString) like = g_string_new (NULL);

  for (; *pattern != '\0'; pattern++)
    switch (*pattern)
      {
      case '*':
        g_string_append_c (like, '%');
        break;
      case '?':
        g_string_append_c (like, '_');
        break;
      case '%':
      case '_':
      case '\\':
        g_string_append_c (like, '\\');
        G_GNUC_FALLTHROUGH;
      default:
        g_string_append_c (like, *pattern);
      }

  return g_string_free (g_steal_pointer (&like), FALSE);
}
