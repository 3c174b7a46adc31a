/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The questions about records and their answers in JSON: what the API sends and what the pages are
 * rendered from.
 *
 * A search looks first into rollups and dictionaries (records-scope.sql): which words are meant,
 * and which days have a match. So a search for what is not there costs next to nothing, and each
 * page looks through a bounded number of rows: when it has looked through them without being full,
 * it says so (searched_to) and the next page goes on from there.
 */
#pragma once

#include <json-glib/json-glib.h>

#include "tm-database-pool.h"
#include "tm-record-filter.h"

G_BEGIN_DECLS

/* filter must stay valid until the callback. */
void tm_records_query_async (TmDatabasePool *pool,
                             const TmRecordFilter *filter,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
/* (transfer full): {"records": [...], "next": uuid or null, "searched_to": time or null,
 * "facets": {"severity": [{"value", "n_records"}], "class": [...], "build": [...]}} */
JsonObject *tm_records_query_finish (TmDatabasePool *pool, GAsyncResult *result, GError **error);

G_END_DECLS
