/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proves the limits that all probes share at both of their sides: what is just accepted, and what
 * is just too much. The numbers stand here once more, so that none changes unnoticed.
 */
#include <gio/gio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tm-probe-drops.h"
#include "tm-probe-quota.h"

#define MIB (1024 * 1024)
#define HOUR_USEC (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

typedef struct
{
  char *root;
  char *directory; /* of states */
} Fixture;

static const TmProbeInfo info = { .name = "klogprobe", .category = "kernel" };
static const TmProbeInfo reader = { .name = "hprobe", .category = "heartbeat" };

static void
write_agreement (Fixture *fixture, const char *name, const char *text)
{
  g_autofree char *directory = g_build_filename (fixture->root, "run/telemetrics", NULL);
  g_autofree char *file = g_build_filename (directory, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, text, -1, NULL));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->root = g_dir_make_tmp ("tm-limits-XXXXXX", NULL);
  fixture->directory = g_build_filename (fixture->root, "var/lib/telemetrics-probes", NULL);
  g_assert_cmpint (g_mkdir_with_parents (fixture->directory, 0700), ==, 0);
  g_unsetenv ("STATE_DIRECTORY");
  g_setenv ("TELEMETRICS_ROOT", fixture->root, TRUE);
  write_agreement (fixture, "active", "heartbeat\nkernel\n");
  write_agreement (fixture, "since", "heartbeat 10\nkernel 20\n");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  const char *const remove[] = { "rm", "-r", "--", fixture->root, NULL };

  g_assert_true (g_spawn_sync (NULL, (char **) remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));
  g_free (fixture->root);
  g_free (fixture->directory);
}

/* text, and behind it what makes n_bytes of it. */
static void
write_state (Fixture *fixture, const char *probe, const char *text, gsize n_bytes)
{
  g_autofree char *name = g_strconcat (probe, ".state", NULL);
  g_autofree char *file = g_build_filename (fixture->directory, name, NULL);
  g_autofree char *rest = g_strnfill (n_bytes - MIN (n_bytes, strlen (text)), 'x');
  g_autofree char *whole = g_strconcat (text, rest, NULL);

  g_assert_true (g_file_set_contents (file, whole, -1, NULL));
}

/* A state of more than 1 MiB is not ours. */
static void
test_state (Fixture *fixture, gconstpointer data)
{
  for (gsize more = 0; more <= 1; more++)
    {
      g_autoptr (TmProbe) probe = tm_probe_new_plain (&info, NULL);
      g_autofree char *text = NULL;

      g_assert_true (tm_probe_may_observe (probe));
      write_state (fixture, "klogprobe", "since 20\n", 1 * MIB + more);
      text = tm_probe_load_state (probe);
      g_assert_cmpint (text != NULL, ==, more == 0);
    }
}

/* What others counted is not looked for in a state that is too long, either. */
static void
test_state_of_others (Fixture *fixture, gconstpointer data)
{
  for (gsize more = 0; more <= 1; more++)
    {
      g_autoptr (TmProbe) probe = tm_probe_new_plain (&reader, NULL);
      g_autoptr (GHashTable) list = NULL;

      write_state (fixture, "klogprobe", "since 20\ndrops kernel 10 1 quota=1\n", 1 * MIB + more);
      list = tm_probe_list_drops (probe);
      g_assert_cmpuint (g_hash_table_size (list), ==, 1 - more);
    }
}

/* The heartbeat tells what 64 probes left out. */
static void
test_counting (Fixture *fixture, gconstpointer data)
{
  for (guint i = 1; i <= 66; i++)
    {
      g_autofree char *name = g_strdup_printf ("probe-%u", i);
      g_autoptr (TmProbe) probe = tm_probe_new_plain (&reader, NULL);
      g_autoptr (GHashTable) list = NULL;

      write_state (fixture, name, "since 20\ndrops kernel 10 1 quota=1\n", 0);
      list = tm_probe_list_drops (probe);
      g_assert_cmpuint (g_hash_table_size (list), ==, MIN (i, 64));
    }
}

/* A reason has at most 32 bytes, and a probe at most 16 of them. */
static void
test_reasons (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TmDropCounts) counts = tm_drop_counts_new ("1");

  for (guint i = 1; i <= 33; i++)
    {
      g_autofree char *name = g_strnfill (i, 'a');

      g_assert_cmpint (tm_drop_counts_is_name (name), ==, i <= 32);
      g_assert_cmpint (tm_drop_counts_add (counts, name, 1), ==, i <= 16);
    }
}

