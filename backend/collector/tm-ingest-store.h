/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writes a group of batches in one transaction. Two ways to the same rows:
 *
 * - COPY, straight into the partitioned tables: fast, but a single id that is there already undoes
 *   everything;
 * - INSERT ... ON CONFLICT DO NOTHING RETURNING: says of each record whether it is new. Used when a
 *   COPY met such an id (a machine sends again what we have: rare), and for small groups.
 *
 * A batch that is in the database already is recognised before either.
 */
#pragma once

#include "tm-database.h"
#include "tm-ingest-group.h"

G_BEGIN_DECLS

/* From this many records on, COPY costs less than INSERT. */
#define TM_INGEST_COPY_MIN_RECORDS 50

typedef struct _TmIngestStore TmIngestStore;

TmIngestStore *tm_ingest_store_new (const char *conninfo);
void tm_ingest_store_free (TmIngestStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmIngestStore, tm_ingest_store_free)

/* When this returns TRUE, everything is committed and each job knows its outcomes. After a failure
 * nothing is, or (the connection was lost during the commit) it is and the next try finds it. Fails
 * with TM_DATABASE_ERROR_*. Blocks. */
gboolean tm_ingest_store_write (TmIngestStore *self, TmIngestGroup *group, GError **error);

/* Groups that had to be written again because an id was there already. */
guint64 tm_ingest_store_get_n_conflicts (TmIngestStore *self);

G_END_DECLS
