/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-answer.h. */
#include "tm-answer.h"

#include "telemetry-error.h"

#include <errno.h>

/* What the bus says where no service is installed, or where it cannot be started. */
static const char *const absent_names[] = {
  "org.freedesktop.DBus.Error.ServiceUnknown",
  "org.freedesktop.DBus.Error.NameHasNoOwner",
  "org.freedesktop.DBus.Error.Spawn.ServiceNotFound",
  "org.freedesktop.DBus.Error.Spawn.ServiceNotValid",
  NULL,
};

GError *
tm_answer_to_error (const char *bus_name, const char *message)
{
  TelemetryError code;

  if (telemetry_error_from_bus_name (bus_name, &code))
    return g_error_new_literal (TELEMETRY_ERROR, code, message != NULL ? message : bus_name);
  if (g_strv_contains (absent_names, bus_name))
    return g_error_new_literal (TELEMETRY_ERROR, TELEMETRY_ERROR_DISABLED,
                                "the telemetry service is not installed");

  g_autoptr (GError) error = g_dbus_error_new_for_dbus_error (bus_name, message ? message : "");
  g_dbus_error_strip_remote_error (error);
  return g_steal_pointer (&error);
}

static void
propagate_error_reply (GDBusMessage *reply, GError **error)
{
  const char *name = g_dbus_message_get_error_name (reply);
  GVariant *body = g_dbus_message_get_body (reply);
  const char *message = NULL;

  if (body != NULL && g_variant_is_of_type (body, G_VARIANT_TYPE ("(s)")))
    g_variant_get (body, "(&s)", &message);
  g_propagate_error (error, tm_answer_to_error (name != NULL ? name : "", message));
}

GVariant *
tm_answer_from_reply (GDBusMessage *reply, const char *type, GError **error)
{
  if (g_dbus_message_get_message_type (reply) == G_DBUS_MESSAGE_TYPE_ERROR)
    {
      propagate_error_reply (reply, error);
      return NULL;
    }

  GVariant *body = g_dbus_message_get_body (reply);
  if (body == NULL || !g_variant_is_of_type (body, G_VARIANT_TYPE (type)))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "the telemetry service answered with “%s” where “%s” was expected",
                   body == NULL ? "" : g_variant_get_type_string (body), type);
      return NULL;
    }

  return g_variant_get_child_value (body, 0);
}

static int
telemetry_code_to_errno (TelemetryError code)
{
  switch (code)
    {
    case TELEMETRY_ERROR_DISABLED:
    case TELEMETRY_ERROR_POLICY_CHANGED:
    case TELEMETRY_ERROR_LOCKED:
    case TELEMETRY_ERROR_UNKNOWN_CATEGORY:
      return -ECONNREFUSED;
    case TELEMETRY_ERROR_INVALID_FIELDS:
    case TELEMETRY_ERROR_NOT_SEALED:
      return -EINVAL;
    case TELEMETRY_ERROR_TOO_LARGE:
      return -EMSGSIZE;
    case TELEMETRY_ERROR_RATE_LIMITED:
    case TELEMETRY_ERROR_BUSY:
      return -EAGAIN;
    case TELEMETRY_ERROR_QUOTA_EXCEEDED:
      return -EDQUOT;
    case TELEMETRY_ERROR_NOT_SUPPORTED:
      return -EOPNOTSUPP;
    case TELEMETRY_ERROR_NOT_FOUND:
    case TELEMETRY_ERROR_PAUSED:
    case TELEMETRY_ERROR_METERED:
    case TELEMETRY_ERROR_OFFLINE:
    case TELEMETRY_ERROR_STORAGE:
    default:
      return -EIO;
    }
}

int
tm_answer_to_errno (const GError *error)
{
  if (error->domain == TELEMETRY_ERROR)
    return telemetry_code_to_errno (error->code);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) ||
      g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY))
    return -ETIMEDOUT;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return -ECONNREFUSED;
  return -EIO;
}

TelemetryCounter
tm_answer_to_counter (const GError *error)
{
  if (error->domain != TELEMETRY_ERROR)
    return TELEMETRY_COUNTER_LOST;

  switch ((TelemetryError) error->code)
    {
    case TELEMETRY_ERROR_DISABLED:
    case TELEMETRY_ERROR_POLICY_CHANGED:
    case TELEMETRY_ERROR_LOCKED:
    case TELEMETRY_ERROR_UNKNOWN_CATEGORY:
      return TELEMETRY_COUNTER_OFF;
    case TELEMETRY_ERROR_INVALID_FIELDS:
    case TELEMETRY_ERROR_TOO_LARGE:
    case TELEMETRY_ERROR_NOT_SEALED:
      return TELEMETRY_COUNTER_INVALID;
    case TELEMETRY_ERROR_RATE_LIMITED:
    case TELEMETRY_ERROR_QUOTA_EXCEEDED:
      return TELEMETRY_COUNTER_LIMITED;
    case TELEMETRY_ERROR_NOT_FOUND:
    case TELEMETRY_ERROR_NOT_SUPPORTED:
    case TELEMETRY_ERROR_BUSY:
    case TELEMETRY_ERROR_PAUSED:
    case TELEMETRY_ERROR_METERED:
    case TELEMETRY_ERROR_OFFLINE:
    case TELEMETRY_ERROR_STORAGE:
    default:
      return TELEMETRY_COUNTER_LOST;
    }
}
