/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One round of delivery: batch after batch, until there is nothing left, or something says wait.
 *
 *      run                a batch                an outcome
 *   --------> PREPARING ----------> CARRYING ---------------> RECORDING
 *              |     ^                                         |     |
 *              |     `---- settled, split, metered: go on -----'     |
 *              v                                                     v
 *       EMPTY, LATER                             LATER, NEXT, OFFLINE
 *
 * tm_round_stop() ends it with STOPPED at the next step; the courier is stopped by whoever asks for
 * that. When it is fit to go on is not the round's business: see tm-delivery.h.
 */
#pragma once

#include "tm-attempt.h"
#include "tm-committer.h"
#include "tm-config.h"
#include "tm-courier.h"
#include "tm-system.h"

G_BEGIN_DECLS

/* What delivery works with; the owner keeps it alive. */
typedef struct
{
  TmClock *clock;
  TmCommitter *committer;
  TmCourier *courier;
  TmConfig *config;
  TmSystem *system;        /* what a batch says of this machine */
  double (*random) (void); /* [0, 1): g_random_double() */
} TmDeliveryParts;

/* What one round leaves to the next. */
typedef struct
{
  gboolean fresh;           /* nothing was looked at yet: the store may know of a wait */
  gboolean urgent_only;     /* the network is metered */
  guint max_records;        /* of a batch; fewer than configured after a 413 */
  gboolean without_ledger;  /* even one record with the ledger was too large */
  gint64 not_before_usec;   /* boot-time clock: the server has asked for it */
  gboolean server_waits;    /* the last answer was: later */
  gboolean held;            /* it was: not at all; asked again once a day */
  gint64 last_success_usec; /* wall clock; 0 = never */
} TmPace;

typedef enum
{
  TM_ROUND_EMPTY,   /* there is nothing left to send */
  TM_ROUND_LATER,   /* there is, after tm_round_get_delay_usec() */
  TM_ROUND_NEXT,    /* there is, in the next round */
  TM_ROUND_OFFLINE, /* there is, when there is a network */
  TM_ROUND_STOPPED, /* by tm_round_stop() */
} TmRoundEnd;

#define TM_TYPE_ROUND (tm_round_get_type ())
G_DECLARE_FINAL_TYPE (TmRound, tm_round, TM, ROUND, GObject)

/* Both are borrowed and outlive it; it changes pace. forced: somebody asked for it, so only what
 * the server has asked for is waited for. */
TmRound *tm_round_new (const TmDeliveryParts *parts, TmPace *pace, gboolean forced);

void tm_round_run_async (TmRound *self, GAsyncReadyCallback callback, gpointer user_data);
TmRoundEnd tm_round_run_finish (TmRound *self, GAsyncResult *result);

/* Instead of running it: there is nowhere to send to. */
void tm_round_give_up (TmRound *self, TmTransferResult result, const char *why);
/* Ends it at its next step. */
void tm_round_stop (TmRound *self);
/* Something was kept while it ran; severity: the highest of it. */
void tm_round_notice (TmRound *self, guint severity);

const TmAttempt *tm_round_get_attempt (TmRound *self);
gint64 tm_round_get_delay_usec (TmRound *self);
/* TRUE if something was kept that the round may not have seen. */
gboolean tm_round_get_noticed (TmRound *self, guint *out_severity);

G_END_DECLS
