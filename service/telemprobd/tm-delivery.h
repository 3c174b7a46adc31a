/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Delivery: when is sent what waits. What a round does is in tm-round.h; this is what lies between
 * the rounds:
 *
 *                    suspend, from every state (a round is stopped)
 *        ,-----------------------------------------------------------.
 *        v                                                           |
 *       OFF --start--> WAITING --timer, urgent, upload_now--> SENDING
 *                       ^  ^                                  |  |  |
 *                       |  `---- later, next round -----------'  |  |
 *                    notice                                      |  |
 *                       |                                        |  |
 *                      IDLE <------- nothing left ---------------'  |
 *                       |                                           |
 *                       `-- urgent, upload_now --> SENDING          |
 *                                                                   |
 *                      OFFLINE <------- there is no network --------'
 *                       `-- there is one --> SENDING
 *
 * What must not be forgotten is in the store: the batch byte for byte, how often it was tried, and
 * when it may be tried again. No timer runs while there is nothing to send.
 */
#pragma once

#include "tm-round.h"

G_BEGIN_DECLS

typedef enum
{
  TM_DELIVERY_OFF,     /* telemetry is off, or about to be */
  TM_DELIVERY_IDLE,    /* nothing is known that could be sent */
  TM_DELIVERY_WAITING, /* a timer runs until the next round */
  TM_DELIVERY_SENDING, /* a round runs */
  TM_DELIVERY_OFFLINE, /* until the courier tells of a network */
} TmDeliveryState;

#define TM_TYPE_DELIVERY (tm_delivery_get_type ())
G_DECLARE_FINAL_TYPE (TmDelivery, tm_delivery, TM, DELIVERY, GObject)

/* Takes references on what is in parts. Begins in OFF. */
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
const TmPace *tm_delivery_get_pace (TmDelivery *self);
gint64 tm_delivery_get_next_attempt_usec (TmDelivery *self); /* wall clock; 0 = none is planned */

/* Signals: "changed" (no arguments): a getter above gives something else. "attempt-finished"
 * (const TmAttempt *): a round has ended. */

G_END_DECLS
