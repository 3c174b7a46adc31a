/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How one transfer ended: what telempostd answers to telemprobd. telempostd judges (it speaks
 * HTTP), telemprobd decides what follows (it keeps the records and the clock).
 *
 * On the bus it is a{sv}: "result" s; "http-status" u, "retry-after" t in seconds, "results" a(sss)
 * (record id, outcome, reason or ""), "advice" s as JSON, "message" s, "bytes" t, "url" s. A key
 * without a value is left out; an unknown key is skipped, so that either side can be updated first.
 */
#pragma once

#include "tm-batch.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  TM_TRANSFER_SETTLED,      /* the server has answered; results tells of each record */
  TM_TRANSFER_RETRY,        /* it did not work this time; the same bytes again after a while */
  TM_TRANSFER_HOLD,         /* the server will not take it until somebody changes something */
  TM_TRANSFER_SPLIT,        /* the body is too large for the server: half as many records */
  TM_TRANSFER_OFFLINE,      /* nothing was sent: there is no network */
  TM_TRANSFER_METERED,      /* nothing was sent: the network is metered */
  TM_TRANSFER_CANCELLED,    /* Cancel() was called, or whoever asked for it has gone */
  TM_TRANSFER_UNCONFIGURED, /* nothing was sent: there is no server to send it to */
} TmTransferResult;

#define TM_N_TRANSFER_RESULTS (TM_TRANSFER_UNCONFIGURED + 1)

const char *tm_transfer_result_to_text (TmTransferResult result);
gboolean tm_transfer_result_from_text (const char *text, TmTransferResult *out_result);

typedef struct
{
  TmTransferResult result;
  guint http_status;           /* 0: there was no answer */
  guint64 retry_after_seconds; /* 0: the server did not say */
  GPtrArray *results;          /* (element-type TmResult) (not nullable) */
  char *advice;                /* (nullable): JSON object */
  char *message;               /* (not nullable): for people; "" when there is nothing to say */
  char *url;                   /* (nullable): where it was sent to */
  guint64 n_bytes;             /* of the compressed body, as far as it was sent */
} TmTransferOutcome;

/* message may be NULL. */
TmTransferOutcome *tm_transfer_outcome_new (TmTransferResult result, const char *message);
void tm_transfer_outcome_free (TmTransferOutcome *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmTransferOutcome, tm_transfer_outcome_free)

GVariant *tm_transfer_outcome_to_variant (const TmTransferOutcome *self); /* floating a{sv} */
/* Fails with TELEMETRY_ERROR_INVALID_FIELDS; a result for the same record id twice is kept twice.
 */
TmTransferOutcome *tm_transfer_outcome_from_variant (GVariant *variant, GError **error);

G_END_DECLS
