/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls to telempostd; see tm-courier-bus.h. */
#include "tm-courier-bus.h"

#include <gio/gunixfdlist.h>
#include <unistd.h>

#include "telemetry-error.h"
#include "tm-dbus.h"
#include "tm-sealed.h"

/* Cancelling closes a socket and joins no one: a service that needs longer is not well. */
#define CANCEL_TIMEOUT_MSEC (10 * 1000)
/* How much longer than the transfer itself the answer to it may take: starting, compressing. */
#define DELIVER_EXTRA_SECONDS 60

struct _TmCourierBus
{
  GObject parent_instance;

  GDBusConnection *connection; /* (owned) */
};

static void courier_iface_init (TmCourierInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TmCourierBus,
                               tm_courier_bus,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TM_TYPE_COURIER, courier_iface_init))

/* A Deliver() call, kept so that it can be made again. */
typedef struct
{
  GVariant *arguments; /* (owned) */
  GUnixFDList *fds;    /* (owned): the body */
  int timeout_msec;
  gboolean is_repeated;
} Delivery;

static void
delivery_free (gpointer data)
{
  Delivery *self = data;

  g_variant_unref (self->arguments);
  g_object_unref (self->fds);
  g_free (self);
}

static void
tm_courier_bus_dispose (GObject *object)
{
  g_clear_object (&TM_COURIER_BUS (object)->connection);

  G_OBJECT_CLASS (tm_courier_bus_parent_class)->dispose (object);
}

static void
tm_courier_bus_class_init (TmCourierBusClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tm_courier_bus_dispose;
}

static void
tm_courier_bus_init (TmCourierBus *self)
{
}

TmCourier *
tm_courier_bus_new (GDBusConnection *connection)
{
  TmCourierBus *self = g_object_new (TM_TYPE_COURIER_BUS, NULL);

  self->connection = g_object_ref (connection);
  return TM_COURIER (self);
}

static void
call_post (TmCourierBus *self,
           const char *method,
           GDBusCallFlags flags,
           int timeout_msec,
           GCancellable *cancellable,
           GAsyncReadyCallback callback,
           gpointer user_data)
{
  g_dbus_connection_call (self->connection, TM_POST_BUS_NAME, TM_POST_BUS_PATH,
                          TM_POST_BUS_TRANSPORT_INTERFACE, method, NULL, G_VARIANT_TYPE_UNIT, flags,
                          timeout_msec, cancellable, callback, user_data);
}

static void call_deliver (GTask *task_owned);

static void
on_busy_cancelled (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (object), result, &error);

  if (reply == NULL)
    g_debug ("stopping the transfer of an earlier process: %s", error->message);
  call_deliver (g_steal_pointer (&task));
}

/* Busy: it still has what a process of ours before this one gave it, or is about to end. Nobody
 * waits for that outcome any more. */
static void
repeat_delivery (GTask *task_owned)
{
  Delivery *delivery = g_task_get_task_data (task_owned);

  delivery->is_repeated = TRUE;
  call_post (g_task_get_source_object (task_owned), "Cancel", G_DBUS_CALL_FLAGS_NONE,
             CANCEL_TIMEOUT_MSEC, NULL, on_busy_cancelled, task_owned);
}

static void
on_delivered (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Delivery *delivery = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_with_unix_fd_list_finish (
      G_DBUS_CONNECTION (object), NULL, result, &error);
  g_autoptr (GVariant) values = NULL;

  if (reply == NULL && !delivery->is_repeated &&
      g_error_matches (error, TELEMETRY_ERROR, TELEMETRY_ERROR_BUSY))
    {
      g_error_free (error);
      repeat_delivery (g_steal_pointer (&task));
      return;
    }
  if (reply != NULL)
    {
      values = g_variant_get_child_value (reply, 0);
      TmTransferOutcome *outcome = tm_transfer_outcome_from_variant (values, &error);
      if (outcome != NULL)
        {
          g_task_return_pointer (task, outcome, (GDestroyNotify) tm_transfer_outcome_free);
          return;
        }
    }

  g_task_return_error (task, error);
}

