/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proves: which package and which unit a crashed program is said to be of, and that no name of a
 * person's is said. */
#include <glib/gstdio.h>
#include <string.h>

#include "crash-package.h"
#include "crash-unit.h"
#include "tm-package-note.h"

/* Below a directory of this test: file, text. */
static char *
make_root (const char *const files[][2], guint n_files)
{
  char *root = g_dir_make_tmp ("crash-XXXXXX", NULL);

  for (guint i = 0; i < n_files; i++)
    {
      g_autofree char *file = g_build_filename (root, files[i][0], NULL);
      g_autofree char *directory = g_path_get_dirname (file);

      g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
      g_assert_true (g_file_set_contents (file, files[i][1], -1, NULL));
    }

  return root;
}

static void
remove_root (char *root)
{
  const char *const arguments[] = { "rm", "-r", "--", root, NULL };

  g_assert_true (g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                               NULL, NULL, NULL, NULL));
  g_free (root);
}

static void
test_note (void)
{
  static const struct
  {
    const char *text;
    const char *package; /* NULL: none */
  } vectors[] = {
    { "{\"type\":\"deb\",\"os\":\"debian\",\"name\":\"gears\",\"version\":\"1:1.2~rc1-3+b1\"}",
      "gears 1:1.2~rc1-3+b1" },
    { "{\"name\":\"libstdc++6\",\"version\":\"12^1_2\",\"more\":{\"a\":[1]}}",
      "libstdc++6 12^1_2" },
    { "{\"name\":\"gears\"}", NULL },
    { "{\"version\":\"1\"}", NULL },
    { "{\"name\":7,\"version\":\"1\"}", NULL },
    { "{\"name\":[\"gears\"],\"version\":\"1\"}", NULL },
    { "{\"name\":null,\"version\":\"1\"}", NULL },
    { "{\"name\":\"\",\"version\":\"1\"}", NULL },
    { "{\"name\":\"gears\",\"version\":\"\"}", NULL },
    { "{\"name\":\"/home/alice\",\"version\":\"1\"}", NULL },
    { "{\"name\":\"a b\",\"version\":\"1\"}", NULL },
    { "{\"name\":\"gears\",\"version\":\"1 2\"}", NULL },
    { "{\"name\":\"gears\",\"version\":\"1\\u0000\"}", "gears 1" },
    { "{\"name\":\"gears\\n\",\"version\":\"1\"}", NULL },
    { "[]", NULL },
    { "\"gears\"", NULL },
    { "", NULL },
    { "{", NULL },
    { "}", NULL },
    { "{\"name\":\"gears\",\"version\":\"1\",\"a\":[[[[]]]]}", NULL },
    { "\xff", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autofree char *package =
          tm_package_note_parse (vectors[i].text, strlen (vectors[i].text) + 1);

      g_test_message ("vector %u", i);
      g_assert_cmpstr (package, ==, vectors[i].package);
    }
}

static void
test_note_limits (void)
{
  g_autofree char *name = g_strnfill (TM_PACKAGE_MAX_BYTES - 2, 'x');
  g_autofree char *longest = g_strdup_printf ("{\"name\":\"%s\",\"version\":\"1\"}", name);
  g_autofree char *longer = g_strdup_printf ("{\"name\":\"%s\",\"version\":\"12\"}", name);
  g_autofree char *blanks = g_strnfill (TM_PACKAGE_NOTE_MAX_BYTES, ' ');
  g_autofree char *large = g_strconcat (longest, blanks, NULL);
  g_autofree char *deep = g_strnfill (100000, '[');
  g_autofree char *package = tm_package_note_parse (longest, strlen (longest));

  g_assert_cmpuint (strlen (package), ==, TM_PACKAGE_MAX_BYTES);
  g_assert_null (tm_package_note_parse (longer, strlen (longer)));
  g_assert_null (tm_package_note_parse (large, strlen (large)));
  g_assert_null (tm_package_note_parse (deep, strlen (deep)));
}

static void
test_notes_of_all_files (void)
{
  static const char text[] =
      "{\"elfType\":\"coredump\",\"elfArchitecture\":\"AMD x86-64\","
      "\"/usr/bin/gears\":{\"type\":\"deb\",\"name\":\"gears\",\"version\":\"1.2-3\"},"
      "\"/usr/lib/libwheel.so\":{\"type\":\"deb\",\"name\":\"wheel\",\"version\":\"4\",\"buildId\":"
      "\"00\"},\"/usr/lib/libnone.so\":{\"buildId\":\"01\"}}";
  g_autoptr (GHashTable) packages = tm_package_note_parse_all (text, strlen (text));

  g_assert_cmpuint (g_hash_table_size (packages), ==, 2);
  g_assert_cmpstr (g_hash_table_lookup (packages, "/usr/bin/gears"), ==, "gears 1.2-3");
  g_assert_cmpstr (g_hash_table_lookup (packages, "/usr/lib/libwheel.so"), ==, "wheel 4");
}

static void
test_dpkg (void)
{
  static const char *const files[][2] = {
    { "var/lib/dpkg/info/gears.list", "/.\n/usr\n/usr/bin\n/usr/bin/gears\n" },
    { "var/lib/dpkg/info/wheel:amd64.list", "/lib/libwheel.so\n/usr/lib/libaxle.so" },
    { "var/lib/dpkg/info/wheel:i386.list", "/usr/lib32/libwheel.so\n" },
    { "var/lib/dpkg/info/ghost.list", "/usr/bin/ghost\n" },
    { "var/lib/dpkg/info/gears.md5sums", "/usr/bin/other\n" },
    { "var/lib/dpkg/status", "Package: gears\nStatus: install ok installed\nArchitecture: all\n"
                             "Description: has\n a Version: 9\nVersion: 1.2-3\n\n"
                             "Package: wheel\nArchitecture: amd64\nVersion: 4\n\n"
                             "Package: wheel\nArchitecture: i386\nVersion: 5\n\n"
                             "Package: gears-extra\nArchitecture: all\nVersion: 7\n" },
  };
  static const char *const expected[][2] = {
    { "/usr/bin/gears", "gears 1.2-3" },
    { "/usr/lib/libwheel.so", "wheel 4" },
    { "/usr/lib/libaxle.so", "wheel 4" },
    { "/usr/lib32/libwheel.so", "wheel 5" },
    { "/usr/bin/ghost", NULL },
    { "/usr/bin/other", NULL },
    { "/usr/bin/gear", NULL },
    { "/usr/bin", NULL },
  };
  char *root = make_root (files, G_N_ELEMENTS (files));
  g_autoptr (GHashTable) paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < G_N_ELEMENTS (expected) - 1; i++)
    g_hash_table_insert (paths, g_strdup (expected[i][0]), NULL);
  g_hash_table_insert (paths, g_strdup ("/usr/bin/known"), g_strdup ("known 1"));
  crash_package_find (root, paths);

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpstr (g_hash_table_lookup (paths, expected[i][0]), ==, expected[i][1]);
  g_assert_cmpstr (g_hash_table_lookup (paths, "/usr/bin/known"), ==, "known 1");
  remove_root (root);
}

