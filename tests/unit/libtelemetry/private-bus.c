/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See private-bus.h. */
#include "private-bus.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

static char *
active_path (PrivateBus *self)
{
  return g_build_filename (self->root, "run/telemetrics/active", NULL);
}

void
private_bus_set_active (PrivateBus *self, gboolean active)
{
  g_autofree char *path = active_path (self);
  g_autoptr (GError) error = NULL;

  if (!active)
    {
      g_unlink (path);
      return;
    }
  g_file_set_contents (path, "custom\n", -1, &error);
  g_assert_no_error (error);
}

static guint
count_entries (const char *path, const char *link_prefix)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *entry = g_build_filename (path, name, NULL);
      g_autofree char *target = link_prefix == NULL ? NULL : g_file_read_link (entry, NULL);
      if (link_prefix == NULL || (target != NULL && g_str_has_prefix (target, link_prefix)))
        n++;
    }
  return n;
}

guint
private_bus_count_threads (void)
{
  return count_entries ("/proc/self/task", NULL);
}

guint
private_bus_count_sockets (void)
{
  return count_entries ("/proc/self/fd", "socket:");
}

void
private_bus_start_recorder (PrivateBus *self)
{
  g_autoptr (GError) error = NULL;

  self->recorder = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                                     &error, RECORDER_DOUBLE, NULL);
  g_assert_no_error (error);
  self->recorder_output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->recorder));
  g_autofree char *line = g_data_input_stream_read_line (self->recorder_output, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (line, ==, "ready");
}

PrivateBusReport
private_bus_end_recorder (PrivateBus *self)
{
  PrivateBusReport report = { 0 };

  g_output_stream_close (g_subprocess_get_stdin_pipe (self->recorder), NULL, NULL);
  g_autofree char *line = g_data_input_stream_read_line (self->recorder_output, NULL, NULL, NULL);
  if (line != NULL)
    sscanf (line, "calls=%u records=%u max_batch=%u max_waiting=%u last_bytes=%" G_GUINT64_FORMAT,
            &report.n_calls, &report.n_records, &report.max_batch, &report.max_waiting,
            &report.last_bytes);
  g_subprocess_wait (self->recorder, NULL, NULL);
  g_clear_object (&self->recorder_output);
  g_clear_object (&self->recorder);
  return report;
}

void
private_bus_set_up_empty (PrivateBus *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->root = g_dir_make_tmp ("telemetry-test-XXXXXX", &error);
  g_assert_no_error (error);
  g_autofree char *run = g_build_filename (self->root, "run/telemetrics", NULL);
  g_assert_cmpint (g_mkdir_with_parents (run, 0755), ==, 0);
  g_setenv ("TELEMETRICS_ROOT", self->root, TRUE);
  private_bus_set_active (self, TRUE);

  self->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (self->bus);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", g_test_dbus_get_bus_address (self->bus), TRUE);
}

void
private_bus_set_up (PrivateBus *self, gconstpointer data)
{
  private_bus_set_up_empty (self, data);
  private_bus_start_recorder (self);
  self->n_threads = private_bus_count_threads ();
}

void
private_bus_tear_down (PrivateBus *self, gconstpointer data)
{
  if (self->recorder != NULL)
    private_bus_end_recorder (self);
  g_test_dbus_down (self->bus);
  g_clear_object (&self->bus);

  private_bus_set_active (self, FALSE);
  g_autofree char *run = g_build_filename (self->root, "run", NULL);
  g_autofree char *telemetrics = g_build_filename (run, "telemetrics", NULL);
  g_assert_cmpint (g_rmdir (telemetrics), ==, 0);
  g_assert_cmpint (g_rmdir (run), ==, 0);
  g_assert_cmpint (g_rmdir (self->root), ==, 0);
  g_clear_pointer (&self->root, g_free);
}
