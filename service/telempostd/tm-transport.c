/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* org.telemetrics.TelemetryPost1.Transport; see tm-transport.h. */
#include "tm-transport.h"

#include <gio/gunixfdlist.h>

#include "telemetry-error.h"
#include "tm-caller.h"
#include "tm-http.h"
#include "tm-online.h"
#include "tm-sealed.h"
#include "tm-transfer.h"
#include "tm-uuid.h"

/* One waits at a time; more is a fault of the caller, and memory has an end. */
#define MAX_WAITS 16

typedef struct _Call Call;

struct _TmTransport
{
  TmDBusTransportSkeleton parent_instance;

  TmHttp *http; /* (owned) (nullable): NULL if there is no server to send to */
  char *problem;
  gboolean allow_metered;
  TmOnline *online; /* (owned) */
  uid_t telemetry_uid;
  gboolean closed;

  Call *transfer;     /* (unowned) (nullable): the Deliver() that runs */
  GPtrArray *cancels; /* (element-type Call): Cancel() calls that wait for the transfer's end */
  guint n_waits;      /* WaitOnline() calls that wait for the network */
};

static void transport_iface_init (TmDBusTransportIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TmTransport,
                               tm_transport,
                               TM_TYPE_DBUS_TRANSPORT_SKELETON,
                               G_IMPLEMENT_INTERFACE (TM_TYPE_DBUS_TRANSPORT, transport_iface_init))

static guint activity_signal;

typedef void (*CallFunc) (Call *call_owned);

/* A call on its way to its answer. */
struct _Call
{
  TmTransport *transport;            /* (owned) */
  GDBusMethodInvocation *invocation; /* (owned) (nullable): NULL once answered */
  CallFunc run;
  GCancellable *cancellable; /* (owned): cancelled when the caller leaves the bus */
  guint watch_id;
};

static void
call_free (Call *self)
{
  g_clear_handle_id (&self->watch_id, g_bus_unwatch_name);
  g_signal_emit (self->transport, activity_signal, 0);
  g_clear_object (&self->invocation);
  g_object_unref (self->cancellable);
  g_object_unref (self->transport);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
tm_transport_dispose (GObject *object)
{
  TmTransport *self = TM_TRANSPORT (object);

  g_clear_pointer (&self->cancels, g_ptr_array_unref);
  g_clear_object (&self->online);
  g_clear_object (&self->http);
  g_clear_pointer (&self->problem, g_free);

  G_OBJECT_CLASS (tm_transport_parent_class)->dispose (object);
}

static void
tm_transport_class_init (TmTransportClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tm_transport_dispose;

  activity_signal = g_signal_new ("activity", TM_TYPE_TRANSPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
}

static void
tm_transport_init (TmTransport *self)
{
  self->cancels = g_ptr_array_new_with_free_func ((GDestroyNotify) call_free);
}

static void
call_fail (Call *self, const GError *error)
{
  g_dbus_method_invocation_return_gerror (g_steal_pointer (&self->invocation), error);
}

static void
call_fail_literal (Call *self, TelemetryError code, const char *message)
{
  g_dbus_method_invocation_return_error_literal (g_steal_pointer (&self->invocation),
                                                 TELEMETRY_ERROR, (gint) code, message);
}

static void
call_return_outcome (Call *self, const TmTransferOutcome *outcome)
{
  tm_dbus_transport_complete_deliver (TM_DBUS_TRANSPORT (self->transport),
                                      g_steal_pointer (&self->invocation), NULL,
                                      tm_transfer_outcome_to_variant (outcome));
}

static void
call_return_result (Call *self, TmTransferResult result, const char *message)
{
  g_autoptr (TmTransferOutcome) outcome = tm_transfer_outcome_new (result, message);

  call_return_outcome (self, outcome);
}

static void
on_caller_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  Call *call = user_data;

  if (call->transport->transfer == call)
    tm_http_sever (call->transport->http);
  g_cancellable_cancel (call->cancellable);
}

static void
call_watch_caller (Call *self)
{
  self->watch_id = g_bus_watch_name_on_connection (
      g_dbus_method_invocation_get_connection (self->invocation),
      g_dbus_method_invocation_get_sender (self->invocation), G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
      on_caller_vanished, self, NULL);
}

static void
answer_cancels (TmTransport *self)
{
  for (guint i = 0; i < self->cancels->len; i++)
    {
      Call *call = g_ptr_array_index (self->cancels, i);

      tm_dbus_transport_complete_cancel (TM_DBUS_TRANSPORT (self),
                                         g_steal_pointer (&call->invocation));
    }
  g_ptr_array_set_size (self->cancels, 0);
}

static void
on_transferred (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (TmTransferOutcome) outcome = tm_transfer_run_finish (result);

  call->transport->transfer = NULL;
  call_return_outcome (call, outcome);
  answer_cancels (call->transport);
}

static GBytes *
read_body (GDBusMethodInvocation *invocation, gint32 index, GError **error)
{
  GUnixFDList *list =
      g_dbus_message_get_unix_fd_list (g_dbus_method_invocation_get_message (invocation));

  if (list == NULL || index < 0 || index >= g_unix_fd_list_get_length (list))
    {
      g_set_error_literal (error, TELEMETRY_ERROR, TELEMETRY_ERROR_NOT_SEALED,
                           "body must be a file descriptor that comes with the call");
      return NULL;
    }

  return tm_sealed_read (g_unix_fd_list_peek_fds (list, NULL)[index], TM_BODY_MAX_BYTES, error);
}

static gboolean
check_batch_id (const char *batch_id, GError **error)
{
  guint8 bytes[16];

  if (tm_uuid_parse (batch_id, bytes))
    return TRUE;

  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
               "batch_id must be a UUID in lower case, it is “%s”", batch_id);
  return FALSE;
}