static void
test_no_dpkg (void)
{
  g_autoptr (GHashTable) paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  g_hash_table_insert (paths, g_strdup ("/usr/bin/gears"), NULL);
  crash_package_find ("/nowhere", paths);
  g_assert_null (g_hash_table_lookup (paths, "/usr/bin/gears"));
}

static const char *const units[][2] = {
  { "usr/lib/systemd/system/gears.service", "" },
  { "usr/lib/systemd/system/user@.service", "" },
  { "usr/lib/systemd/system/getty@.service", "" },
  { "usr/lib/systemd/user/wheel.service", "" },
  { "usr/lib/systemd/user/wheel@.service", "" },
  { "etc/systemd/system/divorce-of-alice.service", "" },
};

static void
test_unit (void)
{
  static const struct
  {
    const char *user;
    const char *system;
    const char *unit; /* NULL: none */
  } vectors[] = {
    { NULL, "gears.service", "gears.service" },
    { NULL, "user@1000.service", "user@.service" },
    { NULL, "getty@tty1.service", "getty@.service" },
    { "wheel.service", "user@1000.service", "wheel.service" },
    { "wheel@hunter2.service", "user@1000.service", "wheel@.service" },
    { "hunter2.service", "user@1000.service", "user@.service" },
    { NULL, "divorce-of-alice.service", NULL },
    { NULL, "session-3.scope", NULL },
    { NULL, "../system/gears.service", NULL },
    { NULL, "../../../../etc/systemd/system/divorce-of-alice.service", NULL },
    { NULL, "", NULL },
    { NULL, ".", NULL },
    { NULL, "@", NULL },
    { NULL, NULL, NULL },
  };
  char *root = make_root (units, G_N_ELEMENTS (units));

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autofree char *unit = crash_unit_get_name (root, vectors[i].user, vectors[i].system);

      g_test_message ("vector %u", i);
      g_assert_cmpstr (unit, ==, vectors[i].unit);
    }
  remove_root (root);
}

static void
test_cgroup (void)
{
  static const struct
  {
    const char *text;
    const char *unit; /* NULL: none */
  } vectors[] = {
    { "0::/system.slice/gears.service\n", "gears.service" },
    { "0::/system.slice/gears.service/helper\n", "gears.service" },
    { "0::/system.slice/system-getty.slice/getty@tty1.service\n", "getty@.service" },
    { "0::/user.slice/user-1000.slice/user@1000.service/app.slice/wheel.service\n",
      "wheel.service" },
    { "0::/user.slice/user-1000.slice/user@1000.service/app.slice/hunter2.service\n",
      "user@.service" },
    { "0::/user.slice/user-1000.slice/session-3.scope\n", NULL },
    { "12:cpu:/other.service\n1:name=systemd:/system.slice/gears.service\n", "gears.service" },
    { "0::/\n", NULL },
    { "0::\n", NULL },
    { "", NULL },
  };
  char *root = make_root (units, G_N_ELEMENTS (units));

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autofree char *unit = crash_unit_from_cgroup (root, vectors[i].text);

      g_test_message ("vector %u", i);
      g_assert_cmpstr (unit, ==, vectors[i].unit);
    }
  remove_root (root);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/crash-system/note", test_note);
  g_test_add_func ("/crash-system/note-limits", test_note_limits);
  g_test_add_func ("/crash-system/notes-of-all-files", test_notes_of_all_files);
  g_test_add_func ("/crash-system/dpkg", test_dpkg);
  g_test_add_func ("/crash-system/no-dpkg", test_no_dpkg);
  g_test_add_func ("/crash-system/unit", test_unit);
  g_test_add_func ("/crash-system/cgroup", test_cgroup);
  return g_test_run ();
}
