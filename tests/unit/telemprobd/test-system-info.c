/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this machine is, from files under another root; and the file that says what is active. */
#include <glib/gstdio.h>
#include <string.h>

#include "telemetry-error.h"
#include "tm-active-file.h"
#include "tm-system-info.h"

typedef struct
{
  char *root;
} Fixture;

static void
setup (Fixture *fixture, gconstpointer data)
{
  fixture->root = g_dir_make_tmp ("tm-root-XXXXXX", NULL);
}

static void
teardown (Fixture *fixture, gconstpointer data)
{
  g_autofree char *command = g_strdup_printf ("rm -r '%s'", fixture->root);

  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  g_free (fixture->root);
}

static void
put (Fixture *fixture, const char *path, const char *text)
{
  g_autofree char *file = g_build_filename (fixture->root, path, NULL);
  g_autofree char *directory = g_path_get_dirname (file);

  g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, text, -1, NULL));
}

static void
test_full (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TmSystem) system = NULL;

  put (fixture, "etc/os-release",
       "NAME=\"Some Linux\"\nID=some\nVARIANT_ID='desk top'\nVERSION_ID=\"12.1\"\nBUILD_ID=9\n");
  put (fixture, "sys/class/dmi/id/sys_vendor", "LENOVO\n");
  put (fixture, "sys/class/dmi/id/product_name", "20XW\n");
  put (fixture, "sys/class/dmi/id/product_version", "To Be Filled By O.E.M.\n");
  put (fixture, "sys/class/dmi/id/board_name", "B1\n");
  put (fixture, "sys/class/dmi/id/board_vendor", "LENOVO\n");
  put (fixture, "sys/class/dmi/id/bios_version", "N32\tET\n");
  put (fixture, "proc/cpuinfo", "processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\n");
  system = tm_system_info_read (fixture->root);

  g_assert_cmpstr (tm_system_get (system, TM_SYSTEM_SYSTEM_NAME), ==, "some_desk top");
  g_assert_cmpstr (tm_system_get (system, TM_SYSTEM_BUILD), ==, "12.1");
  g_assert_cmpstr (tm_system_get (system, TM_SYSTEM_HOST_TYPE), ==, "LENOVO|20XW|");
  g_assert_cmpstr (tm_system_get (system, TM_SYSTEM_BOARD_NAME), ==, "B1|LENOVO");
  g_assert_cmpstr (tm_system_get (system, TM_SYSTEM_BIOS_VERSION), ==, "N32?ET");
  g_assert_cmpstr (tm_system_get (system, TM_SYSTEM_CPU_MODEL), ==, "Some CPU @ 2 GHz");
  g_assert_nonnull (tm_system_get (system, TM_SYSTEM_ARCH));
  g_assert_nonnull (tm_system_get (system, TM_SYSTEM_KERNEL_VERSION));
}

/* An empty root: the kernel still says what it is, the rest is unknown. */
static void
test_empty (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TmSystem) system = tm_system_info_read (fixture->root);

  g_assert_nonnull (tm_system_get (system, TM_SYSTEM_ARCH));
  g_assert_null (tm_system_get (system, TM_SYSTEM_SYSTEM_NAME));
  g_assert_null (tm_system_get (system, TM_SYSTEM_HOST_TYPE));
  g_assert_null (tm_system_get (system, TM_SYSTEM_CPU_MODEL));
}

/* /usr/lib where /etc has none; BUILD_ID where there is no version; no UTF-8, too long. */
static void
test_odd (Fixture *fixture, gconstpointer data)
{
  g_autofree char *longest = g_strnfill (250, 'x');
  g_autoptr (TmSystem) system = NULL;

  put (fixture, "usr/lib/os-release", "ID=rolling\nBUILD_ID=2026.1\n");
  put (fixture, "sys/class/dmi/id/bios_version", longest);
  put (fixture, "sys/class/dmi/id/product_name", "P\xff\n");
  put (fixture, "proc/cpuinfo", "isa\t: rv64\nuarch\t: sifive\n");
  system = tm_system_info_read (fixture->root);

  g_assert_cmpstr (tm_system_get (system, TM_SYSTEM_SYSTEM_NAME), ==, "rolling");
  g_assert_cmpstr (tm_system_get (system, TM_SYSTEM_BUILD), ==, "2026.1");
  g_assert_null (tm_system_get (system, TM_SYSTEM_BIOS_VERSION));
  g_assert_cmpstr (tm_system_get (system, TM_SYSTEM_HOST_TYPE), ==, "|P\xef\xbf\xbd|");
  g_assert_cmpstr (tm_system_get (system, TM_SYSTEM_CPU_MODEL), ==, "sifive");
}