/* TRUE: there is a way to the server. Otherwise the call has been answered. */
static gboolean
check_way (Call *call, const TmTransferOptions *options)
{
  TmTransport *self = call->transport;

  if (self->http == NULL)
    call_return_result (call, TM_TRANSFER_UNCONFIGURED, self->problem);
  else if (!tm_online_is_available (self->online))
    call_return_result (call, TM_TRANSFER_OFFLINE, "there is no network");
  else if (tm_online_is_metered (self->online) && !options->urgent && !self->allow_metered)
    call_return_result (call, TM_TRANSFER_METERED, "the network is metered");
  else
    return TRUE;

  return FALSE;
}

static void
run_deliver (Call *call_owned)
{
  g_autoptr (Call) call = call_owned;
  TmTransport *self = call->transport;
  const char *batch_id;
  gint32 index;
  guint32 attempt;
  g_autoptr (GVariant) option_values = NULL;
  TmTransferOptions options;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GError) error = NULL;

  if (self->transfer != NULL || self->closed)
    {
      call_fail_literal (call, TELEMETRY_ERROR_BUSY, "another transfer is running");
      return;
    }

  g_variant_get (g_dbus_method_invocation_get_parameters (call->invocation), "(&shu@a{sv})",
                 &batch_id, &index, &attempt, &option_values);
  if (check_batch_id (batch_id, &error) &&
      tm_transfer_options_init (&options, option_values, &error))
    body = read_body (call->invocation, index, &error);
  if (body == NULL)
    {
      call_fail (call, error);
      return;
    }
  if (!check_way (call, &options))
    return;

  GCancellable *cancellable = call->cancellable;
  call_watch_caller (call);
  self->transfer = call;
  tm_transfer_run_async (self->http, batch_id, body, attempt, &options, cancellable, on_transferred,
                         g_steal_pointer (&call));
}

