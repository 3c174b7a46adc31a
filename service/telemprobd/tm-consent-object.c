/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The Consent object. A change goes: authorization -> its turn in the queue -> what would it be now
 * (the state may have changed while somebody typed a password) -> the change -> the reply.
 *
 * The queue keeps changes apart; it is bounded, because a caller is (TmGate).
 */
#include "tm-consent-object.h"

#include "telemetry-error.h"
#include "tm-category-variant.h"

struct _TmConsentObject
{
  TmDBusConsentSkeleton parent_instance;

  TmPermits *permits;        /* owned */
  TmCategorySet *categories; /* owned */
  TmConsentParts parts;      /* borrowed members */
  GQueue waiting;            /* (element-type Request) owned: authorized, not begun */
  gboolean is_changing;
  gboolean is_unsaved; /* the last no could not be written: the next one tries again */
};

static void consent_iface_init (TmDBusConsentIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TmConsentObject,
                               tm_consent_object,
                               TM_TYPE_DBUS_CONSENT_SKELETON,
                               G_IMPLEMENT_INTERFACE (TM_TYPE_DBUS_CONSENT, consent_iface_init))

typedef struct _Request Request;

/* What the consent would be after the request, from what it is now. */
typedef TmConsent *(*ChangeFunc) (TmConsent *present, GVariant *arguments, GError **error);

struct _Request
{
  TmConsentObject *object;           /* owned */
  GDBusMethodInvocation *invocation; /* owned until it is answered */
  ChangeFunc change;
  char *receipt_id; /* owned, nullable: for Withdraw, which answers with it */
};

static void
request_free (Request *self)
{
  g_object_unref (self->object);
  g_clear_object (&self->invocation);
  g_free (self->receipt_id);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

static void start_next (TmConsentObject *self);

static void
request_fail (Request *self, const GError *error)
{
  g_dbus_method_invocation_return_gerror (g_steal_pointer (&self->invocation), error);
}

static void
request_succeed (Request *self)
{
  GVariant *reply =
      self->receipt_id != NULL ? g_variant_new ("(s)", self->receipt_id) : g_variant_new ("()");

  g_dbus_method_invocation_return_value (g_steal_pointer (&self->invocation), reply);
}

static void
on_changed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  TmConsentObject *self = request->object;
  g_autoptr (GError) error = NULL;
  gboolean is_done = tm_consent_change_finish (result, &error);

  self->is_changing = FALSE;
  self->is_unsaved = !is_done;
  if (!is_done)
    request_fail (request, error);
  else
    request_succeed (request);
  start_next (self);
}

/* Returns FALSE if there is nothing to wait for. Takes request if TRUE. */
static gboolean
request_start (Request *self)
{
  TmConsentObject *object = self->object;
  TmConsent *present = tm_standing_get_consent (object->parts.standing);
  g_autoptr (GError) error = NULL;
  g_autoptr (TmConsent) after =
      self->change (present, g_dbus_method_invocation_get_parameters (self->invocation), &error);

  if (after == NULL)
    {
      request_fail (self, error);
      return FALSE;
    }
  /* Withdrawing always deletes and leaves a receipt, also when nothing was agreed to any more. */
  if (tm_consent_equal (present, after) && self->receipt_id == NULL && !object->is_unsaved)
    {
      request_succeed (self);
      return FALSE;
    }

  object->is_changing = TRUE;
  tm_consent_change_async (&object->parts, after, self->receipt_id, on_changed, self);

  return TRUE;
}

static void
start_next (TmConsentObject *self)
{
  while (!self->is_changing && !g_queue_is_empty (&self->waiting))
    {
      g_autoptr (Request) request = g_queue_pop_head (&self->waiting);

      if (request_start (request))
        g_steal_pointer (&request);
    }
}

static void
on_permitted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  TmConsentObject *self = request->object;
  g_autoptr (GError) error = NULL;
  g_autoptr (TmPeer) peer = tm_permits_ask_finish (TM_PERMITS (source), result, &error);

  if (peer == NULL)
    {
      request_fail (request, error);
      return;
    }

  g_queue_push_tail (&self->waiting, g_steal_pointer (&request));
  start_next (self);
}

/* Takes invocation. */
static void
start_request (TmDBusConsent *object,
               GDBusMethodInvocation *invocation,
               const char *action,
               ChangeFunc change,
               const char *receipt_id)
{
  TmConsentObject *self = TM_CONSENT_OBJECT (object);
  Request *request = g_new0 (Request, 1);

  request->object = g_object_ref (self);
  request->invocation = invocation;
  request->change = change;
  request->receipt_id = g_strdup (receipt_id);
  tm_permits_ask_async (self->permits, invocation, action, on_permitted, request);
}

/* Takes invocation if FALSE: it has been answered then. */
static gboolean
check_no_options (GDBusMethodInvocation *invocation, GVariant *options)
{
  if (g_variant_n_children (options) == 0)
    return TRUE;

  g_dbus_method_invocation_return_error (invocation, TELEMETRY_ERROR,
                                         TELEMETRY_ERROR_INVALID_FIELDS,
                                         "“options” must be empty: none is defined");
  return FALSE;
}

static TmConsent *
change_enabled (TmConsent *present, GVariant *arguments, GError **error)
{
  gboolean enabled;

  g_variant_get_child (arguments, 0, "b", &enabled);

  return tm_consent_set_enabled (present, enabled);
}

