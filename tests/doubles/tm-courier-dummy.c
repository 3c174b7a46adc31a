/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-courier-dummy.h. */
#include "tm-courier-dummy.h"

struct _TmCourierDummy
{
  GObject parent_instance;

  GTask *delivery; /* (owned) (nullable) */
  GTask *wait;     /* (owned) (nullable) */
  char *batch_id;
  GBytes *body;
  guint attempt;
  gboolean urgent;
  gboolean broken;
  guint n_deliveries;
  guint n_cancels;
};

static void courier_iface_init (TmCourierInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TmCourierDummy,
                               tm_courier_dummy,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TM_TYPE_COURIER, courier_iface_init))

static void
tm_courier_dummy_finalize (GObject *object)
{
  TmCourierDummy *self = TM_COURIER_DUMMY (object);

  g_assert_null (self->delivery);
  g_clear_object (&self->wait);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self->batch_id);

  G_OBJECT_CLASS (tm_courier_dummy_parent_class)->finalize (object);
}

static void
tm_courier_dummy_class_init (TmCourierDummyClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tm_courier_dummy_finalize;
}

static void
tm_courier_dummy_init (TmCourierDummy *self)
{
}

TmCourierDummy *
tm_courier_dummy_new (void)
{
  return g_object_new (TM_TYPE_COURIER_DUMMY, NULL);
}

static void
deliver_async (TmCourier *courier,
               const TmParcel *parcel,
               GAsyncReadyCallback callback,
               gpointer user_data)
{
  TmCourierDummy *self = TM_COURIER_DUMMY (courier);

  g_assert_null (self->delivery);
  self->delivery = g_task_new (self, NULL, callback, user_data);
  g_free (self->batch_id);
  self->batch_id = g_strdup (parcel->batch_id);
  g_clear_pointer (&self->body, g_bytes_unref);
  self->body = g_bytes_ref (parcel->body);
  self->attempt = parcel->attempt;
  self->urgent = parcel->urgent;
  self->n_deliveries++;
}

static TmTransferOutcome *
deliver_finish (TmCourier *courier, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
cancel_async (TmCourier *courier, GAsyncReadyCallback callback, gpointer user_data)
{
  TmCourierDummy *self = TM_COURIER_DUMMY (courier);
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  self->n_cancels++;
  if (self->broken)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "nobody answers");
      return;
    }
  if (self->delivery != NULL)
    tm_courier_dummy_finish (self, tm_transfer_outcome_new (TM_TRANSFER_CANCELLED, "cancelled"));
  g_task_return_boolean (task, TRUE);
}

static gboolean
cancel_finish (TmCourier *courier, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
on_wait_cancelled (GCancellable *cancellable, gpointer user_data)
{
  TmCourierDummy *self = TM_COURIER_DUMMY (user_data);
  g_autoptr (GTask) task = g_steal_pointer (&self->wait);

  if (task != NULL)
    g_task_return_error_if_cancelled (task);
}

static void
wait_online_async (TmCourier *courier,
                   GCancellable *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  TmCourierDummy *self = TM_COURIER_DUMMY (courier);

  g_clear_object (&self->wait);
  self->wait = g_task_new (self, cancellable, callback, user_data);
  g_signal_connect_object (cancellable, "cancelled", G_CALLBACK (on_wait_cancelled), self, 0);
}

static gboolean
wait_online_finish (TmCourier *courier, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
courier_iface_init (TmCourierInterface *iface)
{
  iface->deliver_async = deliver_async;
  iface->deliver_finish = deliver_finish;
  iface->cancel_async = cancel_async;
  iface->cancel_finish = cancel_finish;
  iface->wait_online_async = wait_online_async;
  iface->wait_online_finish = wait_online_finish;
}

gboolean
tm_courier_dummy_is_carrying (TmCourierDummy *self)
{
  return self->delivery != NULL;
}

gboolean
tm_courier_dummy_is_waiting (TmCourierDummy *self)
{
  return self->wait != NULL;
}

guint
tm_courier_dummy_get_n_deliveries (TmCourierDummy *self)
{
  return self->n_deliveries;
}

guint
tm_courier_dummy_get_n_cancels (TmCourierDummy *self)
{
  return self->n_cancels;
}

const char *
tm_courier_dummy_get_batch_id (TmCourierDummy *self)
{
  return self->batch_id;
}

GBytes *
tm_courier_dummy_get_body (TmCourierDummy *self)
{
  return self->body;
}

guint
tm_courier_dummy_get_attempt (TmCourierDummy *self)
{
  return self->attempt;
}

gboolean
tm_courier_dummy_get_urgent (TmCourierDummy *self)
{
  return self->urgent;
}

void
tm_courier_dummy_finish (TmCourierDummy *self, TmTransferOutcome *outcome)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->delivery);

  g_assert_nonnull (task);
  g_task_return_pointer (task, outcome, (GDestroyNotify) tm_transfer_outcome_free);
}

void
tm_courier_dummy_go_online (TmCourierDummy *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->wait);

  g_assert_nonnull (task);
  g_task_return_boolean (task, TRUE);
}

void
tm_courier_dummy_break (TmCourierDummy *self)
{
  self->broken = TRUE;
}
