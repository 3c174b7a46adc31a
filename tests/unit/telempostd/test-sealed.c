/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proves that only bytes nobody can change any more are taken from another process. */
#include "tm-sealed.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "telemetry-error.h"

static void
test_round_trip (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new ("one body", 8);
  int fd = tm_sealed_new (bytes, "test", &error);

  g_assert_no_error (error);
  g_assert_cmpint (write (fd, "x", 1), ==, -1);
  g_assert_cmpint (ftruncate (fd, 1), ==, -1);

  g_autoptr (GBytes) read_back = tm_sealed_read (fd, 8, &error);
  g_assert_no_error (error);
  close (fd);
  g_assert_true (g_bytes_equal (bytes, read_back));
}

static void
test_empty (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (NULL, 0);
  int fd = tm_sealed_new (bytes, "test", &error);
  g_autoptr (GBytes) read_back = tm_sealed_read (fd, 8, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (read_back), ==, 0);
  close (fd);
}

static void
test_too_large (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new ("123456789", 9);
  int fd = tm_sealed_new (bytes, "test", NULL);
  g_autoptr (GBytes) read_back = tm_sealed_read (fd, 8, &error);

  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_TOO_LARGE);
  g_assert_nonnull (strstr (error->message, "9 bytes, the limit is 8"));
  g_assert_null (read_back);
  close (fd);
}

static void
assert_not_sealed (int fd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = tm_sealed_read (fd, 1024, &error);

  g_assert_null (bytes);
  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_NOT_SEALED);
}

/* Each seal alone leaves a way to change the bytes, so each missing one is refused. */
static void
test_missing_seals (void)
{
  const int seals[] = { 0,
                        F_SEAL_WRITE,
                        F_SEAL_WRITE | F_SEAL_GROW,
                        F_SEAL_WRITE | F_SEAL_SHRINK,
                        F_SEAL_GROW | F_SEAL_SHRINK,
                        F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL };

  for (gsize i = 0; i < G_N_ELEMENTS (seals); i++)
    {
      int fd = memfd_create ("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

      g_test_message ("seals %zu", i);
      g_assert_cmpint (write (fd, "{}", 2), ==, 2);
      g_assert_cmpint (fcntl (fd, F_ADD_SEALS, seals[i]), ==, 0);
      assert_not_sealed (fd);
      close (fd);
    }
}

static void
test_other_files (void)
{
  g_autofree char *path = NULL;
  int file = g_file_open_tmp ("sealed-XXXXXX", &path, NULL);
  int ends[2];

  assert_not_sealed (file);
  g_assert_cmpint (pipe (ends), ==, 0);
  assert_not_sealed (ends[0]);
  assert_not_sealed (-1);

  close (file);
  close (ends[0]);
  close (ends[1]);
  g_unlink (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sealed/round-trip", test_round_trip);
  g_test_add_func ("/sealed/empty", test_empty);
  g_test_add_func ("/sealed/too-large", test_too_large);
  g_test_add_func ("/sealed/missing-seals", test_missing_seals);
  g_test_add_func ("/sealed/other-files", test_other_files);
  return g_test_run ();
}
