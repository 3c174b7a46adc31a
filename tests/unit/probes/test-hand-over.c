/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proves that a record does not leave a probe under another agreement than it was found under. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <libtelemetry/telemetry-client.h>

#include "tm-probe.h"

typedef struct
{
  char *root;
  char *run;
} Fixture;

static void
write_file (Fixture *fixture, const char *name, const char *text)
{
  g_autofree char *file = g_build_filename (fixture->run, name, NULL);

  g_assert_true (g_file_set_contents (file, text, -1, NULL));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->root = g_dir_make_tmp ("tm-hand-over-XXXXXX", NULL);
  fixture->run = g_build_filename (fixture->root, "run/telemetrics", NULL);
  g_assert_cmpint (g_mkdir_with_parents (fixture->run, 0700), ==, 0);
  g_setenv ("TELEMETRICS_ROOT", fixture->root, TRUE);
  write_file (fixture, "active", "heartbeat\nkernel\n");
  write_file (fixture, "since", "heartbeat 10\nkernel 20\n");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  static const char *const files[] = { "run/telemetrics/active", "run/telemetrics/since",
                                       "run/telemetrics", "run", "" };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *file = g_build_filename (fixture->root, files[i], NULL);

      g_assert_cmpint (g_remove (file), ==, 0);
    }
  g_free (fixture->root);
  g_free (fixture->run);
}

/* Where it would leave to is standard output, so that no service is asked. */
static void
assert_is_held (Fixture *fixture, const char *active, const char *since)
{
  static const TmProbeInfo info = { .name = "klogprobe", .category = "kernel", .summary = "" };
  char *argv[] = { (char *) "klogprobe", (char *) "--dry-run", NULL };
  int status = -1;
  g_autoptr (TmProbe) probe = tm_probe_new (&info, 2, argv, &status);
  g_autoptr (JsonNode) payload = json_node_new (JSON_NODE_NULL);
  const TmProbeRecord record = { .classification = "a/b/c", .severity = 1, .payload = payload };
  g_autoptr (GError) error = NULL;

  g_assert_true (tm_probe_may_observe (probe));
  write_file (fixture, "since", since);
  write_file (fixture, "active", active);
  g_assert_false (tm_probe_hand_over (probe, &record, &error));
  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_DISABLED);
  g_assert_false (tm_probe_is_final (error));
}

static void
test_withdrawn (Fixture *fixture, gconstpointer data)
{
  assert_is_held (fixture, "heartbeat\n", "heartbeat 10\n");
}

/* A no and another yes: what was found in between is nobody's. */
static void
test_another (Fixture *fixture, gconstpointer data)
{
  assert_is_held (fixture, "heartbeat\nkernel\n", "heartbeat 10\nkernel 30\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/hand-over/withdrawn", Fixture, NULL, set_up, test_withdrawn, tear_down);
  g_test_add ("/hand-over/another", Fixture, NULL, set_up, test_another, tear_down);

  return g_test_run ();
}
