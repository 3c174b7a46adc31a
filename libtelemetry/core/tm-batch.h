/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A batch: what one machine sends in one request, and the answer to it. Format 1:
 *
 *   { "format": 1, "batch_id": uuid, "machine_id": hex32, "client": text, "system": { ... },
 *     "records": [ { record fields, "system": { what differs } } ], "ledger": [ { ... } ] }
 *
 *   { "results": [ { "record_id": ..., "outcome": "accepted|duplicate|rejected", "reason": ... } ],
 *     "advice": { } }
 *
 * Decoding reads the body once to find where each record begins and ends, then parses one record at
 * a time: memory is bounded by one record's tree, and a record that is broken inside is a reject of
 * its own, with its text, while its neighbours go on. A body that is no batch at all is an error.
 */
#pragma once

#include "tm-json.h"
#include "tm-record.h"

G_BEGIN_DECLS

#define TM_BATCH_FORMAT 1
#define TM_BATCH_MAX_RECORDS 1000
#define TM_BATCH_MAX_BYTES (32 * 1024 * 1024) /* inflated */
#define TM_BATCH_MAX_LEDGER 1000

/* A count of records that were dropped on the machine; monotonic within a machine epoch. */
typedef struct
{
  char *reason; /* evicted, expired, rejected, rate-limited, ... : [a-z-]{1,40} */
  char *classification;
  guint64 count;
} TmLoss;

TmLoss *tm_loss_new (const char *reason, const char *classification, guint64 count);
void tm_loss_free (TmLoss *self);

/* A record that did not pass; text is as it came. */
typedef struct
{
  guint index;     /* position in "records", from 0 */
  char *record_id; /* (nullable): if it could be read */
  char *reason;
  GBytes *text;
} TmReject;

typedef struct
{
  gatomicrefcount ref_count;
  char *batch_id;   /* UUID text */
  char *machine_id; /* 32 hex */
  char *client;     /* name/version */
  TmSystem *system;
  GPtrArray *records; /* (element-type TmRecord) */
  GPtrArray *ledger;  /* (element-type TmLoss) */
  GPtrArray *rejects; /* (element-type TmReject): empty in a batch that was not decoded */
  guint n_received;   /* records and rejects */
} TmBatch;

TmBatch *
tm_batch_new (const char *batch_id, const char *machine_id, const char *client, TmSystem *system);
TmBatch *tm_batch_ref (TmBatch *self);
void tm_batch_unref (TmBatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmBatch, tm_batch_unref)
void tm_batch_add_record (TmBatch *self, TmRecord *record);
void
tm_batch_add_loss (TmBatch *self, const char *reason, const char *classification, guint64 count);

/* The same batch always gives the same bytes. */
GBytes *tm_batch_encode (TmBatch *self);
/* Fails with TELEMETRY_ERROR_TOO_LARGE or TELEMETRY_ERROR_INVALID_FIELDS. */
TmBatch *tm_batch_decode (GBytes *body, GError **error);

typedef enum
{
  TM_OUTCOME_ACCEPTED,
  TM_OUTCOME_DUPLICATE,
  TM_OUTCOME_REJECTED,
} TmOutcome;

const char *tm_outcome_to_text (TmOutcome outcome);

typedef struct
{
  char *record_id; /* (nullable): a record that was too broken to have one */
  TmOutcome outcome;
  char *reason; /* (nullable): set for rejected ones */
} TmResult;

TmResult *tm_result_new (const char *record_id, TmOutcome outcome, const char *reason);
void tm_result_free (TmResult *self);

typedef struct
{
  GPtrArray *results; /* (element-type TmResult) */
  JsonObject *advice; /* (nullable) */
} TmReply;

TmReply *tm_reply_new (void);
void tm_reply_free (TmReply *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmReply, tm_reply_free)
GBytes *tm_reply_encode (TmReply *self);
TmReply *tm_reply_decode (GBytes *body, GError **error);

/* One record as JSON: the form of "records" above and of every "--json" and "--dry-run". base: the
 * batch's system, whose equal fields are left out, or NULL for all fields. */
JsonNode *tm_record_to_json (TmRecord *record, TmSystem *base);
TmRecord *tm_record_from_json (JsonObject *object, TmSystem *base, GError **error);

/* system with the fields that differ from base (base may be NULL), and back. */
JsonObject *tm_system_to_json (TmSystem *system, TmSystem *base);
TmSystem *tm_system_from_json (JsonObject *object, TmSystem *base, GError **error);

G_END_DECLS
