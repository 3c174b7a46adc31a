/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asks polkit through its bus interface, with the caller's unique name as the subject: polkit finds
 * the process and the session behind it by itself, and a name can't be reused as a pid can.
 *
 * libpolkit-gobject was not taken: it keeps a proxy with subscriptions for the two calls needed
 * here, and waits synchronously in its constructor.
 *
 * polkit is bus-activated; when it is missing, broken or silent the answer is no.
 */
#include "tm-authority-polkit.h"

#define POLKIT_NAME "org.freedesktop.PolicyKit1"
#define POLKIT_PATH "/org/freedesktop/PolicyKit1/Authority"
#define POLKIT_INTERFACE "org.freedesktop.PolicyKit1.Authority"

#define FLAG_ALLOW_USER_INTERACTION 1u

/* Without a person in the loop polkit answers in milliseconds, rules that start programs in a few
 * seconds. A person may take as long as he likes; the caller's leaving ends that. */
#define TIMEOUT_MSEC 20000

struct _TmAuthorityPolkit
{
  GObject parent_instance;

  GDBusConnection *connection; /* owned */
  guint64 n_questions;         /* makes cancellation ids */
};

/* One question that is open. */
typedef struct
{
  char *action;
  char *cancellation_id; /* unique on our connection */
  gboolean may_interact;
} Question;

static void
question_free (Question *self)
{
  g_free (self->action);
  g_free (self->cancellation_id);
  g_free (self);
}

static void authority_iface_init (TmAuthorityInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TmAuthorityPolkit,
                               tm_authority_polkit,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TM_TYPE_AUTHORITY, authority_iface_init))

static void
call_polkit (TmAuthorityPolkit *self,
             const char *method,
             GVariant *arguments,
             int timeout_msec,
             GCancellable *cancellable,
             GAsyncReadyCallback callback,
             gpointer user_data)
{
  g_dbus_connection_call (self->connection, POLKIT_NAME, POLKIT_PATH, POLKIT_INTERFACE, method,
                          arguments, NULL, G_DBUS_CALL_FLAGS_NONE, timeout_msec, cancellable,
                          callback, user_data);
}

/* Dropping our call does not close a dialog that polkit has opened; this does. */
static void
take_back (TmAuthorityPolkit *self, Question *question)
{
  call_polkit (self, "CancelCheckAuthorization", g_variant_new ("(s)", question->cancellation_id),
               -1, NULL, NULL, NULL);
}

static gboolean
judge (GVariant *reply, Question *question, GError **error)
{
  gboolean authorized = FALSE, challenge = FALSE;

  if (!g_variant_is_of_type (reply, G_VARIANT_TYPE ("((bba{ss}))")))
    {
      g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_AUTH_FAILED,
                   "“%s” is not allowed: the answer of polkit was not understood",
                   question->action);
      return FALSE;
    }

  g_variant_get (reply, "((bb@a{ss}))", &authorized, &challenge, NULL);
  if (authorized)
    return TRUE;

  if (challenge && !question->may_interact)
    g_set_error (error, TM_AUTHORITY_ERROR, TM_AUTHORITY_ERROR_INTERACTION_REQUIRED,
                 "“%s” needs somebody to authenticate, and the call does not allow to ask",
                 question->action);
  else
    g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_AUTH_FAILED, "“%s” is not allowed%s",
                 question->action,
                 challenge ? ": there is nobody who could be asked to authenticate" : "");

  return FALSE;
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Question *question = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply != NULL)
    {
      if (judge (reply, question, &error))
        g_task_return_boolean (task, TRUE);
      else
        g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    take_back (g_task_get_source_object (task), question);

  g_dbus_error_strip_remote_error (error);
  g_task_return_new_error (task, G_DBUS_ERROR, G_DBUS_ERROR_AUTH_FAILED,
                           "“%s” is not allowed: polkit could not be asked: %s", question->action,
                           error->message);
}

static GVariant *
question_to_variant (Question *question, TmPeer *peer)
{
  g_auto (GVariantBuilder) subject = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  g_variant_builder_add (&subject, "{sv}", "name", g_variant_new_string (peer->unique_name));

  return g_variant_new ("((sa{sv})sa{ss}us)", "system-bus-name", &subject, question->action, NULL,
                        question->may_interact ? FLAG_ALLOW_USER_INTERACTION : 0u,
                        question->cancellation_id);
}

static void
tm_authority_polkit_check_async (TmAuthority *authority,
                                 const char *action,
                                 TmPeer *peer,
                                 gboolean may_interact,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  TmAuthorityPolkit *self = TM_AUTHORITY_POLKIT (authority);
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Question *question = g_new0 (Question, 1);

  question->action = g_strdup (action);
  question->cancellation_id =
      g_strdup_printf ("telemetrics-%" G_GUINT64_FORMAT, ++self->n_questions);
  question->may_interact = may_interact;

  g_task_set_name (task, G_STRFUNC);
  g_task_set_task_data (task, question, (GDestroyNotify) question_free);
  call_polkit (self, "CheckAuthorization", question_to_variant (question, peer),
               may_interact ? G_MAXINT : TIMEOUT_MSEC, cancellable, on_answered, task);
}

static gboolean
tm_authority_polkit_check_finish (TmAuthority *authority, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, authority), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

TmAuthority *
tm_authority_polkit_new (GDBusConnection *connection)
{
  TmAuthorityPolkit *self = g_object_new (TM_TYPE_AUTHORITY_POLKIT, NULL);

  self->connection = g_object_ref (connection);

  return TM_AUTHORITY (self);
}

static void
tm_authority_polkit_dispose (GObject *object)
{
  TmAuthorityPolkit *self = TM_AUTHORITY_POLKIT (object);

  g_clear_object (&self->connection);

  G_OBJECT_CLASS (tm_authority_polkit_parent_class)->dispose (object);
}

static void
authority_iface_init (TmAuthorityInterface *iface)
{
  iface->check_async = tm_authority_polkit_check_async;
  iface->check_finish = tm_authority_polkit_check_finish;
}

static void
tm_authority_polkit_class_init (TmAuthorityPolkitClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tm_authority_polkit_dispose;
}

static void
tm_authority_polkit_init (TmAuthorityPolkit *self)
{
}
