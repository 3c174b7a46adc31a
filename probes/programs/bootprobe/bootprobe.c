/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reports how the system started: the time of each stage, which services of the system failed, and
 * whether the system had been shut down properly before. For the last it leaves a mark when it goes
 * down (--shutdown): a boot that follows one without a mark follows a crash or a loss of power.
 */
#include <gio/gio.h>
#include <glib/gi18n.h>

#include "boot-systemd.h"
#include "tm-probe-boot.h"
#include "tm-probe.h"
#include "tm-unit.h"

#define GROUP "bootprobe"
#define KEY_BOOT "boot"   /* that this state is of */
#define KEY_CLEAN "clean" /* it went down in an orderly way */
/* This start is still to be told: whether it follows a crash. Noted when it is first seen, and not
 * when it is told: it may never be finished. */
#define KEY_UNCLEAN "unclean"

typedef struct
{
  TmProbe *probe;
  GDBusConnection *bus; /* (nullable) */
  GKeyFile *state;
  char *boot;
} Bootprobe;

/* Takes ownership of object. system: (nullable) (transfer floating): not of this boot. */
static gboolean
hand_over (Bootprobe *self,
           const char *what,
           guint32 severity,
           JsonObject *object,
           GVariant *system,
           const char *key,
           GError **error)
{
  g_autoptr (JsonNode) payload = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *classification = g_strconcat ("org.telemetrics/boot/", what, NULL);
  g_autofree char *dedup_key = g_strdup_printf ("%s-%s-%s", self->boot, what, key);
  const TmProbeRecord record = {
    .classification = classification,
    .severity = severity,
    .payload = payload,
    .dedup_key = dedup_key,
    .system = system,
  };

  json_node_take_object (payload, object);
  return tm_probe_hand_over (self->probe, &record, error);
}

static gboolean
report_unclean (Bootprobe *self, GError **error)
{
  JsonObject *object = json_object_new ();

  tm_unit_add_signature (object, "unclean shutdown");
  json_object_set_string_member (object, "text",
                                 "The system was not shut down in an orderly way before this "
                                 "start.");
  return hand_over (self, "unclean", 2, object, tm_probe_boot_get_system (self->state, NULL, NULL),
                    "before", error);
}

static gboolean
report_unit (Bootprobe *self, const BootUnit *unit, GError **error)
{
  JsonObject *object = json_object_new ();

  tm_unit_add_failure (object, unit->name, unit->result);
  return hand_over (self, "unit-failed", 2, object, NULL, unit->name, error);
}

static const char *
get_firmware (Bootprobe *self)
{
  g_autofree char *directory = tm_probe_get_path (self->probe, "/sys/firmware/efi");

  return g_file_test (directory, G_FILE_TEST_IS_DIR) ? "uefi" : "other";
}

static gboolean
report_finished (Bootprobe *self,
                 const TmBootTimes *times,
                 GPtrArray *failed,
                 guint n_failed,
                 gboolean is_unclean,
                 GError **error)
{
  JsonObject *object = json_object_new ();
  JsonArray *names = json_array_new ();

  for (guint i = 0; failed != NULL && i < failed->len; i++)
    json_array_add_string_element (names, ((BootUnit *) g_ptr_array_index (failed, i))->name);
  tm_unit_add_signature (object, "boot");
  tm_boot_times_add_stages (times, object);
  json_object_set_string_member (object, "firmware", get_firmware (self));
  json_object_set_array_member (object, "failed", names);
  json_object_set_int_member (object, "n_failed", n_failed);
  json_object_set_boolean_member (object, "unclean", is_unclean);
  json_object_set_string_member (object, "text", "The system has started.");
  return hand_over (self, "finished", 1, object, NULL, "once", error);
}

static gboolean
save (Bootprobe *self, gboolean is_clean, GError **error)
{
  g_autofree char *text = NULL;

  tm_probe_boot_note (self->state, self->probe);
  g_key_file_set_string (self->state, GROUP, KEY_BOOT, self->boot);
  g_key_file_set_boolean (self->state, GROUP, KEY_CLEAN, is_clean);
  text = g_key_file_to_data (self->state, NULL, NULL);
  return tm_probe_save_state (self->probe, text, error);
}

