/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Identity object; see tm-identity-object.h. */
#include "tm-identity-object.h"

#include "telemetry-error.h"

struct _TmIdentityObject
{
  TmDBusIdentitySkeleton parent_instance;

  TmPermits *permits;   /* owned */
  TmStanding *standing; /* owned */
  TmRotation *rotation; /* owned */
};

static void identity_iface_init (TmDBusIdentityIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TmIdentityObject,
                               tm_identity_object,
                               TM_TYPE_DBUS_IDENTITY_SKELETON,
                               G_IMPLEMENT_INTERFACE (TM_TYPE_DBUS_IDENTITY, identity_iface_init))

static void
on_renewed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDBusMethodInvocation *invocation = user_data;
  g_autoptr (GError) error = NULL;

  if (tm_rotation_finish (TM_ROTATION (source), result, &error))
    g_dbus_method_invocation_return_value (invocation, NULL);
  else
    g_dbus_method_invocation_return_gerror (invocation, error);
}

static void
on_permitted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDBusMethodInvocation *invocation = user_data;
  TmIdentityObject *self = TM_IDENTITY_OBJECT (g_dbus_method_invocation_get_user_data (invocation));
  g_autoptr (GError) error = NULL;
  g_autoptr (TmPeer) peer = tm_permits_ask_finish (TM_PERMITS (source), result, &error);

  if (peer != NULL && tm_identity_is_static (tm_standing_get_identity (self->standing)))
    g_set_error (&error, TELEMETRY_ERROR, TELEMETRY_ERROR_NOT_SUPPORTED,
                 "the administrator has set a static identity");
  if (error != NULL)
    g_dbus_method_invocation_return_gerror (invocation, error);
  else
    tm_rotation_renew_async (self->rotation, on_renewed, invocation);
}

static gboolean
handle_rotate (TmDBusIdentity *object, GDBusMethodInvocation *invocation, GVariant *options)
{
  TmIdentityObject *self = TM_IDENTITY_OBJECT (object);

  if (g_variant_n_children (options) > 0)
    g_dbus_method_invocation_return_error (invocation, TELEMETRY_ERROR,
                                           TELEMETRY_ERROR_INVALID_FIELDS,
                                           "“options” must be empty: none is defined");
  else
    tm_permits_ask_async (self->permits, invocation, TM_ACTION_MANAGE_IDENTITY, on_permitted,
                          invocation);

  return TRUE;
}

static gboolean
answer_not_supported (GDBusMethodInvocation *invocation)
{
  g_dbus_method_invocation_return_error (invocation, TELEMETRY_ERROR, TELEMETRY_ERROR_NOT_SUPPORTED,
                                         "erasure is not supported by version " TM_VERSION);
  return TRUE;
}

static gboolean
handle_request_erasure (TmDBusIdentity *object,
                        GDBusMethodInvocation *invocation,
                        GVariant *options)
{
  return answer_not_supported (invocation);
}

static gboolean
handle_list_erasures (TmDBusIdentity *object, GDBusMethodInvocation *invocation)
{
  return answer_not_supported (invocation);
}

static void
on_identity_changed (TmStanding *standing, gpointer user_data)
{
  TmDBusIdentity *object = user_data;
  TmIdentity *identity = tm_standing_get_identity (standing);

  tm_dbus_identity_set_mode (object, tm_identity_is_static (identity) ? "static" : "rotating");
  tm_dbus_identity_set_created (object, (guint64) tm_identity_get_created_usec (identity));
  tm_dbus_identity_set_expires (object, (guint64) tm_identity_get_expires_usec (identity));
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (object));
}

TmIdentityObject *
tm_identity_object_new (TmPermits *permits, TmStanding *standing, TmRotation *rotation)
{
  TmIdentityObject *self = g_object_new (TM_TYPE_IDENTITY_OBJECT, NULL);

  self->permits = g_object_ref (permits);
  self->standing = g_object_ref (standing);
  self->rotation = g_object_ref (rotation);
  g_signal_connect_object (standing, "identity-changed", G_CALLBACK (on_identity_changed), self, 0);
  on_identity_changed (standing, self);

  return self;
}

static void
tm_identity_object_finalize (GObject *object)
{
  TmIdentityObject *self = TM_IDENTITY_OBJECT (object);

  g_clear_object (&self->permits);
  g_clear_object (&self->standing);
  g_clear_object (&self->rotation);

  G_OBJECT_CLASS (tm_identity_object_parent_class)->finalize (object);
}

static void
identity_iface_init (TmDBusIdentityIface *iface)
{
  iface->handle_rotate = handle_rotate;
  iface->handle_request_erasure = handle_request_erasure;
  iface->handle_list_erasures = handle_list_erasures;
}

static void
tm_identity_object_class_init (TmIdentityObjectClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tm_identity_object_finalize;
}

static void
tm_identity_object_init (TmIdentityObject *self)
{
}
