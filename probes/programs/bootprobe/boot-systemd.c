/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See boot-systemd.h. */
#include "boot-systemd.h"

#include <glib-unix.h>

#include "tm-unit.h"

#define NAME "org.freedesktop.systemd1"
#define PATH "/org/freedesktop/systemd1"
#define MANAGER NAME ".Manager"
#define PROPERTIES "org.freedesktop.DBus.Properties"

typedef struct
{
  GDBusConnection *bus;
  TmProbe *probe;
  GMainLoop *loop;
  gboolean has_finished;
} Wait;

void
boot_unit_free (BootUnit *self)
{
  g_free (self->name);
  g_free (self);
}

static GVariant *
call (GDBusConnection *bus,
      const char *path,
      const char *interface,
      const char *method,
      GVariant *arguments,
      const char *reply_type,
      GError **error)
{
  return g_dbus_connection_call_sync (bus, NAME, path, interface, method, arguments,
                                      G_VARIANT_TYPE (reply_type), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                      -1, NULL, error);
}

gboolean
boot_systemd_get_times (GDBusConnection *bus, TmBootTimes *out_times, GError **error)
{
  g_autoptr (GVariant) reply =
      call (bus, PATH, PROPERTIES, "GetAll", g_variant_new ("(s)", MANAGER), "(a{sv})", error);
  g_autoptr (GVariantIter) properties = NULL;
  const char *name;
  GVariant *value;

  if (reply == NULL)
    return FALSE;

  g_variant_get (reply, "(a{sv})", &properties);
  while (g_variant_iter_next (properties, "{&sv}", &name, &value))
    {
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64))
        tm_boot_times_set (out_times, name, g_variant_get_uint64 (value));
      g_variant_unref (value);
    }

  return TRUE;
}

/* NULL: nobody says. */
static char *
get_text (GDBusConnection *bus, const char *path, const char *interface, const char *property)
{
  g_autoptr (GVariant) reply =
      call (bus, path, PROPERTIES, "Get", g_variant_new ("(ss)", interface, property), "(v)", NULL);
  g_autoptr (GVariant) value = NULL;

  if (reply == NULL)
    return NULL;

  g_variant_get (reply, "(v)", &value);
  return g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_dup_string (value, NULL)
                                                             : NULL;
}

gboolean
boot_systemd_is_stopping (GDBusConnection *bus)
{
  g_autofree char *state = get_text (bus, PATH, MANAGER, "SystemState");

  return g_strcmp0 (state, "stopping") == 0;
}

static BootUnit *
describe (GDBusConnection *bus, const char *name, const char *path)
{
  g_autofree char *file = get_text (bus, path, NAME ".Unit", "FragmentPath");
  g_autofree char *result = NULL;
  BootUnit *unit;

  if (file == NULL || !tm_unit_is_shipped (file))
    return NULL;

  unit = g_new0 (BootUnit, 1);
  unit->name = tm_unit_get_public_name (name);
  result = get_text (bus, path, NAME ".Service", "Result");
  unit->result = tm_unit_get_result (result);
  return unit;
}

GPtrArray *
boot_systemd_get_failed (GDBusConnection *bus, guint *out_n_failed, GError **error)
{
  static const char *const states[] = { "failed", NULL };
  g_autoptr (GVariant) reply = call (bus, PATH, MANAGER, "ListUnitsFiltered",
                                     g_variant_new ("(^as)", states), "(a(ssssssouso))", error);
  g_autoptr (GVariantIter) units = NULL;
  GPtrArray *found;
  const char *name;
  const char *path;

  if (reply == NULL)
    return NULL;

  *out_n_failed = 0;
  found = g_ptr_array_new_with_free_func ((GDestroyNotify) boot_unit_free);
  g_variant_get (reply, "(a(ssssssouso))", &units);
  while (g_variant_iter_next (units, "(&s&s&s&s&s&s&ou&s&o)", &name, NULL, NULL, NULL, NULL, NULL,
                              &path, NULL, NULL, NULL))
    {
      BootUnit *unit = found->len < BOOT_MAX_UNITS ? describe (bus, name, path) : NULL;

      (*out_n_failed)++;
      if (unit != NULL)
        g_ptr_array_add (found, unit);
    }

  return found;
}

static void
look (Wait *self)
{
  TmBootTimes times = { 0 };

  if (!boot_systemd_get_times (self->bus, &times, NULL))
    g_main_loop_quit (self->loop);
  self->has_finished = times.finish != 0;
  if (self->has_finished)
    g_main_loop_quit (self->loop);
}

static void
heard (GDBusConnection *bus,
       const char *sender,
       const char *path,
       const char *interface,
       const char *member,
       GVariant *arguments,
       gpointer user_data)
{
  look (user_data);
}

static gboolean
consent_changed (int fd, GIOCondition condition, gpointer user_data)
{
  Wait *self = user_data;

  if (!tm_probe_may_continue (self->probe))
    g_main_loop_quit (self->loop);
  return G_SOURCE_CONTINUE;
}

gboolean
boot_systemd_wait (GDBusConnection *bus, TmProbe *probe)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GVariant) reply = NULL;
  Wait self = { .bus = bus, .probe = probe, .loop = loop };
  int consent_fd = tm_probe_get_consent_fd (probe);
  guint consent_source = 0;
  guint subscription;

  /* systemd speaks only to those who asked it to. First listen, then look. */
  subscription =
      g_dbus_connection_signal_subscribe (bus, NAME, MANAGER, "StartupFinished", PATH, NULL,
                                          G_DBUS_SIGNAL_FLAGS_NONE, heard, &self, NULL);
  reply = call (bus, PATH, MANAGER, "Subscribe", NULL, "()", NULL);
  if (consent_fd >= 0)
    consent_source = g_unix_fd_add (consent_fd, G_IO_IN, consent_changed, &self);
  if (reply != NULL)
    look (&self);
  if (reply != NULL && !self.has_finished && tm_probe_may_continue (probe))
    g_main_loop_run (loop);

  g_dbus_connection_signal_unsubscribe (bus, subscription);
  g_clear_handle_id (&consent_source, g_source_remove);
  return self.has_finished && tm_probe_may_continue (probe);
}
