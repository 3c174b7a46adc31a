/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What one round of delivery came to; see tm-delivery.h. */
#pragma once

#include "tm-transfer-outcome.h"

G_BEGIN_DECLS

typedef struct
{
  char *attempt_id; /* UUID */
  TmTransferResult result;
  guint n_records; /* that the server has answered for */
  guint64 n_bytes; /* that were sent */
  char *message;   /* (not nullable): "" where there is nothing to say */
  guint http_status;
  guint64 retry_after_seconds;
} TmAttempt;

TmAttempt *tm_attempt_new (void);
void tm_attempt_free (TmAttempt *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmAttempt, tm_attempt_free)

/* Adds a transfer; the last one says how the attempt ended. */
void tm_attempt_add (TmAttempt *self, const TmTransferOutcome *outcome);
void tm_attempt_set_end (TmAttempt *self, TmTransferResult result, const char *message);

G_END_DECLS
