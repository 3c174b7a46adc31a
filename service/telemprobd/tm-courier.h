/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who carries a finished body to the server: a seam. The real one (TmCourierBus) hands it to
 * telempostd over the bus; this process has no network. Nothing here knows where the server is.
 */
#pragma once

#include "tm-transfer-outcome.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define TM_TYPE_COURIER (tm_courier_get_type ())
G_DECLARE_INTERFACE (TmCourier, tm_courier, TM, COURIER, GObject)

/* What travels. The body is not compressed yet. */
typedef struct
{
  const char *batch_id;
  GBytes *body;
  guint attempt; /* from 1 */
  gboolean urgent;
  guint timeout_seconds;
} TmParcel;

struct _TmCourierInterface
{
  GTypeInterface parent_interface;

  void (*deliver_async) (TmCourier *self,
                         const TmParcel *parcel,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
  TmTransferOutcome *(*deliver_finish) (TmCourier *self, GAsyncResult *result, GError **error);
  void (*cancel_async) (TmCourier *self, GAsyncReadyCallback callback, gpointer user_data);
  gboolean (*cancel_finish) (TmCourier *self, GAsyncResult *result, GError **error);
  void (*wait_online_async) (TmCourier *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
  gboolean (*wait_online_finish) (TmCourier *self, GAsyncResult *result, GError **error);
};

/* One at a time. An error means that nobody could be asked; nothing is known of the parcel. */
void tm_courier_deliver_async (TmCourier *self,
                               const TmParcel *parcel,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
TmTransferOutcome *
tm_courier_deliver_finish (TmCourier *self, GAsyncResult *result, GError **error);

/* Stops what is on its way, also what an earlier process of ours has sent off. When it succeeds,
 * not one more byte leaves. A delivery that was stopped ends with TM_TRANSFER_CANCELLED. */
void tm_courier_cancel_async (TmCourier *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean tm_courier_cancel_finish (TmCourier *self, GAsyncResult *result, GError **error);

/* Ends when there is a network. */
void tm_courier_wait_online_async (TmCourier *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean tm_courier_wait_online_finish (TmCourier *self, GAsyncResult *result, GError **error);

G_END_DECLS
