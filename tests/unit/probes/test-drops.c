/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proves that what probes leave out is counted once: over restarts, over two processes at a time,
 * and never over the end of an agreement.
 */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "tm-probe-drops.h"

typedef struct
{
  char *root;
  char *directory;
} Fixture;

static const TmProbeInfo info = { .name = "klogprobe", .category = "kernel" };
static const TmProbeInfo other = { .name = "crashprobe", .category = "crashes" };
static const TmProbeInfo reader = { .name = "hprobe", .category = "heartbeat" };

static void
write_file (Fixture *fixture, const char *name, const char *text)
{
  g_autofree char *file = g_build_filename (fixture->root, "run/telemetrics", name, NULL);

  g_assert_true (g_file_set_contents (file, text, -1, NULL));
}

static void
agree (Fixture *fixture, const char *active, const char *since)
{
  write_file (fixture, "since", since);
  write_file (fixture, "active", active);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *run = NULL;

  fixture->root = g_dir_make_tmp ("tm-drops-XXXXXX", NULL);
  run = g_build_filename (fixture->root, "run/telemetrics", NULL);
  fixture->directory = g_build_filename (fixture->root, "var/lib/telemetrics-probes", NULL);
  g_assert_cmpint (g_mkdir_with_parents (run, 0700), ==, 0);
  g_unsetenv ("STATE_DIRECTORY");
  g_setenv ("TELEMETRICS_ROOT", fixture->root, TRUE);
  agree (fixture, "heartbeat\nkernel\ncrashes\n", "heartbeat 10\nkernel 20\ncrashes 20\n");
}

static void
remove_tree (GFile *file)
{
  g_autoptr (GFileEnumerator) children =
      g_file_enumerate_children (file, "standard::name", 0, NULL, NULL);
  GFile *child;

  while (children != NULL && g_file_enumerator_iterate (children, NULL, &child, NULL, NULL) &&
         child != NULL)
    remove_tree (child);
  g_assert_true (g_file_delete (file, NULL, NULL));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFile) root = g_file_new_for_path (fixture->root);

  remove_tree (root);
  g_free (fixture->root);
  g_free (fixture->directory);
}

static TmProbe *
begin (const TmProbeInfo *whose)
{
  TmProbe *probe = tm_probe_new_plain (whose, NULL);

  g_assert_true (tm_probe_may_observe (probe));
  return probe;
}

static void
save (TmProbe *probe, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (text != NULL ? tm_probe_save_state (probe, text, &error)
                              : tm_probe_save_drops (probe, &error));
  g_assert_no_error (error);
}

static void
drop (const TmProbeInfo *whose, const char *reason, guint64 n)
{
  g_autoptr (TmProbe) probe = begin (whose);

  tm_probe_drop (probe, reason, n);
  save (probe, NULL);
}

static guint64
count (const char *probe, const char *reason)
{
  g_autoptr (TmProbe) heartbeat = tm_probe_new_plain (&reader, NULL);
  g_autoptr (GHashTable) list = tm_probe_list_drops (heartbeat);
  TmDropCounts *counts = g_hash_table_lookup (list, probe);

  return counts != NULL ? tm_drop_counts_get (counts, reason) : 0;
}

static TmDropCounts *
read_given (Fixture *fixture, const char *name, const char *text, GError **error)
{
  g_autofree char *file = g_build_filename (fixture->root, name, NULL);
  g_autofree char *probe = g_strndup (name, strcspn (name, "."));
  g_autoptr (GHashTable) list = NULL;
  g_autofree char *key = NULL;
  TmDropCounts *counts = NULL;

  g_assert_true (g_file_set_contents (file, text, -1, NULL));
  list = tm_probe_read_drops (file, error);
  if (list != NULL)
    g_hash_table_steal_extended (list, probe, (gpointer *) &key, (gpointer *) &counts);
  return counts;
}

/* One state, named by somebody: whatever was agreed to then. */
static void
test_given (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TmDropCounts) counts =
      read_given (fixture, "klogprobe.state", "since 7\ndrops kernel 5 1 quota=3\nplace\n", &error);
  g_autoptr (TmDropCounts) unnamed =
      read_given (fixture, "input", "since 7\ndrops kernel 5 1 quota=4\n", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (tm_drop_counts_get (counts, "quota"), ==, 3);
  g_assert_cmpuint (tm_drop_counts_get (unnamed, "quota"), ==, 4);
  g_assert_null (read_given (fixture, "klogprobe.state", "since 7\nplace\n", &error));
  g_assert_no_error (error);
}

