/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a call to a yes or no; see tm-permits.h. */
#include "tm-permits.h"

#include "telemetry-error.h"

struct _TmPermits
{
  GObject parent_instance;

  TmPeers *peers;         /* owned */
  TmAuthority *authority; /* owned */
  GPtrArray *open;        /* (element-type Request): borrowed, each removes itself */
};

G_DEFINE_FINAL_TYPE (TmPermits, tm_permits, G_TYPE_OBJECT)

/* One question, from the call to the answer. */
typedef struct
{
  TmPermits *permits; /* owned */
  char *action;       /* owned */
  gboolean may_interact;
  TmPeer *peer;              /* owned; NULL until it is known */
  GCancellable *cancellable; /* owned; cancelled when the caller leaves */
} Request;

static void
request_free (Request *self)
{
  g_ptr_array_remove_fast (self->permits->open, self);
  g_object_unref (self->permits);
  g_free (self->action);
  g_clear_pointer (&self->peer, tm_peer_unref);
  g_object_unref (self->cancellable);
  g_free (self);
}

static void
on_peer_left (TmPeers *peers, const char *unique_name, gpointer user_data)
{
  TmPermits *self = user_data;

  /* Cancelling answers later, from the main context: the array keeps still meanwhile. */
  for (guint i = 0; i < self->open->len; i++)
    {
      Request *request = g_ptr_array_index (self->open, i);

      if (g_str_equal (request->peer->unique_name, unique_name))
        g_cancellable_cancel (request->cancellable);
    }
}

/* The bounds count questions that are open already, the new one not. */
static gboolean
check_bounds (TmPermits *self, TmPeer *peer, GError **error)
{
  guint n_connection = 0, n_uid = 0;

  for (guint i = 0; i < self->open->len; i++)
    {
      Request *request = g_ptr_array_index (self->open, i);

      n_connection += g_str_equal (request->peer->unique_name, peer->unique_name);
      n_uid += request->peer->uid == peer->uid;
    }

  if (n_connection < TM_PERMITS_MAX_PER_CONNECTION && n_uid < TM_PERMITS_MAX_PER_UID)
    return TRUE;

  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_BUSY,
               "at most %d calls of one connection and %d of one user may wait for authorization",
               TM_PERMITS_MAX_PER_CONNECTION, TM_PERMITS_MAX_PER_UID);
  return FALSE;
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Request *request = g_task_get_task_data (task);
  GError *error = NULL;

  if (tm_authority_check_finish (TM_AUTHORITY (source), result, &error))
    g_task_return_pointer (task, tm_peer_ref (request->peer), (GDestroyNotify) tm_peer_unref);
  else
    g_task_return_error (task, error);
}

static void
on_peer_known (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  TmPermits *self = g_task_get_source_object (task);
  Request *request = g_task_get_task_data (task);
  GError *error = NULL;

  request->peer = tm_peers_lookup_finish (TM_PEERS (source), result, &error);
  if (request->peer == NULL ||
      (request->peer->uid != 0 && !check_bounds (self, request->peer, &error)))
    {
      g_task_return_error (task, error);
      return;
    }

  if (request->peer->uid == 0)
    {
      g_task_return_pointer (task, tm_peer_ref (request->peer), (GDestroyNotify) tm_peer_unref);
      return;
    }

  g_ptr_array_add (self->open, request);
  tm_authority_check_async (self->authority, request->action, request->peer, request->may_interact,
                            request->cancellable, on_checked, g_steal_pointer (&task));
}

void
tm_permits_ask_async (TmPermits *self,
                      GDBusMethodInvocation *invocation,
                      const char *action,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  GDBusMessage *message = g_dbus_method_invocation_get_message (invocation);
  GTask *task = g_task_new (self, NULL, callback, user_data);
  Request *request = g_new0 (Request, 1);

  request->permits = g_object_ref (self);
  request->action = g_strdup (action);
  request->may_interact = (g_dbus_message_get_flags (message) &
                           G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION) != 0;
  request->cancellable = g_cancellable_new ();

  g_task_set_name (task, G_STRFUNC);
  g_task_set_task_data (task, request, (GDestroyNotify) request_free);
  tm_peers_lookup_async (self->peers, g_dbus_method_invocation_get_sender (invocation),
                         on_peer_known, task);
}

TmPeer *
tm_permits_ask_finish (TmPermits *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

TmPermits *
tm_permits_new (TmPeers *peers, TmAuthority *authority)
{
  TmPermits *self = g_object_new (TM_TYPE_PERMITS, NULL);

  self->peers = g_object_ref (peers);
  self->authority = g_object_ref (authority);
  g_signal_connect_object (peers, "left", G_CALLBACK (on_peer_left), self, 0);

  return self;
}

static void
tm_permits_dispose (GObject *object)
{
  TmPermits *self = TM_PERMITS (object);

  g_clear_object (&self->peers);
  g_clear_object (&self->authority);

  G_OBJECT_CLASS (tm_permits_parent_class)->dispose (object);
}

static void
tm_permits_finalize (GObject *object)
{
  g_ptr_array_unref (TM_PERMITS (object)->open);

  G_OBJECT_CLASS (tm_permits_parent_class)->finalize (object);
}

static void
tm_permits_class_init (TmPermitsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tm_permits_dispose;
  G_OBJECT_CLASS (klass)->finalize = tm_permits_finalize;
}

static void
tm_permits_init (TmPermits *self)
{
  self->open = g_ptr_array_new ();
}
