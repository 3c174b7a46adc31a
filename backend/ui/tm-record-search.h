/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One page of a search: which part of all records it looks through, and the queries that do it. The
 * part is between two record ids; it gets narrower with every answer. Asks nothing itself.
 */
#pragma once

#include "tm-query.h"
#include "tm-record-filter.h"
#include "tm-rows.h"

G_BEGIN_DECLS

/* Rows that one page may look through when it is asked for something without an index: 20 ms. */
#define TM_RECORDS_MAX_ROWS 100000
/* Payloads that one page may read in search of a text. */
#define TM_RECORDS_MAX_PAYLOADS 2000

typedef struct _TmRecordSearch TmRecordSearch;

/* filter must outlive the search. */
TmRecordSearch *tm_record_search_new (const TmRecordFilter *filter);
void tm_record_search_free (TmRecordSearch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmRecordSearch, tm_record_search_free)

/* All queries are (transfer full). */
TmQuery *tm_record_search_make_scope_query (const TmRecordSearch *self);
/* Narrows the page to the days that have a match; FALSE: there is none. scope: (transfer full): the
 * answer to the query before. */
gboolean tm_record_search_set_scope (TmRecordSearch *self, TmRows *scope);

/* Where a text is looked for: how far back one page can read. */
TmQuery *tm_record_search_make_reach_query (const TmRecordSearch *self);
void tm_record_search_set_reach (TmRecordSearch *self, const char *record_id);

/* One row more than the page has: it says whether there is another page. */
TmQuery *tm_record_search_make_records_query (const TmRecordSearch *self);
TmQuery *tm_record_search_make_facets_query (const TmRecordSearch *self);

/* Where to go on when this part has been looked through, and its time; NULL: this was all. */
const char *tm_record_search_get_rest (const TmRecordSearch *self, gint64 *out_usec);

G_END_DECLS
