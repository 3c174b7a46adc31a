/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One connection with its gate; see tm-door.h.
 *
 * The filter runs in GDBus's worker thread, on every message. It sees each call before the main
 * loop is asked to do anything, and each answer before it is written, also those that GDBus makes
 * by itself (properties, introspection, wrong types).
 */
#include "tm-door.h"

#include "tm-gate.h"

#define BUS_NAME "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"

#define REQUEST_NAME_DO_NOT_QUEUE 4u
#define REQUEST_NAME_PRIMARY_OWNER 1u
#define REQUEST_NAME_ALREADY_OWNER 4u

/* A bus that takes so long to read what we wrote keeps nobody from shutting down. */
#define DRAIN_TIMEOUT_MSEC 10000

/* What the filter needs; it may run while the door is being disposed of, so it has its own. */
typedef struct
{
  gatomicrefcount ref_count;
  TmGate *gate;
  gint64 last_call_usec; /* atomic */
} Watch;

struct _TmDoor
{
  GObject parent_instance;

  char *name;
  char *object_path;
  GDBusConnection *connection; /* owned; NULL before it is connected */
  GPtrArray *skeletons;        /* (element-type GDBusInterfaceSkeleton) owned: exported ones */
  Watch *watch;                /* owned */
};

enum
{
  SIGNAL_CLOSED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TmDoor, tm_door, G_TYPE_OBJECT)

