/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Delivery: when what is sent. It makes a batch of what is pending, keeps it, has the courier carry
 * it, and settles each record on its own outcome, round after round:
 *
 *                 suspend, from every state: the transfer is stopped
 *       ,------------------------------------------------------------.
 *       v                                                            |
 *      OFF --start--> WAITING <--notice-- IDLE                       |
 *                      |   ^               ^                         |
 *          timer, urgent,  | later, hold   | nothing (more) to send  |
 *          upload_now  |   |               |                         |
 *                      v   |               |                         |
 *                    PREPARING ------------'                         |
 *                      |   ^                                         |
 *           a batch    |   | settled and more, split, metered        |
 *                      v   |                                         |
 *                    CARRYING --offline--> OFFLINE --network--> PREPARING
 *                      |
 *                      `--outcome--> RECORDING --> PREPARING, WAITING or IDLE
 *
 * What it must not forget is in the store: the batch byte for byte, how often it was tried, and
 * when it may be tried again. A round is everything from leaving IDLE or WAITING until coming back.
 *
 * No timer runs while there is nothing to send.
 */
#pragma once

#include "tm-committer.h"
#include "tm-config.h"
#include "tm-courier.h"
#include "tm-system.h"

G_BEGIN_DECLS

typedef enum
{
  TM_DELIVERY_OFF,       /* telemetry is off, or about to be */
  TM_DELIVERY_IDLE,      /* nothing is known that could be sent */
  TM_DELIVERY_WAITING,   /* a timer runs until the next round */
  TM_DELIVERY_PREPARING, /* the commit thread looks for a batch */
  TM_DELIVERY_CARRYING,  /* the courier has it */
  TM_DELIVERY_RECORDING, /* the commit thread writes down what became of it */
  TM_DELIVERY_OFFLINE,   /* until the courier tells of a network */
} TmDeliveryState;

/* Why records that could be sent are not. */
typedef enum
{
  TM_DELIVERY_BLOCK_CONSENT = 1 << 0,
  TM_DELIVERY_BLOCK_METERED = 1 << 1,
  TM_DELIVERY_BLOCK_OFFLINE = 1 << 2,
  TM_DELIVERY_BLOCK_SERVER = 1 << 3,
} TmDeliveryBlock;

typedef struct
{
  TmClock *clock;
  TmCommitter *committer;
  TmCourier *courier;
  TmConfig *config;
  TmSystem *system;        /* what a batch says of this machine */
  double (*random) (void); /* [0, 1): g_random_double() */
} TmDeliveryParts;

#define TM_TYPE_DELIVERY (tm_delivery_get_type ())
G_DECLARE_FINAL_TYPE (TmDelivery, tm_delivery, TM, DELIVERY, GObject)

/* Keeps what it needs of parts. Begins in OFF. */
TmDelivery *tm_delivery_new (const TmDeliveryParts *parts);

/* Telemetry is on: at the start of the service, after a grant, and after a change of consent that
 * suspend was called for and that left something on. Does nothing if it is on already. */
void tm_delivery_start (TmDelivery *self);

/* Something was kept; severity: the highest of it, 0 for what may not hurry. From TM_SEVERITY_HIGH
 * on it is sent at once, unless the server has asked to wait. */
void tm_delivery_notice (TmDelivery *self, guint severity);

/* First step of a withdrawal, and of denying a category: when it is done, nothing is on its way,
 * not one more byte leaves, and no timer runs. Then delete, then tm_delivery_start() if something
 * is still on. Fails if nobody could be asked to stop; nothing more is begun in any case. */
void tm_delivery_suspend_async (TmDelivery *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean tm_delivery_suspend_finish (TmDelivery *self, GAsyncResult *result, GError **error);

/* Begins a round now, whatever timer runs. out_attempt_id: UUID that "attempt-finished" tells of.
 * Fails with TELEMETRY_ERROR_DISABLED, BUSY or OFFLINE. */
gboolean tm_delivery_upload_now (TmDelivery *self, char **out_attempt_id, GError **error);

TmDeliveryState tm_delivery_get_state (TmDelivery *self);
TmDeliveryBlock tm_delivery_get_blocks (TmDelivery *self); /* a set */
gboolean tm_delivery_is_held (TmDelivery *self); /* the server wants nothing of us until tomorrow */
gint64 tm_delivery_get_next_attempt_usec (TmDelivery *self); /* wall clock; 0 = none is planned */
gint64 tm_delivery_get_last_success_usec (TmDelivery *self); /* wall clock; 0 = never */

/* How a round ended. */
typedef struct
{
  char *attempt_id;
  TmTransferResult result;
  guint n_records; /* that the server has answered for */
  guint64 n_bytes; /* that were sent */
  char *message;   /* (not nullable): "" where there is nothing to say */
  guint http_status;
  guint64 retry_after_seconds;
} TmAttempt;

/* Signals: "changed" (no arguments): a getter above gives something else. "attempt-finished"
 * (const TmAttempt *). */

G_END_DECLS