static void
call_deliver (GTask *task_owned)
{
  TmCourierBus *self = g_task_get_source_object (task_owned);
  Delivery *delivery = g_task_get_task_data (task_owned);

  g_dbus_connection_call_with_unix_fd_list (
      self->connection, TM_POST_BUS_NAME, TM_POST_BUS_PATH, TM_POST_BUS_TRANSPORT_INTERFACE,
      "Deliver", delivery->arguments, G_VARIANT_TYPE ("(a{sv})"), G_DBUS_CALL_FLAGS_NONE,
      delivery->timeout_msec, delivery->fds, NULL, on_delivered, task_owned);
}

static GVariant *
make_arguments (const TmParcel *parcel)
{
  GVariantDict options = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&options, "urgent", "b", parcel->urgent);
  g_variant_dict_insert (&options, "timeout", "u", parcel->timeout_seconds);
  return g_variant_new ("(shu@a{sv})", parcel->batch_id, 0, parcel->attempt,
                        g_variant_dict_end (&options));
}

static void
deliver_async (TmCourier *courier,
               const TmParcel *parcel,
               GAsyncReadyCallback callback,
               gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (courier, NULL, callback, user_data);
  GError *error = NULL;
  int fd = tm_sealed_new (parcel->body, "telemetrics-batch", &error);

  g_task_set_name (task, "tm_courier_bus_deliver");
  if (fd < 0)
    {
      g_task_return_error (task, error);
      return;
    }

  Delivery *delivery = g_new0 (Delivery, 1);
  delivery->arguments = g_variant_ref_sink (make_arguments (parcel));
  delivery->fds = g_unix_fd_list_new_from_array (&fd, 1);
  delivery->timeout_msec = (int) (parcel->timeout_seconds + DELIVER_EXTRA_SECONDS) * 1000;
  g_task_set_task_data (task, delivery, delivery_free);
  call_deliver (g_steal_pointer (&task));
}

static TmTransferOutcome *
deliver_finish (TmCourier *courier, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, courier), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
is_not_running (const GError *error)
{
  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN);
}

/* NoReply without waiting: it ended during the call, and its connections with it. */
static gboolean
has_ended (const GError *error)
{
  g_autofree char *name =
      g_dbus_error_is_remote_error (error) ? g_dbus_error_get_remote_error (error) : NULL;

  return g_strcmp0 (name, "org.freedesktop.DBus.Error.NoReply") == 0;
}

static void
on_cancelled (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (object), result, &error);

  if (reply != NULL || is_not_running (error) || has_ended (error))
    {
      g_clear_error (&error);
      g_task_return_boolean (task, TRUE);
      return;
    }

  g_task_return_error (task, error);
}

static void
cancel_async (TmCourier *courier, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (courier, NULL, callback, user_data);

  g_task_set_name (task, "tm_courier_bus_cancel");
  call_post (TM_COURIER_BUS (courier), "Cancel", G_DBUS_CALL_FLAGS_NO_AUTO_START,
             CANCEL_TIMEOUT_MSEC, NULL, on_cancelled, task);
}

static gboolean
cancel_finish (TmCourier *courier, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, courier), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
on_online (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (object), result, &error);

  if (reply == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
wait_online_async (TmCourier *courier,
                   GCancellable *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  GTask *task = g_task_new (courier, cancellable, callback, user_data);

  g_task_set_name (task, "tm_courier_bus_wait_online");
  call_post (TM_COURIER_BUS (courier), "WaitOnline", G_DBUS_CALL_FLAGS_NONE, G_MAXINT, cancellable,
             on_online, task);
}

static gboolean
wait_online_finish (TmCourier *courier, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, courier), FALSE);

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
