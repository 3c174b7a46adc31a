/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See update-bus.h. */
#include "update-bus.h"

#include "tm-packagekit.h"

#define NAME "org.freedesktop.PackageKit"
#define PATH "/org/freedesktop/PackageKit"
#define TRANSACTION NAME ".Transaction"

/* PackageKit runs one at a time, and a few that only ask. */
#define MAX_TRANSACTIONS 64

struct _UpdateBus
{
  const TmUpdateRules *rules; /* (unowned) */
  TmUpdateFunc take;
  gpointer user_data;
  GDBusConnection *connection;
  GCancellable *cancellable;
  GHashTable *transactions; /* (element-type utf8 TmPackagekit): by object path */
  guint subscription;
  guint watch;
};

/* A question about one transaction, which may be gone when the answer comes. */
typedef struct
{
  UpdateBus *bus;
  char *path;
} Question;

static void
question_free (Question *self)
{
  g_free (self->path);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Question, question_free)

static void
got_backend (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Question) question = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (GVariant) value = NULL;
  TmPackagekit *transaction;
  TmUpdate *update;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  transaction = g_hash_table_lookup (question->bus->transactions, question->path);
  if (transaction == NULL)
    return;

  if (reply != NULL)
    g_variant_get (reply, "(v)", &value);
  update = tm_packagekit_get_update (transaction,
                                     value == NULL ? NULL : g_variant_get_string (value, NULL));
  g_hash_table_remove (question->bus->transactions, question->path);
  if (update != NULL)
    question->bus->take (update, question->bus->user_data);
}

static void
ask (UpdateBus *self,
     const char *path,
     const char *of,
     const char *method,
     GVariant *arguments,
     const char *reply_type,
     GAsyncReadyCallback callback)
{
  Question *question = g_new0 (Question, 1);

  question->bus = self;
  question->path = g_strdup (path);
  g_dbus_connection_call (self->connection, NAME, of, "org.freedesktop.DBus.Properties", method,
                          arguments, G_VARIANT_TYPE (reply_type), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          -1, self->cancellable, callback, question);
}

static void
check_complete (UpdateBus *self, const char *path, TmPackagekit *transaction)
{
  if (tm_packagekit_is_complete (transaction))
    ask (self, path, PATH, "Get", g_variant_new ("(ss)", NAME, "BackendName"), "(v)", got_backend);
}

static void
got_properties (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Question) question = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (GVariant) properties = NULL;
  TmPackagekit *transaction;
  guint32 role = 0;
  guint64 flags = 0;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  transaction = g_hash_table_lookup (question->bus->transactions, question->path);
  if (transaction == NULL)
    return;
  if (reply == NULL)
    {
      g_hash_table_remove (question->bus->transactions, question->path);
      return;
    }

  properties = g_variant_get_child_value (reply, 0);
  g_variant_lookup (properties, "Role", "u", &role);
  g_variant_lookup (properties, "TransactionFlags", "t", &flags);
  tm_packagekit_set_role (transaction, role, flags);
  check_complete (question->bus, question->path, transaction);
}

static TmPackagekit *
get_transaction (UpdateBus *self, const char *path)
{
  TmPackagekit *transaction = g_hash_table_lookup (self->transactions, path);

  if (transaction != NULL || g_hash_table_size (self->transactions) >= MAX_TRANSACTIONS)
    return transaction;

  transaction = tm_packagekit_new (self->rules);
  g_hash_table_insert (self->transactions, g_strdup (path), transaction);
  ask (self, path, path, "GetAll", g_variant_new ("(s)", TRANSACTION), "(a{sv})", got_properties);
  return transaction;
}

/* One, or, where its client has asked for that, as many as it has at once. */
static void
hear_packages (TmPackagekit *transaction, GVariant *arguments)
{
  g_autoptr (GVariantIter) packages = NULL;
  const char *package_id;
  guint32 info;

  if (g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(uss)")))
    {
      g_variant_get (arguments, "(u&s&s)", &info, &package_id, NULL);
      tm_packagekit_add_package (transaction, info, package_id);
      return;
    }

  g_variant_get (arguments, "(a(uss))", &packages);
  while (g_variant_iter_next (packages, "(u&s&s)", &info, &package_id, NULL))
    tm_packagekit_add_package (transaction, info, package_id);
}

static void
hear_error (TmPackagekit *transaction, GVariant *arguments)
{
  guint32 code;

  g_variant_get (arguments, "(u&s)", &code, NULL);
  tm_packagekit_set_error (transaction, code);
}

static void
hear_finished (TmPackagekit *transaction, GVariant *arguments)
{
  guint32 exit, msec;

  g_variant_get (arguments, "(uu)", &exit, &msec);
  tm_packagekit_finish (transaction, exit, msec);
}

static const struct
{
  const char *name;
  const char *type;
  void (*hear) (TmPackagekit *transaction, GVariant *arguments);
} signals[] = {
  { "Package", "(uss)", hear_packages },
  { "Packages", "(a(uss))", hear_packages },
  { "ErrorCode", "(us)", hear_error },
  { "Finished", "(uu)", hear_finished },
};

static void
heard (GDBusConnection *connection,
       const char *sender,
       const char *path,
       const char *interface,
       const char *member,
       GVariant *arguments,
       gpointer user_data)
{
  UpdateBus *self = user_data;
  TmPackagekit *transaction;

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      if (!g_str_equal (member, signals[i].name) ||
          !g_variant_is_of_type (arguments, G_VARIANT_TYPE (signals[i].type)))
        continue;

      transaction = get_transaction (self, path);
      if (transaction == NULL)
        return;
      signals[i].hear (transaction, arguments);
      check_complete (self, path, transaction);
      return;
    }
}

/* It ended in the middle of them: nobody will say what became of them. Where they reached the disk,
 * a history will. */
static void
vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  UpdateBus *self = user_data;

  g_hash_table_remove_all (self->transactions);
}

void
update_bus_free (UpdateBus *self)
{
  if (self == NULL)
    return;

  g_cancellable_cancel (self->cancellable);
  g_dbus_connection_signal_unsubscribe (self->connection, self->subscription);
  g_bus_unwatch_name (self->watch);
  /* The answers that are under way come as "cancelled", and then look at nothing of this. */
  g_hash_table_unref (self->transactions);
  g_object_unref (self->cancellable);
  g_object_unref (self->connection);
  g_free (self);
}

UpdateBus *
update_bus_new (const TmUpdateRules *rules, TmUpdateFunc take, gpointer user_data)
{
  GDBusConnection *connection = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, NULL);
  UpdateBus *self;

  if (connection == NULL)
    return NULL;

  g_dbus_connection_set_exit_on_close (connection, FALSE);
  self = g_new0 (UpdateBus, 1);
  self->rules = rules;
  self->take = take;
  self->user_data = user_data;
  self->connection = connection;
  self->cancellable = g_cancellable_new ();
  self->transactions =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) tm_packagekit_free);
  self->subscription = g_dbus_connection_signal_subscribe (
      connection, NAME, TRANSACTION, NULL, NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE, heard, self, NULL);
  self->watch = g_bus_watch_name_on_connection (connection, NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                                NULL, vanished, self, NULL);
  return self;
}
