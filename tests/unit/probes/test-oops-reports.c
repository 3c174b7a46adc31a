/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proves that the lists know the reports of every kind, kernel and architecture in
 * kernel-reports.txt by their kind and title, that none of them is taken for two, and that what
 * only resembles a report is none.
 */
#include <gio/gio.h>
#include <string.h>

#include "oops-fixture.h"
#include "tm-oops-record.h"

static void
take (TmOops *oops, gpointer user_data)
{
  g_autoptr (TmOops) owned = oops;
  g_autofree char *title = tm_oops_get_title (owned);

  g_string_append_printf (user_data, "%s | %s\n", owned->format->kind, title);
}

/* What is read out of one case: "kind | title" for each report. */
static char *
read_case (TmOopsRules *rules, char **lines)
{
  GString *found = g_string_new (NULL);
  g_autoptr (TmOopsReader) reader = tm_oops_reader_new (rules, take, found);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *raw = g_strdup_printf ("[   10.%06u] %s", i, lines[i]);
      TmKlogLine line;

      tm_klog_line_parse (raw, strlen (raw), &line);
      tm_oops_reader_feed (reader, &line);
    }
  tm_oops_reader_flush (reader);

  return g_string_free (found, FALSE);
}

static void
test_reports (void)
{
  g_autoptr (TmOopsRules) rules = oops_fixture_load_rules ();
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "tests", "unit", "probes", "kernel-reports.txt", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) cases = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  cases = g_strsplit (text, "\n== ", -1);
  g_assert_cmpuint (g_strv_length (cases), >, 100);

  /* In front of the first stands what the file is. */
  for (guint i = 1; cases[i] != NULL; i++)
    {
      g_auto (GStrv) lines = g_strsplit (cases[i], "\n", -1);
      g_autoptr (GString) expected = g_string_new (NULL);
      g_autofree char *found = NULL;
      guint n = 1;

      if (strcmp (lines[0], "none") != 0)
        g_string_append_printf (expected, "%s\n", lines[0]);
      for (; lines[n] != NULL && g_str_has_prefix (lines[n], "and "); n++)
        g_string_append_printf (expected, "%s\n", lines[n] + strlen ("and "));
      found = read_case (rules, lines + n);

      g_test_message ("%s", cases[i]);
      g_assert_cmpstr (found, ==, expected->str);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/probes/oops/reports-of-all-kernels", test_reports);
  return g_test_run ();
}
