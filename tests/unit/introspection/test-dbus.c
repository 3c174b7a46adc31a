/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proves that the names in tm-dbus.h are those of the XML, and that errors keep their names. */
#include "tm-dbus.h"

#include <gio/gio.h>

static void
test_interface_names (void)
{
  const struct
  {
    const char *name;
    const GDBusInterfaceInfo *info;
  } interfaces[] = {
    { TM_BUS_RECORDER_INTERFACE, tm_dbus_recorder_interface_info () },
    { TM_MANAGER_BUS_CONSENT_INTERFACE, tm_dbus_consent_interface_info () },
    { TM_MANAGER_BUS_RECORDS_INTERFACE, tm_dbus_records_interface_info () },
    { TM_MANAGER_BUS_DELIVERY_INTERFACE, tm_dbus_delivery_interface_info () },
    { TM_MANAGER_BUS_IDENTITY_INTERFACE, tm_dbus_identity_interface_info () },
    { TM_MANAGER_BUS_HEALTH_INTERFACE, tm_dbus_health_interface_info () },
    { TM_POST_BUS_TRANSPORT_INTERFACE, tm_dbus_transport_interface_info () },
  };

  for (guint i = 0; i < G_N_ELEMENTS (interfaces); i++)
    g_assert_cmpstr (interfaces[i].name, ==, interfaces[i].info->name);
}

/* The object of a name lies where the name says. */
static void
test_paths (void)
{
  const struct
  {
    const char *name;
    const char *path;
  } objects[] = {
    { TM_BUS_NAME, TM_BUS_PATH },
    { TM_MANAGER_BUS_NAME, TM_MANAGER_BUS_PATH },
    { TM_POST_BUS_NAME, TM_POST_BUS_PATH },
  };

  for (guint i = 0; i < G_N_ELEMENTS (objects); i++)
    {
      g_autofree char *dotted = g_strdelimit (g_strdup (objects[i].path + 1), "/", '.');

      g_assert_true (g_variant_is_object_path (objects[i].path));
      g_assert_cmpstr (dotted, ==, objects[i].name);
    }
}

/* Each error leaves under its name of the table and comes back as itself. */
static void
test_errors_travel (void)
{
  tm_bus_errors_register ();

  for (guint i = 0; i < TELEMETRY_N_ERRORS; i++)
    {
      g_autoptr (GError) sent = g_error_new_literal (TELEMETRY_ERROR, (gint) i, "why");
      g_autofree char *name = g_dbus_error_encode_gerror (sent);
      g_autoptr (GError) received = NULL;

      g_assert_cmpstr (name, ==, telemetry_error_get_bus_name (i));
      received = g_dbus_error_new_for_dbus_error (name, "why");
      g_assert_error (received, TELEMETRY_ERROR, (gint) i);
    }
}

/* Library and program may both ask for it. */
static void
test_register_twice (void)
{
  tm_bus_errors_register ();
  tm_bus_errors_register ();
  test_errors_travel ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/introspection/interface-names", test_interface_names);
  g_test_add_func ("/introspection/paths", test_paths);
  g_test_add_func ("/introspection/errors-travel", test_errors_travel);
  g_test_add_func ("/introspection/register-twice", test_register_twice);

  return g_test_run ();
}