static void
test_boot_id (Fixture *fixture, gconstpointer data)
{
  g_autofree char *random = tm_system_info_read_boot_id (fixture->root);
  g_autofree char *real = NULL;

  g_assert_cmpuint (strlen (random), ==, 32);
  put (fixture, "proc/sys/kernel/random/boot_id", "6b9bd16e-1f1c-4bbb-8d42-0d5f9d6a4a7b\n");
  real = tm_system_info_read_boot_id (fixture->root);
  g_assert_cmpstr (real, ==, "6b9bd16e1f1c4bbb8d420d5f9d6a4a7b");
}

/* One id a line, readable by everybody whatever the umask; absent when nothing is active. */
static void
test_active_file (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->root, "run", "active", NULL);
  const char *two[] = { "crashes", "kernel", NULL };
  const char *none[] = { NULL };
  g_autofree char *text = NULL;
  GStatBuf status;
  mode_t mask = umask (077);

  g_assert_true (tm_active_file_write (path, none, NULL));
  g_assert_true (tm_active_file_write (path, two, NULL));
  umask (mask);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "crashes\nkernel\n");
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0644);

  g_assert_true (tm_active_file_write (path, none, NULL));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* Of each active category and no other, for everybody to see; nothing is left when nothing is. */
static void
test_active_marks (Fixture *fixture, gconstpointer data)
{
  g_autofree char *directory = g_build_filename (fixture->root, "run", "active.d", NULL);
  g_autofree char *crashes = g_build_filename (directory, "crashes", NULL);
  g_autofree char *kernel = g_build_filename (directory, "kernel", NULL);
  const char *two[] = { "crashes", "kernel", NULL };
  const char *one[] = { "kernel", NULL };
  const char *none[] = { NULL };
  g_autoptr (GError) error = NULL;
  GStatBuf status;
  mode_t mask = umask (077);

  g_assert_true (tm_active_marks_remove_others (directory, two, &error));
  g_assert_true (tm_active_marks_add (directory, none, &error));
  g_assert_false (g_file_test (directory, G_FILE_TEST_EXISTS));
  g_assert_true (tm_active_marks_add (directory, two, &error));
  g_assert_true (tm_active_marks_add (directory, two, &error));
  umask (mask);
  g_assert_cmpint (g_stat (directory, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0755);
  g_assert_true (g_file_test (crashes, G_FILE_TEST_EXISTS));

  g_assert_true (tm_active_marks_remove_others (directory, one, &error));
  g_assert_false (g_file_test (crashes, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (kernel, G_FILE_TEST_EXISTS));
  g_assert_true (tm_active_marks_remove_others (directory, none, &error));
  g_assert_false (g_file_test (directory, G_FILE_TEST_EXISTS));
  g_assert_no_error (error);

  /* What is no mark cannot be made one, and is told. */
  g_assert_cmpint (g_mkdir_with_parents (kernel, 0755), ==, 0);
  g_assert_false (tm_active_marks_add (directory, one, &error));
  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_STORAGE);
  g_clear_error (&error);

  /* Several that cannot be removed keep no other. */
  g_autofree char *also = g_build_filename (directory, "a", NULL);
  g_autofree char *updates = g_build_filename (directory, "updates", NULL);
  g_assert_cmpint (g_mkdir_with_parents (also, 0755), ==, 0);
  g_assert_true (
      tm_active_marks_add (directory, (const char *[]){ "crashes", "updates", NULL }, NULL));
  g_assert_false (tm_active_marks_remove_others (directory, none, &error));
  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_STORAGE);
  g_assert_false (g_file_test (crashes, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (updates, G_FILE_TEST_EXISTS));
  g_clear_error (&error);
  g_assert_false (tm_active_marks_remove_others ("/dev/null", none, &error));
  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_STORAGE);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, setup, func, teardown)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/system-info/full", test_full);
  ADD ("/system-info/empty", test_empty);
  ADD ("/system-info/odd", test_odd);
  ADD ("/system-info/boot-id", test_boot_id);
  ADD ("/active-file", test_active_file);
  ADD ("/active-marks", test_active_marks);

  return g_test_run ();
}
