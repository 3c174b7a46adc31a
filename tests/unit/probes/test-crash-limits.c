/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proves each limit of what is read of a crash at both of its sides: what is just accepted, and
 * what is just too much. The numbers stand here once more, so that none changes unnoticed.
 */
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "crash-package.h"
#include "crash-quota.h"
#include "crash-unpack.h"
#include "tm-core-notes.h"
#include "tm-crash-signature.h"
#include "tm-function-name.h"
#include "tm-package-note.h"

#define KIB 1024
#define MIB (1024 * KIB)

static TmFrame *
make_frame (guint64 offset)
{
  TmFrame *frame = g_new0 (TmFrame, 1);

  frame->path = g_strdup ("/usr/bin/gears");
  frame->n_times = 1;
  frame->offset = offset;
  return frame;
}

static TmBacktrace *
make_backtrace (guint n_frames)
{
  TmBacktrace *backtrace = tm_backtrace_new ();

  backtrace->signal = 11;
  for (guint i = 0; i < n_frames; i++)
    g_ptr_array_add (backtrace->frames, make_frame (i));
  return backtrace;
}

/* Whether what the child says of it is believed. */
static gboolean
is_believed (TmBacktrace *backtrace)
{
  g_autoptr (GBytes) bytes = tm_backtrace_to_bytes (backtrace);
  g_autoptr (TmBacktrace) again = tm_backtrace_from_bytes (bytes, NULL);

  return again != NULL;
}

/* 128 frames, and signals up to 64. */
static void
test_backtrace (void)
{
  for (guint more = 0; more <= 1; more++)
    {
      g_autoptr (TmBacktrace) frames = make_backtrace (128 + more);
      g_autoptr (TmBacktrace) signal = make_backtrace (1);

      signal->signal = 64 + (int) more;
      g_assert_cmpint (is_believed (frames), ==, more == 0);
      g_assert_cmpint (is_believed (signal), ==, more == 0);
    }
}

/* Of a frame the path has at most 4096 bytes, the build-id 128 digits, the function 1024 bytes. */
static void
test_frame (void)
{
  for (guint more = 0; more <= 1; more++)
    {
      g_autoptr (TmBacktrace) path = make_backtrace (1);
      g_autoptr (TmBacktrace) build_id = make_backtrace (1);
      g_autoptr (TmBacktrace) function = make_backtrace (1);
      TmFrame *frame = g_ptr_array_index (path->frames, 0);

      g_free (frame->path);
      frame->path = g_strnfill (4096 + more, '/');
      frame = g_ptr_array_index (build_id->frames, 0);
      frame->build_id = g_strnfill (128 + more, 'f');
      frame = g_ptr_array_index (function->frames, 0);
      frame->function = g_strnfill (1024 + more, 'f');

      g_assert_cmpint (is_believed (path), ==, more == 0);
      g_assert_cmpint (is_believed (build_id), ==, more == 0);
      g_assert_cmpint (is_believed (function), ==, more == 0);
    }
}

/* What has more than 512 KiB is not even looked at. */
static void
test_bytes (void)
{
  g_autofree guint8 *zeros = g_malloc0 (512 * KIB + 1);

  for (gsize more = 0; more <= 1; more++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (zeros, 512 * KIB + more);
      g_autoptr (GError) error = NULL;

      g_assert_null (tm_backtrace_from_bytes (bytes, &error));
      g_assert_nonnull (strstr (error->message, more == 0 ? "its form" : "its size"));
    }
}

/* Eight functions that call each other in a circle are folded, nine are too many. */
static void
test_circle (void)
{
  for (guint n = 8; n <= 9; n++)
    {
      g_autoptr (TmBacktrace) backtrace = tm_backtrace_new ();

      for (guint i = 0; i < 2 * n; i++)
        tm_backtrace_add (backtrace, make_frame (i % n));
      g_assert_cmpuint (backtrace->frames->len, ==, n == 8 ? 8 : 18);
    }
}

