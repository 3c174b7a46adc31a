/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as the database of dnf, with all names allowed. The reader ends, and whatever it finds
 * makes a payload that is UTF-8 and bounded, and has an id. The corpus is written by
 * tests/harness/dnf_history.py.
 */
#include "fuzz-update.h"
#include "update-history.h"

#include <glib/gstdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

static char *directory;

static void
remove_all (void)
{
  static const char *const names[] = { "history", "history-wal", "history-shm" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *file = g_build_filename (directory, names[i], NULL);

      g_unlink (file);
    }
}

static void
remove_directory (void)
{
  remove_all ();
  g_rmdir (directory);
  g_free (directory);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  g_autoptr (TmUpdateRules) rules =
      tm_update_rules_new ("[build]\npackages=base-files\n[names]\nallow=*\n", NULL);
  g_autofree char *file = NULL;

  if (directory == NULL)
    {
      directory = g_dir_make_tmp ("fuzz-dnf-XXXXXX", NULL);
      if (directory == NULL)
        FUZZ_FAIL ("no directory can be made");
      atexit (remove_directory);
    }

  /* A log of changes that SQLite has left is none of the next database. */
  remove_all ();
  file = g_build_filename (directory, "history", NULL);
  if (!g_file_set_contents_full (file, (const char *) data, (gssize) n_bytes,
                                 G_FILE_SET_CONTENTS_NONE, 0600, NULL))
    FUZZ_FAIL ("no file can be written");
  update_dnf_read (file, rules, fuzz_update_take, NULL, NULL);
  return 0;
}
