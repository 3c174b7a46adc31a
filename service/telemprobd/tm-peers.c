/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who is behind a unique name; see tm-peers.h.
 *
 * One match rule for all peers, and only for names that vanish: a rule for each peer would run into
 * the bus's limit of 512 rules a connection. It stands only while somebody is known. It is sent
 * before the question about the peer, on the same connection: a peer that leaves before the rule
 * holds is one the bus can't answer for, a peer that leaves later is announced.
 *
 * The app hint is taken once, when the bus has told the process; tm-process.c says what may go
 * wrong.
 */
#include "tm-peers.h"

#include "tm-app-hint.h"
#include "tm-process.h"

#define BUS_NAME "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"
#define BUS_INTERFACE BUS_NAME
#define LEFT_RULE                                                                                  \
  "type='signal',sender='" BUS_NAME "',path='" BUS_PATH "',interface='" BUS_INTERFACE              \
  "',member='NameOwnerChanged',arg2=''"

struct _TmPeers
{
  GObject parent_instance;

  GDBusConnection *connection; /* owned */
  GHashTable *known;           /* (element-type utf8 TmPeer): owned, by unique name */
  GHashTable *asked;           /* (element-type utf8 GQueue<GTask>): lookups that wait, owned */
  guint left_subscription;     /* 0 while nobody is known or asked for */
};

enum
{
  SIGNAL_LEFT,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TmPeers, tm_peers, G_TYPE_OBJECT)

static void
call_bus (TmPeers *self, const char *method, const char *argument)
{
  g_dbus_connection_call (self->connection, BUS_NAME, BUS_PATH, BUS_INTERFACE, method,
                          g_variant_new ("(s)", argument), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL,
                          NULL, NULL);
}

static void
stop_watching (TmPeers *self)
{
  if (self->left_subscription == 0)
    return;

  g_dbus_connection_signal_unsubscribe (self->connection, self->left_subscription);
  self->left_subscription = 0;
  call_bus (self, "RemoveMatch", LEFT_RULE);
}

static void
stop_watching_if_alone (TmPeers *self)
{
  if (g_hash_table_size (self->known) == 0 && g_hash_table_size (self->asked) == 0)
    stop_watching (self);
}

static void
on_name_owner_changed (GDBusConnection *connection,
                       const char *sender_name,
                       const char *object_path,
                       const char *interface_name,
                       const char *signal_name,
                       GVariant *parameters,
                       gpointer user_data)
{
  g_autoptr (TmPeers) self = g_object_ref (user_data);
  const char *name, *new_owner;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sss)")))
    return;

  g_variant_get (parameters, "(&s&s&s)", &name, NULL, &new_owner);
  if (name[0] != ':' || new_owner[0] != '\0')
    return;

  g_signal_emit (self, signals[SIGNAL_LEFT], 0, name);
  g_hash_table_remove (self->known, name);
  stop_watching_if_alone (self);
}

static void
start_watching (TmPeers *self)
{
  if (self->left_subscription != 0)
    return;

  call_bus (self, "AddMatch", LEFT_RULE);
  self->left_subscription = g_dbus_connection_signal_subscribe (
      self->connection, BUS_NAME, BUS_INTERFACE, "NameOwnerChanged", BUS_PATH, NULL,
      G_DBUS_SIGNAL_FLAGS_NO_MATCH_RULE, on_name_owner_changed, self, NULL);
}

static TmPeer *
peer_from_credentials (const char *unique_name, GVariant *reply, GError **error)
{
  g_autoptr (GVariant) credentials = g_variant_get_child_value (reply, 0);
  g_autofree char *app = NULL;
  guint32 uid, pid;

  if (!g_variant_lookup (credentials, "UnixUserID", "u", &uid))
    {
      g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED,
                   "the bus does not know the user of %s", unique_name);
      return NULL;
    }

  if (g_variant_lookup (credentials, "ProcessID", "u", &pid))
    app = tm_process_dup_app_hint (pid, uid);

  return tm_peer_new (unique_name, uid, app);
}

