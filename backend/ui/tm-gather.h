/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Several queries at once, one answer: an object with one array per query. Single use.
 *
 * All queries are waited for, also when one of them has failed: nothing is under way when the
 * callback runs.
 */
#pragma once

#include <json-glib/json-glib.h>

#include "tm-database-pool.h"

G_BEGIN_DECLS

#define TM_TYPE_GATHER (tm_gather_get_type ())
G_DECLARE_FINAL_TYPE (TmGather, tm_gather, TM, GATHER, GObject)

TmGather *tm_gather_new (TmDatabasePool *pool);
/* name: of the member in the answer. query: (transfer full) */
void tm_gather_add (TmGather *self, const char *name, TmQuery *query);

void tm_gather_run_async (TmGather *self,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
/* (transfer full): members in the order in which they were added. */
JsonObject *tm_gather_run_finish (TmGather *self, GAsyncResult *result, GError **error);

G_END_DECLS