static gboolean
report (Bootprobe *self, gboolean is_unclean, GError **error)
{
  g_autoptr (GPtrArray) failed = NULL;
  TmBootTimes times = { 0 };
  guint n_failed = 0;

  if (!boot_systemd_get_times (self->bus, &times, error))
    return FALSE;
  failed = boot_systemd_get_failed (self->bus, &n_failed, error);
  if (failed == NULL)
    return FALSE;
  if (is_unclean && !report_unclean (self, error))
    return FALSE;
  for (guint i = 0; i < failed->len; i++)
    if (!report_unit (self, g_ptr_array_index (failed, i), error))
      return FALSE;

  return report_finished (self, &times, failed, n_failed, is_unclean, error);
}

static gboolean
observe (Bootprobe *self, GError **error)
{
  g_autofree char *before = g_key_file_get_string (self->state, GROUP, KEY_BOOT, NULL);
  gboolean is_clean = g_key_file_get_boolean (self->state, GROUP, KEY_CLEAN, NULL);
  gboolean is_new = before != NULL && g_strcmp0 (before, self->boot) != 0;
  gboolean is_unclean;

  /* What is only shown is this start, whatever was shown before. A start that was before the
   * agreement is never reported, and one that was reported is not again. */
  if (tm_probe_is_dry_run (self->probe))
    return report (self, FALSE, error);
  if (is_new)
    g_key_file_set_boolean (self->state, GROUP, KEY_UNCLEAN, !is_clean);
  if (!save (self, FALSE, error))
    return FALSE;
  if (!g_key_file_has_key (self->state, GROUP, KEY_UNCLEAN, NULL))
    return TRUE;

  is_unclean = g_key_file_get_boolean (self->state, GROUP, KEY_UNCLEAN, NULL);
  if (!tm_probe_is_once (self->probe) && !boot_systemd_wait (self->bus, self->probe))
    return TRUE;
  if (!report (self, is_unclean, error))
    return FALSE;

  g_key_file_remove_key (self->state, GROUP, KEY_UNCLEAN, NULL);
  return save (self, FALSE, error);
}

static gboolean
read_input (Bootprobe *self, const char *file, GError **error)
{
  g_autoptr (GBytes) bytes = tm_probe_map_file (file, error);
  TmBootTimes times = { 0 };
  const char *text;
  gsize n_bytes;

  if (bytes == NULL)
    return FALSE;

  text = g_bytes_get_data (bytes, &n_bytes);
  tm_boot_times_parse (&times, text, n_bytes);
  if (times.kernel == 0 && times.userspace == 0 && times.finish == 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   _ ("“%s” has none of the times that “systemctl show” writes"), file);
      return FALSE;
    }

  return report_finished (self, &times, NULL, 0, FALSE, error);
}

static gboolean
run (Bootprobe *self, gboolean is_shutdown, GError **error)
{
  const char *input = tm_probe_get_input (self->probe);
  g_autofree char *text = NULL;

  if (input != NULL)
    return read_input (self, input, error);

  self->bus = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, error);
  if (self->bus == NULL)
    return FALSE;
  g_dbus_connection_set_exit_on_close (self->bus, FALSE);
  text = tm_probe_load_state (self->probe);
  if (text != NULL)
    g_key_file_load_from_data (self->state, text, -1, G_KEY_FILE_NONE, NULL);
  if (!is_shutdown)
    return observe (self, error);

  /* Somebody who only stops the service says nothing about the system. */
  return !boot_systemd_is_stopping (self->bus) || save (self, TRUE, error);
}

int
main (int argc, char **argv)
{
  gboolean is_shutdown = FALSE;
  const GOptionEntry options[] = {
    { "shutdown", 0, 0, G_OPTION_ARG_NONE, &is_shutdown,
      N_ ("Leave the mark of an orderly shutdown, if the system goes down"), NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  const TmProbeInfo info = {
    .name = "bootprobe",
    .category = "boot",
    .summary = N_ ("Report how the system started."),
    .options = options,
  };
  g_autoptr (TmProbe) probe = NULL;
  g_autoptr (GKeyFile) state = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  Bootprobe self = { .state = state };
  gboolean is_done;
  int status;

  probe = tm_probe_new (&info, argc, argv, &status);
  if (probe == NULL)
    return status;
  if (is_shutdown && !tm_probe_check_input (probe, "--shutdown", FALSE))
    return TM_PROBE_EXIT_USAGE;
  if (!tm_probe_may_observe (probe))
    return TM_PROBE_EXIT_OK;

  self.probe = probe;
  self.boot = tm_probe_boot_read_id (probe);
  is_done = run (&self, is_shutdown, &error);
  if (!is_done)
    g_printerr (_ ("bootprobe: %s\n"), error->message);

  g_clear_object (&self.bus);
  g_free (self.boot);
  return is_done ? TM_PROBE_EXIT_OK : TM_PROBE_EXIT_FAILED;
}
