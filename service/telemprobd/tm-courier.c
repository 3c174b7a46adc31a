/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The seam of delivery's transport; see tm-courier.h. */
#include "tm-courier.h"

G_DEFINE_INTERFACE (TmCourier, tm_courier, G_TYPE_OBJECT)

static void
tm_courier_default_init (TmCourierInterface *iface)
{
}

void
tm_courier_deliver_async (TmCourier *self,
                          const TmParcel *parcel,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (TM_IS_COURIER (self));

  TM_COURIER_GET_IFACE (self)->deliver_async (self, parcel, callback, user_data);
}

TmTransferOutcome *
tm_courier_deliver_finish (TmCourier *self, GAsyncResult *result, GError **error)
{
  return TM_COURIER_GET_IFACE (self)->deliver_finish (self, result, error);
}

void
tm_courier_cancel_async (TmCourier *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (TM_IS_COURIER (self));

  TM_COURIER_GET_IFACE (self)->cancel_async (self, callback, user_data);
}

gboolean
tm_courier_cancel_finish (TmCourier *self, GAsyncResult *result, GError **error)
{
  return TM_COURIER_GET_IFACE (self)->cancel_finish (self, result, error);
}

void
tm_courier_wait_online_async (TmCourier *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail (TM_IS_COURIER (self));

  TM_COURIER_GET_IFACE (self)->wait_online_async (self, cancellable, callback, user_data);
}

gboolean
tm_courier_wait_online_finish (TmCourier *self, GAsyncResult *result, GError **error)
{
  return TM_COURIER_GET_IFACE (self)->wait_online_finish (self, result, error);
}
