/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which records a page or an API call asks for: the parameters of a URL, checked, and the way back
 * to a URL. One table has their names and what each accepts; an unknown parameter is an error, so
 * that a misspelt filter never looks like an answer.
 *
 * Times are those of the record's id: when the machine took the record.
 */
#pragma once

#include <glib.h>

#include "tm-http-request.h"
#include "tm-uuid.h"

G_BEGIN_DECLS

#define TM_RECORD_FILTER_DEFAULT_LIMIT 50
#define TM_RECORD_FILTER_MAX_LIMIT 1000
/* Of a pattern for a build or system, and of a text that is looked for. */
#define TM_RECORD_FILTER_MAX_BYTES 200

typedef enum
{
  TM_FILTER_CLASS,
  TM_FILTER_SEVERITY,
  TM_FILTER_BUILD,
  TM_FILTER_SYSTEM,
  TM_FILTER_MACHINE,
  TM_FILTER_FROM,
  TM_FILTER_TO,
  TM_FILTER_TEXT,
  TM_FILTER_LIMIT,
  TM_FILTER_CURSOR,
} TmFilterKey;

#define TM_N_FILTER_KEYS (TM_FILTER_CURSOR + 1)

typedef struct
{
  char *values[TM_N_FILTER_KEYS]; /* as they go into a URL; NULL: not asked for */
  guint severities;               /* bit n: severity n is asked for; 0: all */
  gint64 from_usec, to_usec;      /* from <= time < to; 0: open */
  guint limit;
  char cursor[TM_UUID_TEXT_SIZE]; /* only records before this one; "": from the newest on */
} TmRecordFilter;

const char *tm_filter_key_get_name (TmFilterKey key);
const char *tm_filter_key_get_accepts (TmFilterKey key);

/* Takes the parameters of the request. Fails with TELEMETRY_ERROR_INVALID_FIELDS; the message names
 * the parameter and what it accepts. now_usec is what "24h" counts back from. */
TmRecordFilter *
tm_record_filter_new_from_request (TmHttpRequest *request, gint64 now_usec, GError **error);
void tm_record_filter_free (TmRecordFilter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmRecordFilter, tm_record_filter_free)

/* Something other than limit and cursor is asked for. */
gboolean tm_record_filter_is_active (const TmRecordFilter *self);

/* The query of a URL with @value in the place of @key's value (NULL: without it), "" or with "?".
 * All but TM_FILTER_CURSOR lead back to the first page. (transfer full) */
char *
tm_record_filter_format_query (const TmRecordFilter *self, TmFilterKey key, const char *value);

/* A pattern with * and ? as the pattern of SQL's LIKE. (transfer full) */
char *tm_record_filter_like (const char *pattern);

G_END_DECLS
