/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A few connections behind a main loop: queries run on threads, one connection each, answers come
 * back to the caller's main context. Nothing here blocks.
 */
#pragma once

#include <gio/gio.h>

#include "tm-database.h"

G_BEGIN_DECLS

#define TM_TYPE_DATABASE_POOL (tm_database_pool_get_type ())
G_DECLARE_FINAL_TYPE (TmDatabasePool, tm_database_pool, TM, DATABASE_POOL, GObject)

/* Bounds of what may wait; a query beyond it fails with TM_DATABASE_ERROR_BUSY at once. */
#define TM_DATABASE_POOL_MAX_WAITING 1000

TmDatabasePool *
tm_database_pool_new (const char *conninfo, const char *application_name, guint n_connections);

/* query: (transfer full). A query that could not reach the database is tried once more on a new
 * connection, so it must be one that may run twice. */
void tm_database_pool_query_async (TmDatabasePool *self,
                                   TmQuery *query,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/* Returns: (transfer full): the rows. Fails with TM_DATABASE_ERROR_* or G_IO_ERROR_CANCELLED. */
TmRows *tm_database_pool_query_finish (TmDatabasePool *self, GAsyncResult *result, GError **error);
/* The same, as tm_rows_to_json() makes of it. (transfer full) */
JsonArray *
tm_database_pool_query_finish_json (TmDatabasePool *self, GAsyncResult *result, GError **error);

G_END_DECLS