/* A file that is something else, or too long, is said to be. */
static void
test_given_broken (Fixture *fixture, gconstpointer data)
{
  static const char *const texts[] = {
    "",
    "place\n",
    "since 7",
    "since 7\ndrops\n\n",
    "since 7\ndrops kernel 5\n",
    "since 7\ndrops kernel 5 1 quota=x\n",
  };
  g_autofree char *long_text = g_strnfill (1024 * 1024 + 1, 'x');

  memcpy (long_text, "since 7\n", 8);
  for (gsize i = 0; i <= G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%" G_GSIZE_FORMAT, i);
      g_assert_null (read_given (fixture, "klogprobe.state",
                                 i < G_N_ELEMENTS (texts) ? texts[i] : long_text, &error));
      if (i == 3) /* that line is the probe's own */
        g_assert_no_error (error);
      else
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    }

  long_text[1024 * 1024] = '\0';
  g_assert_null (read_given (fixture, "klogprobe.state", long_text, NULL));
}

/* With the place, at the same moment. */
static void
test_with_the_state (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TmProbe) probe = begin (&info);
  g_autofree char *text = NULL;

  tm_probe_drop (probe, "quota", 2);
  tm_probe_drop (probe, "sampled", 1);
  g_assert_cmpuint (count ("klogprobe", "quota"), ==, 0);

  save (probe, "place 1\n");
  g_assert_cmpuint (count ("klogprobe", "quota"), ==, 2);
  g_assert_cmpuint (count ("klogprobe", "sampled"), ==, 1);
  text = tm_probe_load_state (probe);
  g_assert_cmpstr (text, ==, "place 1\n");

  save (probe, "place 2\n");
  g_assert_cmpuint (count ("klogprobe", "quota"), ==, 2);
}

static void
test_restart (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TmProbe) again = NULL;
  g_autofree char *text = NULL;

  drop (&info, "quota", 2);
  again = begin (&info);
  text = tm_probe_load_state (again);
  g_assert_null (text);
  tm_probe_drop (again, "quota", 3);
  save (again, "place");
  g_assert_cmpuint (count ("klogprobe", "quota"), ==, 5);
}

/* Neither forgets what the other has counted, nor the place. */
static void
test_two_processes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TmProbe) resident = begin (&other);
  g_autoptr (TmProbe) handler = begin (&other);
  g_autofree char *text = NULL;

  save (resident, "place");
  tm_probe_drop (resident, "quota", 1);
  tm_probe_drop (handler, "quota", 1);
  tm_probe_drop (handler, "too-large", 1);
  save (handler, NULL);
  save (resident, NULL);
  g_assert_cmpuint (count ("crashprobe", "quota"), ==, 2);
  g_assert_cmpuint (count ("crashprobe", "too-large"), ==, 1);
  text = tm_probe_load_state (handler);
  g_assert_cmpstr (text, ==, "place");
}

static gpointer
count_many (gpointer data)
{
  for (guint i = 0; i < 50; i++)
    drop (&info, "quota", 1);

  return NULL;
}

static void
test_at_once (Fixture *fixture, gconstpointer data)
{
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("probe", count_many, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (count ("klogprobe", "quota"), ==, 200);
}

/* Of which the state is still there: nobody was running to remove it. */
static void
test_agreement_of_the_category (Fixture *fixture, gconstpointer data)
{
  drop (&info, "quota", 1);
  drop (&other, "quota", 7);
  agree (fixture, "heartbeat\ncrashes\n", "heartbeat 10\ncrashes 20\n");
  g_assert_cmpuint (count ("klogprobe", "quota"), ==, 0);
  g_assert_cmpuint (count ("crashprobe", "quota"), ==, 7);

  agree (fixture, "heartbeat\nkernel\n", "heartbeat 10\nkernel 30\n");
  g_assert_cmpuint (count ("klogprobe", "quota"), ==, 0);
  drop (&info, "quota", 2);
  g_assert_cmpuint (count ("klogprobe", "quota"), ==, 2);
}

static void
test_agreement_of_the_heartbeat (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TmProbe) probe = begin (&info);
  g_autofree char *text = NULL;

  tm_probe_drop (probe, "quota", 1);
  save (probe, "place");
  tm_probe_drop (probe, "quota", 1);
  agree (fixture, "kernel\n", "kernel 20\n");
  tm_probe_drop (probe, "quota", 1);
  save (probe, "place");
  g_assert_cmpuint (count ("klogprobe", "quota"), ==, 0);

  agree (fixture, "heartbeat\nkernel\n", "heartbeat 30\nkernel 20\n");
  g_assert_cmpuint (count ("klogprobe", "quota"), ==, 0);
  tm_probe_drop (probe, "quota", 1);
  save (probe, "place");
  g_assert_cmpuint (count ("klogprobe", "quota"), ==, 1);
  text = tm_probe_load_state (probe);
  g_assert_cmpstr (text, ==, "place");
}

