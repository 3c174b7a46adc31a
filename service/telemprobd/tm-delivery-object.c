/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Delivery on the bus; see tm-delivery-object.h. */
#include "tm-delivery-object.h"

#include "telemetry-error.h"

struct _TmDeliveryObject
{
  TmDBusDeliverySkeleton parent_instance;

  TmDelivery *delivery; /* (owned) */
  TmPermits *permits;   /* (owned) */
};

static void delivery_iface_init (TmDBusDeliveryIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TmDeliveryObject,
                               tm_delivery_object,
                               TM_TYPE_DBUS_DELIVERY_SKELETON,
                               G_IMPLEMENT_INTERFACE (TM_TYPE_DBUS_DELIVERY, delivery_iface_init))

/* An UploadNow() whose permission is asked for. */
typedef struct
{
  TmDeliveryObject *object;          /* (owned) */
  GDBusMethodInvocation *invocation; /* (owned) (nullable): NULL once answered */
} Upload;

static void
upload_free (Upload *self)
{
  g_clear_object (&self->invocation);
  g_object_unref (self->object);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Upload, upload_free)

static void
tm_delivery_object_dispose (GObject *object)
{
  TmDeliveryObject *self = TM_DELIVERY_OBJECT (object);

  g_clear_object (&self->delivery);
  g_clear_object (&self->permits);

  G_OBJECT_CLASS (tm_delivery_object_parent_class)->dispose (object);
}

static void
tm_delivery_object_class_init (TmDeliveryObjectClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tm_delivery_object_dispose;
}

static void
tm_delivery_object_init (TmDeliveryObject *self)
{
}

/* A held machine waits for somebody to change something; one that only waits does not. */
static const char *
get_state_text (TmDeliveryState state, const TmPace *pace)
{
  switch (state)
    {
    case TM_DELIVERY_SENDING:
      return "uploading";
    case TM_DELIVERY_WAITING:
      return pace->held || pace->urgent_only ? "blocked" : "waiting";
    case TM_DELIVERY_IDLE:
      return "idle";
    case TM_DELIVERY_OFF:
    case TM_DELIVERY_OFFLINE:
    default:
      return "blocked";
    }
}

static void
set_blocked_by (TmDBusDelivery *object, TmDeliveryState state, const TmPace *pace)
{
  const char *blocks[5] = { NULL };
  guint n_blocks = 0;

  if (state == TM_DELIVERY_OFF)
    blocks[n_blocks++] = "consent";
  if (state == TM_DELIVERY_WAITING && pace->urgent_only)
    blocks[n_blocks++] = "metered";
  if (state == TM_DELIVERY_OFFLINE)
    blocks[n_blocks++] = "offline";
  if (state == TM_DELIVERY_WAITING && pace->server_waits)
    blocks[n_blocks++] = "server-backoff";

  tm_dbus_delivery_set_blocked_by (object, blocks);
}

static void
on_changed (TmDelivery *delivery, gpointer user_data)
{
  TmDBusDelivery *object = TM_DBUS_DELIVERY (user_data);
  TmDeliveryState state = tm_delivery_get_state (delivery);
  const TmPace *pace = tm_delivery_get_pace (delivery);

  tm_dbus_delivery_set_state (object, get_state_text (state, pace));
  set_blocked_by (object, state, pace);
  tm_dbus_delivery_set_next_attempt (object,
                                     (guint64) tm_delivery_get_next_attempt_usec (delivery));
  tm_dbus_delivery_set_last_success (object, (guint64) pace->last_success_usec);
}

static void
on_attempt_finished (TmDelivery *delivery, const TmAttempt *attempt, gpointer user_data)
{
  g_auto (GVariantDict) details = G_VARIANT_DICT_INIT (NULL);

  if (*attempt->message != '\0')
    g_variant_dict_insert (&details, "message", "s", attempt->message);
  if (attempt->http_status != 0)
    g_variant_dict_insert (&details, "http-status", "u", attempt->http_status);
  if (attempt->retry_after_seconds != 0)
    g_variant_dict_insert (&details, "retry-after", "t", attempt->retry_after_seconds);

  /* Who hears the signal and looks finds the state that it is about. */
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (user_data));
  tm_dbus_delivery_emit_attempt_finished (TM_DBUS_DELIVERY (user_data), attempt->attempt_id,
                                          tm_transfer_result_to_text (attempt->result),
                                          attempt->n_records, attempt->n_bytes,
                                          g_variant_dict_end (&details));
}

static void
on_permitted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Upload) upload = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TmPeer) peer = tm_permits_ask_finish (TM_PERMITS (source), result, &error);
  g_autofree char *attempt_id = NULL;

  if (peer == NULL || !tm_delivery_upload_now (upload->object->delivery, &attempt_id, &error))
    {
      g_dbus_method_invocation_return_gerror (g_steal_pointer (&upload->invocation), error);
      return;
    }

  tm_dbus_delivery_complete_upload_now (TM_DBUS_DELIVERY (upload->object),
                                        g_steal_pointer (&upload->invocation), attempt_id);
}

static gboolean
handle_upload_now (TmDBusDelivery *object, GDBusMethodInvocation *invocation, GVariant *options)
{
  TmDeliveryObject *self = TM_DELIVERY_OBJECT (object);
  Upload *upload;

  if (g_variant_n_children (options) > 0)
    {
      g_dbus_method_invocation_return_error_literal (invocation, TELEMETRY_ERROR,
                                                     TELEMETRY_ERROR_INVALID_FIELDS,
                                                     "“options” must be empty: none is defined");
      return G_DBUS_METHOD_INVOCATION_HANDLED;
    }

  upload = g_new0 (Upload, 1);
  upload->object = g_object_ref (self);
  upload->invocation = invocation;
  tm_permits_ask_async (self->permits, invocation, TM_ACTION_UPLOAD_NOW, on_permitted, upload);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
answer_not_supported (GDBusMethodInvocation *invocation)
{
  g_dbus_method_invocation_return_error_literal (invocation, TELEMETRY_ERROR,
                                                 TELEMETRY_ERROR_NOT_SUPPORTED,
                                                 "pausing is not supported by version " TM_VERSION);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_pause (TmDBusDelivery *object,
              GDBusMethodInvocation *invocation,
              guint64 until_usec,
              GVariant *options)
{
  return answer_not_supported (invocation);
}

static gboolean
handle_resume (TmDBusDelivery *object, GDBusMethodInvocation *invocation, GVariant *options)
{
  return answer_not_supported (invocation);
}

static void
delivery_iface_init (TmDBusDeliveryIface *iface)
{
  iface->handle_upload_now = handle_upload_now;
  iface->handle_pause = handle_pause;
  iface->handle_resume = handle_resume;
}

TmDeliveryObject *
tm_delivery_object_new (TmDelivery *delivery, TmPermits *permits, const char *endpoint)
{
  TmDeliveryObject *self = g_object_new (TM_TYPE_DELIVERY_OBJECT, "endpoint", endpoint, NULL);

  self->delivery = g_object_ref (delivery);
  self->permits = g_object_ref (permits);
  g_signal_connect_object (delivery, "changed", G_CALLBACK (on_changed), self, 0);
  g_signal_connect_object (delivery, "attempt-finished", G_CALLBACK (on_attempt_finished), self, 0);
  on_changed (delivery, self);
  return self;
}
