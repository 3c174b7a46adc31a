/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a server answered, and what that means for the batch. Pure: the table of DESIGN's outcomes
 * is here, the network is elsewhere.
 *
 *   200 and a body that is an answer   settled   each record has its own outcome in it
 *   413                                split     half as many records next time
 *   401 403 404 410                    hold      the server knows us and says no, or is not the one
 *   400 and every other 4xx            hold      the same bytes would only be refused again
 *   408 425 429 5xx                    retry     not now
 *   every other status                 retry     a redirect elsewhere, a captive portal, a 200 that
 *                                                is not an answer: nothing is known of the records
 */
#pragma once

#include "tm-transfer-outcome.h"

G_BEGIN_DECLS

/* An answer is about 100 bytes a record and a batch has at most 1000 records; the rest is room for
 * reasons and advice. */
#define TM_ANSWER_MAX_BYTES (1024 * 1024)
/* A server that asks for more has lost its clock or means harm; records wait 30 days at most. */
#define TM_RETRY_AFTER_MAX_SECONDS (7 * 24 * 60 * 60)

typedef struct
{
  guint status;
  guint64 retry_after_seconds; /* 0: not said */
  GBytes *body;                /* (not nullable): at most TM_ANSWER_MAX_BYTES */
  char *url;                   /* (not nullable): of the last request */
  char *elsewhere;             /* (nullable): where a redirect that is not followed leads */
  guint64 n_bytes_sent;
} TmAnswer;

void tm_answer_free (TmAnswer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmAnswer, tm_answer_free)

TmTransferResult tm_answer_judge_status (guint status);
TmTransferOutcome *tm_answer_judge (const TmAnswer *self);

/* The header's value: seconds, or a date in the form of HTTP that the caller has parsed already.
 * Gives 0 for what is neither, and at most TM_RETRY_AFTER_MAX_SECONDS. */
guint64 tm_retry_after_from_seconds (const char *text);
guint64 tm_retry_after_from_date (gint64 due_usec, gint64 now_usec);

G_END_DECLS