static Watch *
watch_new (void)
{
  Watch *self = g_new0 (Watch, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->gate = tm_gate_new ();

  return self;
}

static void
watch_unref (Watch *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  tm_gate_free (self->gate);
  g_free (self);
}

static void
refuse (GDBusConnection *connection, GDBusMessage *call, const char *reason)
{
  g_autoptr (GDBusMessage) reply = g_dbus_message_new_method_error_literal (
      call, "org.freedesktop.DBus.Error.LimitsExceeded", reason);

  g_dbus_connection_send_message (connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
}

/* Has GDBus answer it all the same, so that we see when it is done with; the answer ends in
 * filter_answer(). Without a descriptor for the copy of one that came along the call is dropped.
 * Takes call. */
static GDBusMessage *
copy_silent_call (GDBusMessage *call, Watch *watch)
{
  g_autoptr (GDBusMessage) owned = call;
  g_autoptr (GError) error = NULL;
  GDBusMessage *copy = g_dbus_message_copy (owned, &error);
  gboolean is_silent;

  if (copy == NULL)
    {
      g_message ("a call is dropped: %s", error->message);
      tm_gate_leave (watch->gate, g_dbus_message_get_sender (owned),
                     g_dbus_message_get_serial (owned), &is_silent);
      return NULL;
    }

  g_dbus_message_set_flags (copy, g_dbus_message_get_flags (owned) &
                                      ~G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);

  return copy;
}

static GDBusMessage *
filter_call (GDBusConnection *connection, GDBusMessage *message, Watch *watch)
{
  GVariant *body = g_dbus_message_get_body (message);
  GUnixFDList *fds = g_dbus_message_get_unix_fd_list (message);
  gboolean is_silent =
      (g_dbus_message_get_flags (message) & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED) != 0;
  const char *refusal = tm_gate_enter (
      watch->gate, g_dbus_message_get_sender (message), g_dbus_message_get_serial (message),
      body != NULL ? g_variant_get_size (body) : 0,
      fds != NULL ? (guint) g_unix_fd_list_get_length (fds) : 0, is_silent);

  __atomic_store_n (&watch->last_call_usec, g_get_monotonic_time (), __ATOMIC_RELAXED);
  if (refusal != NULL && !is_silent)
    refuse (connection, message, refusal);
  if (refusal != NULL)
    {
      g_object_unref (message);
      return NULL;
    }
  if (!is_silent)
    return message;

  return copy_silent_call (message, watch);
}

static GDBusMessage *
filter_answer (GDBusMessage *message, Watch *watch)
{
  const char *destination = g_dbus_message_get_destination (message);
  gboolean is_silent = FALSE;

  if (destination != NULL)
    tm_gate_leave (watch->gate, destination, g_dbus_message_get_reply_serial (message), &is_silent);
  if (!is_silent)
    return message;

  g_object_unref (message);
  return NULL;
}

static GDBusMessage *
filter (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer user_data)
{
  GDBusMessageType type = g_dbus_message_get_message_type (message);

  if (incoming && type == G_DBUS_MESSAGE_TYPE_METHOD_CALL)
    return filter_call (connection, message, user_data);
  if (!incoming && (type == G_DBUS_MESSAGE_TYPE_METHOD_RETURN || type == G_DBUS_MESSAGE_TYPE_ERROR))
    return filter_answer (message, user_data);

  return message;
}

static void
on_closed (GDBusConnection *connection,
           gboolean remote_peer_vanished,
           GError *error,
           gpointer user_data)
{
  g_signal_emit (user_data, signals[SIGNAL_CLOSED], 0);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  TmDoor *self = g_task_get_source_object (task);
  GError *error = NULL;

  self->connection = g_dbus_connection_new_for_address_finish (result, &error);
  if (self->connection == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  g_signal_connect_object (self->connection, "closed", G_CALLBACK (on_closed), self, 0);
  g_atomic_ref_count_inc (&self->watch->ref_count);
  g_dbus_connection_add_filter (self->connection, filter, self->watch,
                                (GDestroyNotify) watch_unref);
  g_task_return_boolean (task, TRUE);
}

void
tm_door_connect_async (TmDoor *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  GError *error = NULL;
  g_autofree char *address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SYSTEM, NULL, &error);

  g_task_set_name (task, G_STRFUNC);
  if (address == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  g_dbus_connection_new_for_address (address,
                                     G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                         G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                     NULL, NULL, on_connected, g_steal_pointer (&task));
}

gboolean
tm_door_connect_finish (TmDoor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

GDBusConnection *
tm_door_get_connection (TmDoor *self)
{
  return self->connection;
}

gboolean
tm_door_export (TmDoor *self, GDBusInterfaceSkeleton *skeleton, GError **error)
{
  if (!g_dbus_interface_skeleton_export (skeleton, self->connection, self->object_path, error))
    return FALSE;

  g_ptr_array_add (self->skeletons, g_object_ref (skeleton));

  return TRUE;
}

static void
on_owned (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  TmDoor *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  guint32 answer;

  if (reply == NULL)
    {
      g_prefix_error (&error, "owning “%s” failed: ", self->name);
      g_task_return_error (task, error);
      return;
    }

  g_variant_get (reply, "(u)", &answer);
  if (answer == REQUEST_NAME_PRIMARY_OWNER || answer == REQUEST_NAME_ALREADY_OWNER)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_EXISTS,
                             "owning “%s” failed: another process has it", self->name);
}

void
tm_door_own_async (TmDoor *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_name (task, G_STRFUNC);
  g_dbus_connection_call (self->connection, BUS_NAME, BUS_PATH, BUS_NAME, "RequestName",
                          g_variant_new ("(su)", self->name, REQUEST_NAME_DO_NOT_QUEUE),
                          G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_owned, task);
}

gboolean
tm_door_own_finish (TmDoor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Of calls whose answer says nothing but that they were carried out. */
static void
on_carried_out (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
tm_door_release_async (TmDoor *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_name (task, G_STRFUNC);
  g_dbus_connection_call (self->connection, BUS_NAME, BUS_PATH, BUS_NAME, "ReleaseName",
                          g_variant_new ("(s)", self->name), G_VARIANT_TYPE ("(u)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_carried_out, task);
}

gboolean
tm_door_release_finish (TmDoor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Not g_dbus_connection_flush(): it counts the messages that wait, and would wait for ever for
 * those that the filter drops. Any question does, of those that every bus lets everybody ask. */
void
tm_door_drain_async (TmDoor *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_name (task, G_STRFUNC);
  g_dbus_connection_call (self->connection, BUS_NAME, BUS_PATH, BUS_NAME, "GetId", NULL,
                          G_VARIANT_TYPE ("(s)"), G_DBUS_CALL_FLAGS_NONE, DRAIN_TIMEOUT_MSEC, NULL,
                          on_carried_out, task);
}

gboolean
tm_door_drain_finish (TmDoor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

guint
tm_door_get_n_calls (TmDoor *self)
{
  return tm_gate_get_n_calls (self->watch->gate);
}

gint64
tm_door_get_last_call_usec (TmDoor *self)
{
  return __atomic_load_n (&self->watch->last_call_usec, __ATOMIC_RELAXED);
}

TmDoor *
tm_door_new (const char *name, const char *object_path)
{
  TmDoor *self = g_object_new (TM_TYPE_DOOR, NULL);

  self->name = g_strdup (name);
  self->object_path = g_strdup (object_path);

  return self;
}

static void
tm_door_dispose (GObject *object)
{
  TmDoor *self = TM_DOOR (object);

  for (guint i = 0; i < self->skeletons->len; i++)
    g_dbus_interface_skeleton_unexport (g_ptr_array_index (self->skeletons, i));
  g_ptr_array_set_size (self->skeletons, 0);
  g_clear_object (&self->connection);

  G_OBJECT_CLASS (tm_door_parent_class)->dispose (object);
}

static void
tm_door_finalize (GObject *object)
{
  TmDoor *self = TM_DOOR (object);

  g_free (self->name);
  g_free (self->object_path);
  g_ptr_array_unref (self->skeletons);
  watch_unref (self->watch);

  G_OBJECT_CLASS (tm_door_parent_class)->finalize (object);
}

static void
tm_door_class_init (TmDoorClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tm_door_dispose;
  G_OBJECT_CLASS (klass)->finalize = tm_door_finalize;

  signals[SIGNAL_CLOSED] =
      g_signal_new ("closed", TM_TYPE_DOOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tm_door_init (TmDoor *self)
{
  self->skeletons = g_ptr_array_new_with_free_func (g_object_unref);
  self->watch = watch_new ();
}