static gboolean
handle_set_enabled (TmDBusConsent *object,
                    GDBusMethodInvocation *invocation,
                    gboolean enabled,
                    GVariant *options)
{
  if (check_no_options (invocation, options))
    start_request (object, invocation, enabled ? TM_ACTION_SET_CONSENT : TM_ACTION_WITHDRAW,
                   change_enabled, NULL);

  return TRUE;
}

static TmConsent *
change_decisions (TmConsent *present, GVariant *arguments, GError **error)
{
  g_autoptr (GVariant) decisions = NULL;
  guint32 policy_version;

  g_variant_get (arguments, "(@a{su}u@a{sv})", &decisions, &policy_version, NULL);

  return tm_consent_set_decisions (present, decisions, policy_version, error);
}

static gboolean
handle_set_consent (TmDBusConsent *object,
                    GDBusMethodInvocation *invocation,
                    GVariant *decisions,
                    guint policy_version,
                    GVariant *options)
{
  if (check_no_options (invocation, options))
    start_request (object, invocation,
                   tm_consent_decisions_grant (decisions) ? TM_ACTION_SET_CONSENT
                                                          : TM_ACTION_WITHDRAW,
                   change_decisions, NULL);

  return TRUE;
}

static TmConsent *
change_withdraw (TmConsent *present, GVariant *arguments, GError **error)
{
  return tm_consent_withdraw (present);
}

static gboolean
handle_withdraw (TmDBusConsent *object, GDBusMethodInvocation *invocation, GVariant *options)
{
  g_autofree char *receipt_id = g_uuid_string_random ();

  if (check_no_options (invocation, options))
    start_request (object, invocation, TM_ACTION_WITHDRAW, change_withdraw, receipt_id);

  return TRUE;
}

static gboolean
handle_list_categories (TmDBusConsent *object, GDBusMethodInvocation *invocation)
{
  TmConsentObject *self = TM_CONSENT_OBJECT (object);
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(sssua{sv})"));

  for (guint i = 0; i < tm_category_set_get_n (self->categories); i++)
    g_variant_builder_add_value (
        &list, tm_category_to_variant (tm_category_set_get (self->categories, i),
                                       tm_standing_get_consent (self->parts.standing),
                                       tm_clock_get_realtime_usec (self->parts.clock)));
  tm_dbus_consent_complete_list_categories (object, invocation, g_variant_builder_end (&list));

  return TRUE;
}

static gboolean
answer_not_supported (GDBusMethodInvocation *invocation)
{
  g_dbus_method_invocation_return_error (
      invocation, TELEMETRY_ERROR, TELEMETRY_ERROR_NOT_SUPPORTED,
      "decisions of single users are not supported by version " TM_VERSION);
  return TRUE;
}

static gboolean
handle_get_own_consent (TmDBusConsent *object, GDBusMethodInvocation *invocation)
{
  return answer_not_supported (invocation);
}

static gboolean
handle_set_own_consent (TmDBusConsent *object,
                        GDBusMethodInvocation *invocation,
                        GVariant *decisions,
                        guint policy_version,
                        GVariant *options)
{
  return answer_not_supported (invocation);
}

static void
on_consent_changed (TmStanding *standing, gpointer user_data)
{
  TmDBusConsent *object = user_data;
  TmConsent *consent = tm_standing_get_consent (standing);

  tm_dbus_consent_set_enabled (object, tm_consent_is_enabled (consent));
  tm_dbus_consent_set_decisions (object, tm_consent_get_decisions (consent));
  tm_dbus_consent_set_locked (object, tm_consent_get_locked (consent));
  tm_dbus_consent_set_policy_version (object, tm_consent_get_policy_version (consent));
  tm_dbus_consent_set_accepted_policy_version (object,
                                               tm_consent_get_accepted_policy_version (consent));
  tm_dbus_consent_set_prompt_needed (object, tm_consent_is_prompt_needed (consent));
  /* The signal goes out before the reply to whoever made the change. */
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (object));
}

TmConsentObject *
tm_consent_object_new (TmPermits *permits,
                       TmConfig *config,
                       TmCategorySet *categories,
                       const TmConsentParts *parts)
{
  TmConsentObject *self = g_object_new (TM_TYPE_CONSENT_OBJECT, NULL);

  self->permits = g_object_ref (permits);
  self->categories = tm_category_set_ref (categories);
  self->parts = *parts;
  tm_dbus_consent_set_privacy_policy_uri (TM_DBUS_CONSENT (self),
                                          tm_config_get_text (config, TM_CONFIG_POLICY_URI));
  g_signal_connect_object (parts->standing, "consent-changed", G_CALLBACK (on_consent_changed),
                           self, 0);
  on_consent_changed (parts->standing, self);

  return self;
}

static void
tm_consent_object_finalize (GObject *object)
{
  TmConsentObject *self = TM_CONSENT_OBJECT (object);

  g_queue_clear_full (&self->waiting, (GDestroyNotify) request_free);
  g_clear_object (&self->permits);
  g_clear_pointer (&self->categories, tm_category_set_unref);

  G_OBJECT_CLASS (tm_consent_object_parent_class)->finalize (object);
}

static void
consent_iface_init (TmDBusConsentIface *iface)
{
  iface->handle_set_enabled = handle_set_enabled;
  iface->handle_set_consent = handle_set_consent;
  iface->handle_withdraw = handle_withdraw;
  iface->handle_list_categories = handle_list_categories;
  iface->handle_get_own_consent = handle_get_own_consent;
  iface->handle_set_own_consent = handle_set_own_consent;
}

static void
tm_consent_object_class_init (TmConsentObjectClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tm_consent_object_finalize;
}

static void
tm_consent_object_init (TmConsentObject *self)
{
  g_queue_init (&self->waiting);
}