/* A file may have as many bytes as are allowed, and not one more. */
static void
test_file (Fixture *fixture, gconstpointer data)
{
  g_autofree char *file = g_build_filename (fixture->root, "file", NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (file, "0123456789", 10, NULL));
  bytes = tm_probe_read_file (file, 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 10);
  g_assert_null (tm_probe_read_file (file, 9, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

typedef struct
{
  int fd;
  gsize n_bytes;
} Stream;

/* Until it is said, or nobody reads on. */
static gpointer
write_stream (gpointer data)
{
  static const char zeros[MIB];
  Stream *self = data;
  gssize n = 1;

  while (self->n_bytes > 0 && n > 0)
    {
      n = write (self->fd, zeros, MIN (self->n_bytes, sizeof zeros));
      self->n_bytes -= (gsize) MAX (n, 0);
    }
  close (self->fd);
  return NULL;
}

/* A stream may have 64 MiB. */
static void
test_stream (Fixture *fixture, gconstpointer data)
{
  for (gsize more = 0; more <= 1; more++)
    {
      g_autoptr (GBytes) bytes = NULL;
      g_autofree char *name = NULL;
      Stream stream = { .n_bytes = 64 * MIB + more };
      GThread *writer;
      int fds[2];

      g_assert_cmpint (pipe (fds), ==, 0);
      name = g_strdup_printf ("/proc/self/fd/%d", fds[0]);
      stream.fd = fds[1];
      writer = g_thread_new ("stream", write_stream, &stream);
      bytes = tm_probe_map_file (name, NULL);
      close (fds[0]);
      g_thread_join (writer);
      g_assert_cmpint (bytes != NULL, ==, more == 0);
    }
}

/* The same again is told after an hour, two, four ... and at last every day. */
static void
test_patience (Fixture *fixture, gconstpointer data)
{
  static const guint hours[] = { 1, 2, 4, 8, 16, 24, 24 };
  g_autoptr (TmProbeQuota) quota = tm_probe_quota_new ("", NULL);
  gint64 now_usec = 0;

  tm_probe_quota_set_boot (quota, "boot");
  tm_probe_quota_note_report (quota, "a", "oops", "title", "group", now_usec);
  for (guint i = 0; i < G_N_ELEMENTS (hours); i++)
    {
      g_assert_cmpint (tm_probe_quota_judge (quota, "a", 1, now_usec), ==,
                       TM_PROBE_VERDICT_COUNTED);
      now_usec += hours[i] * HOUR_USEC;
      g_assert_null (tm_probe_quota_find_due (quota, now_usec - 1, FALSE));
      tm_probe_quota_note_told (quota, tm_probe_quota_find_due (quota, now_usec, FALSE), now_usec);
    }
}

/* A vendor may allow 1000 reports of a boot; all of them are still known after a restart, and that
 * there were more. */
static void
test_reports (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TmProbeQuota) quota = tm_probe_quota_new ("per-boot 1000\nper-hour 1000", NULL);
  g_autoptr (TmProbeQuota) again = tm_probe_quota_new ("per-boot 1000\nper-hour 1000", NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  guint n_found = 0;

  tm_probe_quota_set_boot (quota, "boot");
  g_key_file_set_string (file, "of the probe", "key", "value");
  for (guint i = 0; i < 1001; i++)
    {
      g_autofree char *exact = g_strdup_printf ("%u", i);

      g_assert_cmpint (tm_probe_quota_judge (quota, exact, 1, 0), ==,
                       i < 1000 ? TM_PROBE_VERDICT_REPORT : TM_PROBE_VERDICT_OVER_LIMIT);
      if (i < 1000)
        tm_probe_quota_note_report (quota, exact, "oops", "title", "group", 0);
    }

  tm_probe_quota_save (quota, file);
  tm_probe_quota_load (again, file);
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *exact = g_strdup_printf ("%u", i);

      n_found += tm_probe_quota_judge (again, exact, 1, 0) == TM_PROBE_VERDICT_COUNTED;
    }
  g_assert_cmpuint (n_found, ==, 1000);
  g_assert_nonnull (tm_probe_quota_find_due (again, 0, TRUE));
}

/* Of a memory that somebody made longer no more is taken than one can have. */
static void
test_memory (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TmProbeQuota) quota = tm_probe_quota_new ("", NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  const TmProbeTally *tally;
  guint n_found = 0;

  g_key_file_set_string (file, "quota", "boot", "boot");
  for (guint i = 0; i < 1100; i++)
    {
      static const char *const keys[] = { "exact", "kind", "title", "group" };
      g_autofree char *group = g_strdup_printf ("tally %u", i);

      for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
        g_key_file_set_string (file, group, keys[k], group);
      g_key_file_set_uint64 (file, group, "untold", 1);
    }
  tm_probe_quota_load (quota, file);
  while ((tally = tm_probe_quota_find_due (quota, 0, TRUE)) != NULL)
    {
      tm_probe_quota_note_told (quota, tally, 0);
      n_found++;
    }
  g_assert_cmpuint (n_found, ==, 1001);
}

#define ADD(name, test) g_test_add ("/probe-limits/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  signal (SIGPIPE, SIG_IGN);

  ADD ("state", test_state);
  ADD ("state-of-others", test_state_of_others);
  ADD ("counting", test_counting);
  ADD ("reasons", test_reasons);
  ADD ("file", test_file);
  ADD ("stream", test_stream);
  ADD ("patience", test_patience);
  ADD ("reports", test_reports);
  ADD ("memory", test_memory);

  return g_test_run ();
}
