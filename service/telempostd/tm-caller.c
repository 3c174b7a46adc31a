/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The check of a caller's user; see tm-caller.h. */
#include "tm-caller.h"

#include <pwd.h>
#include <unistd.h>

uid_t
tm_caller_look_up_telemetry_user (void)
{
  const struct passwd *entry = getpwnam (TM_TELEMETRY_USER);

  return entry != NULL ? entry->pw_uid : (uid_t) -1;
}

static gboolean
is_allowed (uid_t uid, uid_t allowed_uid)
{
  if (uid == (uid_t) -1)
    return FALSE;

  return uid == 0 || uid == allowed_uid || uid == geteuid ();
}

static void
on_uid (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (object), result, &error);
  uid_t allowed_uid = (uid_t) GPOINTER_TO_UINT (g_task_get_task_data (task));
  guint32 uid;

  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  g_variant_get (reply, "(u)", &uid);
  if (is_allowed (uid, allowed_uid))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED,
                             "user %u may not use this interface; root and “%s” may", uid,
                             TM_TELEMETRY_USER);
}

void
tm_caller_check_async (GDBusConnection *connection,
                       const char *sender,
                       uid_t allowed_uid,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (connection, NULL, callback, user_data);

  g_task_set_name (task, G_STRFUNC);
  g_task_set_task_data (task, GUINT_TO_POINTER (allowed_uid), NULL);
  g_dbus_connection_call (connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                          "org.freedesktop.DBus", "GetConnectionUnixUser",
                          g_variant_new ("(s)", sender), G_VARIANT_TYPE ("(u)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_uid, task);
}

gboolean
tm_caller_check_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
