/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs a fuzz target without libFuzzer, so that every compiler and every sanitizer build repeats
 * what fuzzing once found: each file of the corpus is a test case, fed whole, cut at each of up to
 * MAX_CUTS places, and with single bytes changed. The same changes each time: it is a regression
 * test, not a search.
 */
#include <glib.h>
#include <stdint.h>
#include <string.h>

#define MAX_CUTS 64
#define N_CHANGES 256

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

/* An exact copy on the heap, so that a sanitizer sees a read behind the end. */
static void
feed (const char *bytes, gsize n_bytes)
{
  g_autofree uint8_t *copy = g_malloc (MAX (n_bytes, 1));

  memcpy (copy, bytes, n_bytes);
  LLVMFuzzerTestOneInput (copy, n_bytes);
}

static void
feed_variants (char *bytes, gsize n_bytes)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  gsize step = MAX (n_bytes / MAX_CUTS, 1);

  feed (bytes, n_bytes);
  for (gsize n_kept = 0; n_kept < n_bytes; n_kept += step)
    feed (bytes, n_kept);

  for (guint i = 0; i < N_CHANGES && n_bytes > 0; i++)
    {
      gsize at = g_rand_int (rand) % n_bytes;
      char before = bytes[at];

      bytes[at] = (char) g_rand_int_range (rand, 0, 256);
      feed (bytes, n_bytes);
      bytes[at] = before;
    }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
list_files (const char *directory, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) opened = g_dir_open (directory, 0, error);
  const char *name;

  if (opened == NULL)
    return NULL;
  while ((name = g_dir_read_name (opened)) != NULL)
    g_ptr_array_add (names, g_build_filename (directory, name, NULL));
  g_ptr_array_sort (names, compare_names);

  return g_steal_pointer (&names);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) files = NULL;

  if (argc != 2)
    {
      g_printerr ("usage: %s CORPUS\n", argv[0]);
      return 2;
    }
  files = list_files (argv[1], &error);
  if (files == NULL || files->len == 0)
    {
      g_print ("Bail out! %s\n", error != NULL ? error->message : "the corpus is empty");
      return 1;
    }

  g_print ("1..%u\n", files->len + 1);
  feed ("", 0);
  g_print ("ok 1 - the empty input\n");
  for (guint i = 0; i < files->len; i++)
    {
      g_autofree char *bytes = NULL;
      gsize n_bytes;
      gboolean ok = g_file_get_contents (files->pdata[i], &bytes, &n_bytes, NULL);

      if (ok)
        feed_variants (bytes, n_bytes);
      g_print ("%s %u - %s\n", ok ? "ok" : "not ok", i + 2, strrchr (files->pdata[i], '/') + 1);
    }

  return 0;
}
