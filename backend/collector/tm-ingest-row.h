/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A record as a row of the table "record", and the table of its columns. COPY and INSERT, record
 * and record_quarantine, all write the same columns by the same table.
 */
#pragma once

#include "tm-dictionary.h"
#include "tm-ingest-job.h"
#include "tm-wire.h"

G_BEGIN_DECLS

#define TM_ROW_FLAG_USER 1 /* origin is "user" */

typedef struct
{
  guint8 record_id[16];
  guint8 event_id[16];
  guint8 boot_id[16]; /* zeros: not said */
  gint64 machine_pk;
  gint64 created_usec;
  gint64 received_usec;
  gint64 boottime_usec;
  gint64 sequence;
  gint64 payload_version;
  gint32 words[TM_N_WORDS];
  gint16 severity;
  gint16 flags;

  const char *payload; /* (unowned): of the record */
  gsize n_payload_bytes;
  TmIngestJob *job; /* (unowned) */
  guint position;   /* in job->batch->records */
} TmIngestRow;

/* words: the numbers of the record's words. */
void tm_ingest_row_init (TmIngestRow *self, TmIngestJob *job, guint position, const gint32 *words);
gint32 tm_ingest_row_get_day (const TmIngestRow *self);       /* of its id, since 1970 */
int tm_ingest_row_compare (gconstpointer a, gconstpointer b); /* by id: GCompareFunc */

/* The columns of "record" in the order of tm_ingest_row_columns. */
#define TM_ROW_N_COLUMNS 21

extern const char tm_ingest_row_columns[]; /* "record_id, event_id, ..." */
TmWireType tm_ingest_row_get_type (guint column);
/* As one field of the wire. */
void tm_ingest_row_append (const TmIngestRow *self, guint column, GByteArray *wire);

G_END_DECLS
