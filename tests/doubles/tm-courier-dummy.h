/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A courier that carries nothing: it keeps what it was given, and the test says how it ended. */
#pragma once

#include "tm-courier.h"

G_BEGIN_DECLS

#define TM_TYPE_COURIER_DUMMY (tm_courier_dummy_get_type ())
G_DECLARE_FINAL_TYPE (TmCourierDummy, tm_courier_dummy, TM, COURIER_DUMMY, GObject)

TmCourierDummy *tm_courier_dummy_new (void);

gboolean tm_courier_dummy_is_carrying (TmCourierDummy *self);
gboolean tm_courier_dummy_is_waiting (TmCourierDummy *self); /* for the network */
guint tm_courier_dummy_get_n_deliveries (TmCourierDummy *self);
guint tm_courier_dummy_get_n_cancels (TmCourierDummy *self);

/* Of the last parcel. */
const char *tm_courier_dummy_get_batch_id (TmCourierDummy *self);
GBytes *tm_courier_dummy_get_body (TmCourierDummy *self); /* (transfer none) */
guint tm_courier_dummy_get_attempt (TmCourierDummy *self);
gboolean tm_courier_dummy_get_urgent (TmCourierDummy *self);

/* Ends what is being carried. Takes outcome. */
void tm_courier_dummy_finish (TmCourierDummy *self, TmTransferOutcome *outcome);
void tm_courier_dummy_go_online (TmCourierDummy *self);
/* Cancelling fails from now on: nobody answers. */
void tm_courier_dummy_break (TmCourierDummy *self);

G_END_DECLS