/* Counted, not saved, and the agreement is another one. */
static void
test_not_saved (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TmProbe) probe = begin (&info);

  tm_probe_drop (probe, "quota", 1);
  agree (fixture, "heartbeat\nkernel\n", "heartbeat 10\nkernel 30\n");
  g_assert_false (tm_probe_may_continue (probe));
  g_assert_true (tm_probe_may_observe (probe));
  save (probe, "place");
  g_assert_cmpuint (count ("klogprobe", "quota"), ==, 0);
}

static void
test_files_of_others (Fixture *fixture, gconstpointer data)
{
  static const char *const texts[] = {
    "",
    "drops kernel 10 1 quota=1\n",
    "since 20\ndrops \nx",
    "since 20\ndrops kernel 10\nx",
    "since 20\ndrops kernel 10 1 quota=0\n",
    "since 20\ndrops kernel 10 1 quota=x\n",
    "since 20\ndrops kernel 10 1 quota=1",
    "since 20\ndrops kernel 10 1 quota=1 quota=1\n",
    "since 20\ndrops crashes 10 1 Quota=1\n",
    "since 20\ndrops boot 10 1 quota=1\n",
  };
  g_autofree char *file = g_build_filename (fixture->directory, "klogprobe.state", NULL);

  g_assert_cmpint (g_mkdir_with_parents (fixture->directory, 0700), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_test_message ("%u", i);
      g_assert_true (g_file_set_contents (file, texts[i], -1, NULL));
      g_assert_cmpuint (count ("klogprobe", "quota"), ==, 0);
    }
}

static void
test_line (void)
{
  g_autoptr (TmDropCounts) counts = tm_drop_counts_parse ("7 quota=3 sampled=9223372036854775807");
  g_autoptr (TmDropCounts) known = tm_drop_counts_parse ("7 quota=1 sampled=2");
  g_autoptr (TmDropCounts) other_epoch = tm_drop_counts_parse ("6 quota=1");
  g_autoptr (TmDropCounts) more = tm_drop_counts_subtract (counts, known);
  g_autoptr (TmDropCounts) all = tm_drop_counts_subtract (counts, other_epoch);
  g_autofree char *line = NULL;

  g_assert_cmpuint (tm_drop_counts_get (more, "quota"), ==, 2);
  g_assert_cmpuint (tm_drop_counts_get (all, "quota"), ==, 3);
  g_assert_true (tm_drop_counts_add (counts, "sampled", G_MAXUINT64));
  line = tm_drop_counts_to_line (counts);
  g_assert_cmpstr (line, ==, "7 quota=3 sampled=9223372036854775807");
}

static void
test_limits (void)
{
  g_autoptr (TmDropCounts) counts = tm_drop_counts_new ("7");
  g_autofree char *longest = g_strnfill (TM_DROP_MAX_NAME, 'a');
  g_autofree char *longer = g_strnfill (TM_DROP_MAX_NAME + 1, 'a');

  g_assert_true (tm_drop_counts_add (counts, longest, 1));
  g_assert_false (tm_drop_counts_add (counts, longer, 1));
  g_assert_false (tm_drop_counts_add (counts, "", 1));
  g_assert_false (tm_drop_counts_add (counts, "a b", 1));
  for (guint i = 1; i < TM_DROP_MAX_REASONS; i++)
    {
      g_autofree char *reason = g_strdup_printf ("r%u", i);

      g_assert_true (tm_drop_counts_add (counts, reason, 1));
    }
  g_assert_false (tm_drop_counts_add (counts, "one-more", 1));
  g_assert_true (tm_drop_counts_add (counts, longest, 1));
  g_assert_cmpuint (tm_drop_counts_get (counts, longest), ==, 2);
}

#define ADD(name, test) g_test_add ("/drops/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("with-the-state", test_with_the_state);
  ADD ("restart", test_restart);
  ADD ("two-processes", test_two_processes);
  ADD ("at-once", test_at_once);
  ADD ("agreement-of-the-category", test_agreement_of_the_category);
  ADD ("agreement-of-the-heartbeat", test_agreement_of_the_heartbeat);
  ADD ("not-saved", test_not_saved);
  ADD ("files-of-others", test_files_of_others);
  ADD ("given", test_given);
  ADD ("given-broken", test_given_broken);
  g_test_add_func ("/drops/line", test_line);
  g_test_add_func ("/drops/limits", test_limits);

  return g_test_run ();
}