static void
run_cancel (Call *call_owned)
{
  g_autoptr (Call) call = call_owned;
  TmTransport *self = call->transport;

  if (self->transfer == NULL)
    {
      tm_dbus_transport_complete_cancel (TM_DBUS_TRANSPORT (self),
                                         g_steal_pointer (&call->invocation));
      return;
    }

  Call *transfer = self->transfer;
  g_ptr_array_add (self->cancels, g_steal_pointer (&call));
  tm_http_sever (self->http);
  g_cancellable_cancel (transfer->cancellable);
}

static void
on_online (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;

  call->transport->n_waits--;
  if (tm_online_wait_finish (TM_ONLINE (object), result, &error))
    tm_dbus_transport_complete_wait_online (TM_DBUS_TRANSPORT (call->transport),
                                            g_steal_pointer (&call->invocation));
  else
    call_fail (call, error);
}

static void
run_wait_online (Call *call_owned)
{
  g_autoptr (Call) call = call_owned;
  TmTransport *self = call->transport;

  if (self->n_waits == MAX_WAITS || self->closed)
    {
      call_fail_literal (call, TELEMETRY_ERROR_BUSY, "too many calls wait for the network");
      return;
    }

  GCancellable *cancellable = call->cancellable;
  self->n_waits++;
  call_watch_caller (call);
  tm_online_wait_async (self->online, cancellable, on_online, g_steal_pointer (&call));
}

static void
on_caller_checked (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;

  if (!tm_caller_check_finish (result, &error))
    {
      call_fail (call, error);
      return;
    }

  CallFunc run = call->run;
  run (g_steal_pointer (&call));
}

static void
begin_call (TmDBusTransport *object, GDBusMethodInvocation *invocation, CallFunc run)
{
  TmTransport *self = TM_TRANSPORT (object);
  Call *call = g_new0 (Call, 1);

  call->transport = g_object_ref (self);
  call->invocation = invocation;
  call->run = run;
  call->cancellable = g_cancellable_new ();
  g_signal_emit (self, activity_signal, 0);
  tm_caller_check_async (g_dbus_method_invocation_get_connection (invocation),
                         g_dbus_method_invocation_get_sender (invocation), self->telemetry_uid,
                         on_caller_checked, call);
}

static gboolean
handle_deliver (TmDBusTransport *object,
                GDBusMethodInvocation *invocation,
                GUnixFDList *fd_list,
                const char *batch_id,
                GVariant *body,
                guint attempt,
                GVariant *options)
{
  begin_call (object, invocation, run_deliver);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_cancel (TmDBusTransport *object, GDBusMethodInvocation *invocation)
{
  begin_call (object, invocation, run_cancel);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_wait_online (TmDBusTransport *object, GDBusMethodInvocation *invocation)
{
  begin_call (object, invocation, run_wait_online);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
transport_iface_init (TmDBusTransportIface *iface)
{
  iface->handle_deliver = handle_deliver;
  iface->handle_cancel = handle_cancel;
  iface->handle_wait_online = handle_wait_online;
}

TmTransport *
tm_transport_new (const TmTransportParts *parts)
{
  g_autofree char *url = parts->endpoint != NULL
                             ? g_uri_to_string (tm_endpoint_get_records_uri (parts->endpoint))
                             : g_strdup ("");
  TmTransport *self =
      g_object_new (TM_TYPE_TRANSPORT, "endpoint", url, "version", TM_VERSION, NULL);

  if (parts->endpoint != NULL)
    self->http = tm_http_new (parts->endpoint, parts->credentials);
  self->problem = g_strdup (parts->problem);
  self->allow_metered = parts->allow_metered;
  self->telemetry_uid = parts->telemetry_uid;
  self->online = tm_online_new (parts->network, parts->endpoint == NULL ||
                                                    tm_endpoint_is_loopback (parts->endpoint));
  return self;
}

gboolean
tm_transport_is_busy (TmTransport *self)
{
  return self->transfer != NULL || self->n_waits > 0;
}

void
tm_transport_close (TmTransport *self)
{
  self->closed = TRUE;
}