typedef struct
{
  TmPeers *peers; /* owned */
  char *unique_name;
} Question;

static void
question_free (Question *self)
{
  g_object_unref (self->peers);
  g_free (self->unique_name);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Question, question_free)

static void
on_credentials (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Question) question = user_data;
  TmPeers *self = question->peers;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (TmPeer) peer =
      reply != NULL ? peer_from_credentials (question->unique_name, reply, &error) : NULL;
  g_autofree char *key = NULL;
  g_autoptr (GQueue) tasks = NULL;

  g_hash_table_steal_extended (self->asked, question->unique_name, (gpointer *) &key,
                               (gpointer *) &tasks);
  if (peer != NULL)
    g_hash_table_insert (self->known, peer->unique_name, tm_peer_ref (peer));

  while (!g_queue_is_empty (tasks))
    {
      g_autoptr (GTask) task = g_queue_pop_head (tasks);

      if (peer != NULL)
        g_task_return_pointer (task, tm_peer_ref (peer), (GDestroyNotify) tm_peer_unref);
      else
        g_task_return_error (task, g_error_copy (error));
    }
  stop_watching_if_alone (self);
}

static void
ask (TmPeers *self, const char *unique_name)
{
  Question *question = g_new0 (Question, 1);

  question->peers = g_object_ref (self);
  question->unique_name = g_strdup (unique_name);
  start_watching (self);
  g_dbus_connection_call (self->connection, BUS_NAME, BUS_PATH, BUS_INTERFACE,
                          "GetConnectionCredentials", g_variant_new ("(s)", unique_name),
                          G_VARIANT_TYPE ("(a{sv})"), G_DBUS_CALL_FLAGS_NONE, -1, NULL,
                          on_credentials, question);
}

void
tm_peers_lookup_async (TmPeers *self,
                       const char *unique_name,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  TmPeer *peer = tm_peers_peek (self, unique_name);

  g_task_set_name (task, G_STRFUNC);
  if (peer != NULL)
    {
      g_task_return_pointer (task, tm_peer_ref (peer), (GDestroyNotify) tm_peer_unref);
      return;
    }

  GQueue *tasks = g_hash_table_lookup (self->asked, unique_name);

  if (tasks == NULL)
    {
      tasks = g_queue_new ();
      g_hash_table_insert (self->asked, g_strdup (unique_name), tasks);
      ask (self, unique_name);
    }
  g_queue_push_tail (tasks, g_steal_pointer (&task));
}

TmPeer *
tm_peers_lookup_finish (TmPeers *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

TmPeer *
tm_peers_peek (TmPeers *self, const char *unique_name)
{
  return g_hash_table_lookup (self->known, unique_name);
}

TmPeers *
tm_peers_new (GDBusConnection *connection)
{
  TmPeers *self = g_object_new (TM_TYPE_PEERS, NULL);

  self->connection = g_object_ref (connection);

  return self;
}

static void
free_tasks (GQueue *tasks)
{
  g_queue_free_full (tasks, g_object_unref);
}

static void
tm_peers_dispose (GObject *object)
{
  TmPeers *self = TM_PEERS (object);

  stop_watching (self);
  g_clear_pointer (&self->known, g_hash_table_unref);
  g_clear_pointer (&self->asked, g_hash_table_unref);
  g_clear_object (&self->connection);

  G_OBJECT_CLASS (tm_peers_parent_class)->dispose (object);
}

static void
tm_peers_class_init (TmPeersClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tm_peers_dispose;

  signals[SIGNAL_LEFT] = g_signal_new ("left", TM_TYPE_PEERS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                       NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
tm_peers_init (TmPeers *self)
{
  self->known =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) tm_peer_unref);
  self->asked =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) free_tasks);
}
