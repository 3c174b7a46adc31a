/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proves the limits of what is read of updates at both of their sides: what is just accepted, and
 * what is just too much. The numbers stand here once more, so that none changes unnoticed.
 */
#include <string.h>

#include "tm-packagekit.h"
#include "tm-update-log.h"

#define RULES "[build]\npackages=base-files\n[names]\nallow=*\n"

static void
collect (TmUpdate *update, gpointer user_data)
{
  g_ptr_array_add (user_data, update);
}

/* (transfer full): the only transaction of a log. */
static TmUpdate *
read_one (void (*read) (const TmUpdateLog *log), const char *text)
{
  g_autoptr (TmUpdateRules) rules = tm_update_rules_new (RULES, NULL);
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  const TmUpdateLog log = { .text = text,
                            .n_bytes = strlen (text),
                            .is_whole = TRUE,
                            .zone = zone,
                            .rules = rules,
                            .take = collect,
                            .user_data = found };

  read (&log);
  g_assert_cmpuint (found->len, ==, 1);
  return g_ptr_array_index (found, 0);
}

/* A name of a package has at most 255 bytes. */
static void
test_names (void)
{
  for (gsize n = 255; n <= 256; n++)
    {
      g_autofree char *name = g_strnfill (n, 'a');
      g_autofree char *apt = g_strdup_printf ("Start-Date: 2026-11-22  13:44:18\nUpgrade: %s (1, "
                                              "2)\nEnd-Date: 2026-11-22  13:44:18\n",
                                              name);
      g_autoptr (TmUpdate) update = read_one (tm_update_log_read_apt, apt);

      g_assert_cmpuint (update->names->len, ==, n == 255 ? 1 : 0);
    }
}

/* Of dnf's the version stands behind the name, in the same 255 bytes: the 256th is the end of the
 * version, and with the one before it there is none any more. */
static void
test_names_of_dnf (void)
{
  for (gsize n = 256; n <= 257; n++)
    {
      g_autofree char *name = g_strnfill (n - strlen ("-1-2"), 'a');
      g_autofree char *dnf =
          g_strdup_printf ("2026-11-22T13:44:18+0000 INFO --- logging initialized ---\n"
                           "2026-11-22T13:44:20+0000 SUBDEBUG Upgrade: %s-1-2\n",
                           name);
      g_autoptr (TmUpdate) update = read_one (tm_update_log_read_dnf, dnf);

      g_assert_cmpuint (update->names->len, ==, n == 256 ? 1 : 0);
    }
}

/* 100 names are told. */
static void
test_number_of_names (void)
{
  for (guint n = 99; n <= 101; n++)
    {
      g_autoptr (GString) text = g_string_new ("Start-Date: 2026-11-22  13:44:18\nUpgrade: a (1)");
      g_autoptr (TmUpdate) update = NULL;

      for (guint i = 1; i < n; i++)
        g_string_append (text, ", a (1)");
      g_string_append (text, "\nEnd-Date: 2026-11-22  13:44:18\n");
      update = read_one (tm_update_log_read_apt, text->str);
      g_assert_cmpuint (update->n_upgraded, ==, n);
      g_assert_cmpuint (update->names->len, ==, MIN (n, 100));
    }
}

/* The version of a build has at most 64 bytes. */
static void
test_build (void)
{
  g_autofree char *longer = g_strnfill (65, '1');
  const TmUpdateSlice longest_slice = { longer, 64 };
  const TmUpdateSlice longer_slice = { longer, 65 };
  g_autofree char *build = tm_update_slice_to_build (&longest_slice);

  g_assert_cmpstr (build, ==, longer + 1);
  g_assert_null (tm_update_slice_to_build (&longer_slice));
}

/* Of an error 1024 bytes are looked at. */
static void
test_error (void)
{
  static const char phrase[] = "No space left";
  g_autofree char *blanks = g_strnfill (1024 - strlen (phrase), ' ');
  g_autofree char *fits = g_strconcat (blanks, phrase, NULL);
  g_autofree char *too_long = g_strconcat (" ", fits, NULL);

  g_assert_cmpint (tm_update_error_from_text (fits, strlen (fits)), ==, TM_UPDATE_ERROR_DISK_FULL);
  g_assert_cmpint (tm_update_error_from_text (too_long, strlen (too_long)), ==,
                   TM_UPDATE_ERROR_OTHER);
}

/* Of a transaction of PackageKit's 20000 packages are counted, whose names with all that is behind
 * them have at most 512 bytes. */
static void
test_packagekit (void)
{
  g_autoptr (TmUpdateRules) rules = tm_update_rules_new (RULES, NULL);
  g_autoptr (TmPackagekit) transaction = tm_packagekit_new (rules);
  g_autofree char *longer = g_strnfill (513, 'a');
  g_autoptr (TmUpdate) update = NULL;

  tm_packagekit_add_package (transaction, 12, longer);
  tm_packagekit_add_package (transaction, 13, longer + 1);
  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *id = g_strdup_printf ("p%u;1;;", i);

      tm_packagekit_add_package (transaction, 11, id);
    }
  tm_packagekit_set_role (transaction, 22, 0);
  tm_packagekit_finish (transaction, 1, 0);
  update = tm_packagekit_get_update (transaction, "zypp");
  g_assert_cmpuint (update->n_installed, ==, 0);
  g_assert_cmpuint (update->n_removed, ==, 1);
  g_assert_cmpuint (update->n_upgraded, ==, 19999);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/updates-limits/names", test_names);
  g_test_add_func ("/updates-limits/names-of-dnf", test_names_of_dnf);
  g_test_add_func ("/updates-limits/number-of-names", test_number_of_names);
  g_test_add_func ("/updates-limits/build", test_build);
  g_test_add_func ("/updates-limits/error", test_error);
  g_test_add_func ("/updates-limits/packagekit", test_packagekit);
  return g_test_run ();
}
