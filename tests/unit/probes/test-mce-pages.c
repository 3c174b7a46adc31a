/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proves how much of a trace that does not end is read before the question whether to go on, with a
 * directory in place of a tracefs.
 */
#include <gio/gio.h>
#include <string.h>

#include "mce-trace.h"

#define PAGE_BYTES 64
#define INSTANCE "instances/gears/"

static const char head[] = "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
                           "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
                           "\tfield: char data;\toffset:16;\tsize:48;\tsigned:1;\n";
static const char format[] = "name: mc_event\nID: 70\nformat:\n"
                             "\tfield:u8 mc_index;\toffset:0;\tsize:1;\tsigned:0;\n";

static void
write_file (const char *root, const char *name, const char *text, gsize n_bytes)
{
  g_autofree char *file = g_build_filename (root, name, NULL);
  g_autofree char *directory = g_path_get_dirname (file);

  g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, text, (gssize) n_bytes, NULL));
}

static gboolean
count_question (gpointer user_data)
{
  ++*(guint *) user_data;
  return TRUE;
}

static gboolean
count_last_question (gpointer user_data)
{
  ++*(guint *) user_data;
  return FALSE;
}

static void
expect_no_fault (TmFault *fault, gpointer user_data)
{
  g_assert_not_reached ();
}

/* How often it asks where there are so many pages with nothing in them. */
static guint
count_questions (guint n_pages, gboolean (*go_on) (gpointer user_data))
{
  g_autofree char *root = g_dir_make_tmp ("tm-pages-XXXXXX", NULL);
  const char *const remove[] = { "rm", "-r", "--", root, NULL };
  g_autofree char *pages = g_malloc0 (n_pages * PAGE_BYTES);
  g_autoptr (MceTrace) trace = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_read;
  guint n = 0;

  write_file (root, "events/header_page", head, strlen (head));
  write_file (root, "events/ras/mc_event/format", format, strlen (format));
  write_file (root, INSTANCE "events/ras/mc_event/enable", "0", 1);
  write_file (root, INSTANCE "per_cpu/cpu0/trace_pipe_raw", pages, n_pages * PAGE_BYTES);
  trace = mce_trace_open (root, "gears", TRUE, &error);
  g_assert_no_error (error);
  is_read = mce_trace_read (trace, expect_no_fault, go_on, &n, &error);
  g_assert_no_error (error);
  g_assert_cmpint (is_read, ==, go_on == count_question || n == 0);
  g_assert_true (g_spawn_sync (NULL, (char **) remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));
  return n;
}

/* With each 64th page. */
static void
test_asks (void)
{
  g_assert_cmpuint (count_questions (63, count_question), ==, 0);
  g_assert_cmpuint (count_questions (64, count_question), ==, 1);
  g_assert_cmpuint (count_questions (127, count_question), ==, 1);
  g_assert_cmpuint (count_questions (128, count_question), ==, 2);
}

/* After a no it does not go on. */
static void
test_no (void)
{
  g_assert_cmpuint (count_questions (63, count_last_question), ==, 0);
  g_assert_cmpuint (count_questions (128, count_last_question), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/mce-pages/asks", test_asks);
  g_test_add_func ("/mce-pages/no", test_no);

  return g_test_run ();
}
