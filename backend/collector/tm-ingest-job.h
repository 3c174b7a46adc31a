/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One request on its way through the collector. Made on the main loop, handed to a worker by the
 * queue, and back when it is answered; at any time one thread owns it.
 */
#pragma once

#include "tm-batch.h"
#include "tm-http-request.h"

G_BEGIN_DECLS

#define TM_DIGEST_BYTES 32 /* SHA-256 */

typedef struct _TmIngestJob TmIngestJob;
typedef void (*TmIngestDoneFunc) (TmIngestJob *job, gpointer user_data);

struct _TmIngestJob
{
  /* what came; request is touched on the main loop only */
  TmHttpRequest *request;
  GBytes *body; /* as it came; dropped when it is decoded */
  gboolean is_gzip;
  char *key; /* (nullable): header Idempotency-Key */
  gint64 received_usec;
  gint64 arrived_usec; /* the same on the monotonic clock */
  gint64 sent_usec;    /* header Sent-At, 0 if absent */
  TmIngestDoneFunc done;
  gpointer user_data;

  /* decoded */
  TmBatch *batch; /* (nullable) */
  gsize n_bytes;  /* of the inflated body */
  guint8 batch_id[16];
  guint8 machine_id[16];
  guint8 digest[TM_DIGEST_BYTES]; /* of machine, record ids, rejects and ledger */

  /* stored */
  gint64 machine_pk;
  gboolean is_known;   /* the same batch is in the database */
  TmOutcome *outcomes; /* one for each of batch->records */
  guint n_new;

  /* the answer */
  guint status;
  char *message; /* (nullable): of an error */
  GBytes *reply; /* (nullable) */
};

/* Whether this Content-Encoding, in any case of letters, is the one that is inflated. */
gboolean tm_ingest_job_is_gzip (const char *encoding);

TmIngestJob *tm_ingest_job_new (TmHttpRequest *request, TmIngestDoneFunc done, gpointer user_data);
/* On the main loop. */
void tm_ingest_job_free (TmIngestJob *self);

/* Inflates and decodes; on failure the job has its answer (400 or 413). Blocks. */
gboolean tm_ingest_job_decode (TmIngestJob *self, gsize max_inflated_bytes);
/* The answer is made of the outcomes. */
void tm_ingest_job_succeed (TmIngestJob *self);
void tm_ingest_job_fail (TmIngestJob *self, guint status, const char *message);
/* Hands the job back: done is called on the main loop, which owns the job from then on. */
void tm_ingest_job_finish (TmIngestJob *self);

G_END_DECLS