/* Eight frames tell where two crashes are the same. */
static void
test_exact_hash (void)
{
  g_autoptr (TmBacktrace) plain = make_backtrace (10);
  g_autofree char *hash = tm_crash_get_exact_hash (plain);

  for (guint i = 7; i <= 8; i++)
    {
      g_autoptr (TmBacktrace) other = make_backtrace (10);
      g_autofree char *other_hash = NULL;

      ((TmFrame *) g_ptr_array_index (other->frames, i))->offset = 77;
      other_hash = tm_crash_get_exact_hash (other);
      g_assert_cmpint (strcmp (hash, other_hash) == 0, ==, i == 8);
    }
}

/* A name of 1024 bytes stays as it is. */
static void
test_name (void)
{
  g_autofree char *longest = g_strnfill (1024, 'f');
  g_autofree char *longer = g_strnfill (1025, 'f');
  g_autofree char *whole = tm_function_name_demangle (longest);
  g_autofree char *cut = tm_function_name_demangle (longer);

  g_assert_cmpstr (whole, ==, longest);
  g_assert_true (g_str_has_suffix (cut, "…"));
  g_assert_cmpuint (strlen (cut), <=, 1024);
}

/* As many files as a process can map without asking root for more: 65530. */
static void
test_mappings (void)
{
  for (gsize n = 65530; n <= 65531; n++)
    {
      gsize n_words = 2 + 3 * n;
      gsize n_bytes = n_words * 8 + n * strlen ("/x") + n;
      g_autofree guint64 *note = g_malloc0 (n_bytes);
      char *paths = (char *) (note + n_words);
      g_autoptr (TmCoreNotes) notes = tm_core_notes_new (8);
      guint64 first;

      note[0] = n;
      for (gsize i = 0; i < n; i++)
        {
          note[2 + 3 * i] = i;
          note[3 + 3 * i] = i + 1;
          memcpy (paths + 3 * i, "/x", strlen ("/x"));
        }
      tm_core_notes_add (notes, 0x46494c45, (const guint8 *) note, n_bytes);
      g_assert_cmpstr (tm_core_notes_find_file (notes, n - 1, &first), ==,
                       n == 65530 ? "/x" : NULL);
    }
}

/* A note about a package has at most 256 KiB. */
static void
test_package_note (void)
{
  static const char text[] = "{\"name\":\"gears\",\"version\":\"1\"}";

  for (gsize more = 0; more <= 1; more++)
    {
      g_autofree char *blanks = g_strnfill (256 * KIB - strlen (text) + more, ' ');
      g_autofree char *note = g_strconcat (text, blanks, NULL);
      g_autofree char *package = tm_package_note_parse (note, strlen (note));

      g_assert_cmpstr (package, ==, more == 0 ? "gears 1" : NULL);
    }
}

/* A package's name and version have at most 256 bytes, the blank between them included. */
static void
test_package (void)
{
  for (guint n = 255; n <= 257; n++)
    {
      g_autofree char *version = g_strnfill (n - strlen ("gears "), '1');
      g_autofree char *package = g_strconcat ("gears ", version, NULL);

      g_assert_cmpint (tm_package_is_valid (package), ==, n <= 256);
    }
}

/* What has brackets in brackets in more than four rows is not even parsed. */
static void
test_depth (void)
{
  static const char four[] = "{\"name\":\"gears\",\"version\":\"1\",\"more\":[[[]]]}";
  static const char five[] = "{\"name\":\"gears\",\"version\":\"1\",\"more\":[[[[]]]]}";
  g_autofree char *package = tm_package_note_parse (four, strlen (four));

  g_assert_cmpstr (package, ==, "gears 1");
  g_assert_null (tm_package_note_parse (five, strlen (five)));
}

/* A file that says text, and zeros behind it up to n_bytes, which take no room. */
static void
write_long (const char *directory, const char *name, const char *text, gsize n_bytes)
{
  g_autofree char *file = g_build_filename (directory, name, NULL);

  g_assert_true (g_file_set_contents (file, text, -1, NULL));
  g_assert_cmpint (truncate (file, (off_t) n_bytes), ==, 0);
}

