/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A group in the forms the database takes: streams for COPY, parameters for the statements in
 * backend/db/sql/ingest-*.sql. Parameters that are built here belong to the query. */
#pragma once

#include "tm-ingest-group.h"
#include "tm-query.h"

G_BEGIN_DECLS

#define TM_INGEST_COPY_BATCHES                                                                     \
  "copy ingest_batch (batch_id, digest, received_at, machine_pk, n, n_new, n_rejected, folded, "   \
  "delta_day, delta_class, delta_build, delta_severity, delta_n) from stdin (format binary)"

/* wire is emptied first. */
void tm_ingest_encode_records_copy (TmIngestGroup *group, GByteArray *wire);
void tm_ingest_encode_payloads_copy (TmIngestGroup *group, GByteArray *wire);
void tm_ingest_encode_batches_copy (TmIngestGroup *group, GByteArray *wire);
void tm_ingest_encode_batch_ids (TmIngestGroup *group, GByteArray *wire);

void tm_ingest_encode_records_query (TmIngestGroup *group, TmQuery *query);
void tm_ingest_encode_quarantine_query (TmIngestGroup *group, TmQuery *query);
void tm_ingest_encode_batch_query (TmIngestGroup *group, TmIngestJob *job, TmQuery *query);
void tm_ingest_encode_dead_query (TmIngestJob *job, TmReject *reject, TmQuery *query);
/* FALSE when no job has a ledger. */
gboolean
tm_ingest_encode_losses_query (TmIngestGroup *group, TmDictionary *dictionary, TmQuery *query);

G_END_DECLS