static void
check_dpkg (gsize list_bytes, gsize status_bytes, const char *package)
{
  g_autofree char *root = g_dir_make_tmp ("crash-XXXXXX", NULL);
  g_autofree char *directory = g_build_filename (root, "var/lib/dpkg/info", NULL);
  const char *const remove[] = { "rm", "-r", "--", root, NULL };
  g_autoptr (GHashTable) paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
  write_long (directory, "gears.list", "/usr/bin/gears\n", list_bytes);
  write_long (directory, "../status", "Package: gears\nVersion: 1\n\n", status_bytes);
  g_hash_table_insert (paths, g_strdup ("/usr/bin/gears"), NULL);
  crash_package_find (root, paths);
  g_assert_cmpstr (g_hash_table_lookup (paths, "/usr/bin/gears"), ==, package);
  g_assert_true (g_spawn_sync (NULL, (char **) remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));
}

/* A list of dpkg's has at most 16 MiB, its status 64 MiB. */
static void
test_dpkg (void)
{
  check_dpkg (16 * MIB, 64 * MIB, "gears 1");
  check_dpkg (16 * MIB + 1, 64 * MIB, NULL);
  check_dpkg (16 * MIB, 64 * MIB + 1, NULL);
}

/* Of a memory that somebody made longer 22 counts are taken: one for each of the 20 reports of a
 * day, one for what is of third parties and one for the rest. */
static void
test_memory (void)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (CrashQuota) quota = crash_quota_new ();
  guint n_found = 0;
  const CrashTally *tally;

  for (guint i = 0; i < 30; i++)
    {
      g_autofree char *group = g_strdup_printf ("tally %u", i);

      g_key_file_set_string (file, group, "title", group);
      g_key_file_set_uint64 (file, group, "untold", 1);
    }
  crash_quota_load (quota, file);
  while ((tally = crash_quota_find_due (quota, 0, TRUE)) != NULL)
    {
      crash_quota_note_told (quota, tally);
      n_found++;
    }
  g_assert_cmpuint (n_found, ==, 22);
}

/* A core may have as many bytes as are allowed, and not one more; whether it was compressed or
 * comes as a stream. */
static void
test_unpack (void)
{
  for (guint more = 0; more <= 1; more++)
    {
      g_autofree char *name = NULL;
      g_autofree char *content = g_strnfill (200 * KIB + more, 'x');
      g_autoptr (GError) error = NULL;
      int fd = g_file_open_tmp ("crash-XXXXXX", &name, &error);
      int unpacked;

      g_assert_no_error (error);
      g_assert_true (g_file_set_contents (name, content, -1, NULL));
      close (fd);
      fd = g_open (name, O_RDONLY, 0);
      unpacked = crash_unpack (fd, 200 * KIB, &error);
      if (more == 0)
        g_assert_no_error (error);
      else
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
      g_assert_cmpint (unpacked >= 0, ==, more == 0);
      g_assert_cmpuint (CRASH_MAX_CORE_BYTES, ==, 512 * (guint64) MIB);

      if (unpacked >= 0)
        close (unpacked);
      close (fd);
      g_unlink (name);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/crash-limits/backtrace", test_backtrace);
  g_test_add_func ("/crash-limits/frame", test_frame);
  g_test_add_func ("/crash-limits/bytes", test_bytes);
  g_test_add_func ("/crash-limits/circle", test_circle);
  g_test_add_func ("/crash-limits/exact-hash", test_exact_hash);
  g_test_add_func ("/crash-limits/name", test_name);
  g_test_add_func ("/crash-limits/mappings", test_mappings);
  g_test_add_func ("/crash-limits/package-note", test_package_note);
  g_test_add_func ("/crash-limits/package", test_package);
  g_test_add_func ("/crash-limits/depth", test_depth);
  g_test_add_func ("/crash-limits/dpkg", test_dpkg);
  g_test_add_func ("/crash-limits/memory", test_memory);
  g_test_add_func ("/crash-limits/unpack", test_unpack);
  return g_test_run ();
}
