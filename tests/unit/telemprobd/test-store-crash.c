/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a kill, a damaged file and a full disk do to the store: every acknowledged record is there
 * afterwards, and the store opens whatever it finds. */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keep-fixture.h"
#include "telemetry-error.h"
#include "tm-store-erase.h"

#define N_KILLS 12

/* The child: inserts without end, in groups of one to eight, and says each id that was committed.
 */
static void G_GNUC_NORETURN
insert_until_killed (KeepFixture *fixture, int fd)
{
  keep_fixture_open (fixture);
  for (guint round = 0;; round++)
    {
      g_autoptr (GPtrArray) drafts =
          g_ptr_array_new_with_free_func ((GDestroyNotify) tm_draft_free);
      g_autofree char *payload = keep_payload (round % 7 * 1000);

      for (guint i = 0; i <= round % 8; i++)
        g_ptr_array_add (drafts, keep_draft_new (fixture, (KeepRecord){ .payload = payload }));
      g_assert_true (tm_store_insert (fixture->store, drafts, NULL));
      for (guint i = 0; i < drafts->len; i++)
        g_assert_cmpint (write (fd, ((TmDraft *) drafts->pdata[i])->record_id, 36), ==, 36);
      if (round % 50 == 49)
        g_assert_true (tm_store_checkpoint (fixture->store, NULL));
    }
}

/* Everything that was acknowledged through the pipe. */
static void
collect_ids (int fd, GHashTable *ids)
{
  char id[37] = { 0 };

  while (read (fd, id, 36) == 36)
    g_hash_table_add (ids, g_strdup (id));
}

static void
kill_one (KeepFixture *fixture, gulong delay_usec, GHashTable *ids)
{
  int fds[2];
  pid_t child;

  g_assert_cmpint (pipe (fds), ==, 0);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      close (fds[0]);
      insert_until_killed (fixture, fds[1]);
    }

  close (fds[1]);
  g_usleep (delay_usec);
  kill (child, SIGKILL);
  collect_ids (fds[0], ids);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  close (fds[0]);
}

/* Killed at random moments under load: all acknowledged records are there, and the sequence has
 * neither gap nor double. */
static void
test_kill (KeepFixture *fixture, gconstpointer data)
{
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) records = NULL;

  fixture->options.max_bytes = -1;
  /* A slow machine gets more time until it has kept something. */
  for (guint i = 0; i < N_KILLS || g_hash_table_size (ids) == 0; i++)
    kill_one (fixture, (1 + i / N_KILLS) * (30000 + g_test_rand_int_range (0, 60000)), ids);
  g_test_message ("%u records acknowledged", g_hash_table_size (ids));
  g_assert_cmpuint (g_hash_table_size (ids), >, 0);

  keep_fixture_open (fixture);
  g_assert_false (tm_store_was_reset (fixture->store));
  records = keep_list_all (fixture);
  for (guint i = 0; i < records->len; i++)
    {
      TmKeptRecord *kept = records->pdata[i];

      g_hash_table_remove (ids, tm_record_get_text (kept->record, TM_FIELD_RECORD_ID));
      g_assert_cmpuint (tm_record_get_number (kept->record, TM_FIELD_SEQUENCE), ==,
                        records->len - i);
    }
  g_assert_cmpuint (g_hash_table_size (ids), ==, 0);
}

static void
spoil (KeepFixture *fixture, gsize offset, gsize n_bytes)
{
  g_autofree char *text = NULL;
  gsize length;

  g_clear_pointer (&fixture->store, tm_store_close);
  g_assert_true (g_file_get_contents (fixture->path, &text, &length, NULL));
  g_assert_cmpuint (length, >, offset + n_bytes);
  memset (text + offset, 0xa5, n_bytes);
  g_assert_true (g_file_set_contents (fixture->path, text, length, NULL));
}

/* Whatever is spoilt: it opens, says so, works, keeps the old one aside, and only the newest. */
static void
test_damage (KeepFixture *fixture, gconstpointer data)
{
  static const gsize offsets[] = { 0, 100, 4096, 5 * 4096, 9 * 4096 };
  g_autofree char *aside = g_strconcat (fixture->path, ".damaged", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (offsets); i++)
    {
      g_autoptr (GPtrArray) records = NULL;

      keep_fixture_open (fixture);
      for (guint j = 0; j < 100; j++)
        g_free (keep_insert (fixture, (KeepRecord){ 0 }));
      g_assert_true (tm_store_checkpoint (fixture->store, NULL));
      spoil (fixture, offsets[i], 600);

      g_test_message ("offset %" G_GSIZE_FORMAT, offsets[i]);
      keep_fixture_open (fixture);
      g_assert_true (tm_store_was_reset (fixture->store));
      g_assert_true (g_file_test (aside, G_FILE_TEST_EXISTS));
      records = keep_list_all (fixture);
      g_assert_cmpuint (records->len, ==, 0);
    }
}

/* Something else under its name: text, nothing, a directory that cannot be replaced. */
static void
test_not_a_database (KeepFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (fixture->path, "this is no database, by no means", -1, NULL));
  keep_fixture_open (fixture);
  g_assert_true (tm_store_was_reset (fixture->store));
  g_clear_pointer (&fixture->store, tm_store_close);

  g_assert_true (g_file_set_contents (fixture->path, "", 0, NULL));
  keep_fixture_open (fixture);
  g_assert_false (tm_store_was_reset (fixture->store));
  g_clear_pointer (&fixture->store, tm_store_close);

  g_unlink (fixture->path);
  g_assert_cmpint (g_mkdir (fixture->path, 0700), ==, 0);
  g_assert_null (tm_store_open (&fixture->options, fixture->clock, &error));
  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_STORAGE);
  g_assert_cmpint (g_rmdir (fixture->path), ==, 0);
}

static void
set_file_limit (rlim_t n_bytes)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = n_bytes == 0 ? limit.rlim_max : n_bytes;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

/* No room: Storage, nothing half written; room again: works again with the same handle, and every
 * acknowledged record is there. */
static void
test_disk_full (KeepFixture *fixture, gconstpointer data)
{
  g_autofree char *payload = keep_payload (20000);
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GError) error = NULL;
  guint n_kept = 0;

  signal (SIGXFSZ, SIG_IGN);
  keep_fixture_open (fixture);
  set_file_limit (300000);
  for (; error == NULL; n_kept++)
    {
      g_autoptr (GPtrArray) drafts =
          g_ptr_array_new_with_free_func ((GDestroyNotify) tm_draft_free);

      g_ptr_array_add (drafts, keep_draft_new (fixture, (KeepRecord){ .payload = payload }));
      tm_store_insert (fixture->store, drafts, &error);
    }
  set_file_limit (0);
  n_kept--;
  g_test_message ("%u records, then: %s", n_kept, error->message);
  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_STORAGE);
  g_assert_cmpuint (n_kept, >, 3);

  g_free (keep_insert (fixture, (KeepRecord){ 0 }));
  keep_fixture_open (fixture);
  g_assert_false (tm_store_was_reset (fixture->store));
  records = keep_list_all (fixture);
  g_assert_cmpuint (records->len, ==, n_kept + 1);
}

/* Withdrawal works on a disk that has no room for the log of a deletion. */
static void
test_withdrawal_on_full_disk (KeepFixture *fixture, gconstpointer data)
{
  g_autofree char *payload = keep_payload (20000);
  TmReceipt receipt = { .receipt_id = (char *) "r", .kind = (char *) "withdrawal" };
  g_autoptr (GPtrArray) receipts = NULL;
  guint n_records = 0;

  signal (SIGXFSZ, SIG_IGN);
  keep_fixture_open (fixture);
  g_assert_true (tm_store_add_receipt (fixture->store, &receipt, NULL));
  for (guint i = 0; i < 20; i++)
    g_free (keep_insert (fixture, (KeepRecord){ .payload = payload }));

  set_file_limit (250000);
  g_assert_true (tm_store_delete_everything (fixture->store, &n_records, NULL));
  set_file_limit (0);

  g_assert_cmpuint (n_records, ==, 20);
  g_assert_false (keep_disk_contains (fixture, "xxxxxxxx"));
  receipts = tm_store_list_receipts (fixture->store, NULL);
  g_assert_cmpuint (receipts->len, ==, 1);
}

/* Deleted, and killed before the database was rewritten: that is made good at the next start. */
static void
test_unfinished_deletion (KeepFixture *fixture, gconstpointer data)
{
  g_autofree char *value = NULL;

  keep_fixture_open (fixture);
  g_assert_true (tm_store_set_value (fixture->store, "compact", "1", NULL));
  keep_fixture_open (fixture);
  value = tm_store_get_value (fixture->store, "compact", NULL);
  g_assert_null (value);
}

/* Nobody else may read any file of the store, whatever the umask and whether it is a first one. */
static void
test_private_files (KeepFixture *fixture, gconstpointer data)
{
  static const char *const suffixes[] = { "", "-wal" };
  mode_t umask_before = umask (0);

  for (guint round = 0; round < 2; round++)
    {
      g_autofree char *id = NULL;

      keep_fixture_open (fixture);
      id = keep_insert (fixture, (KeepRecord){ 0 });
      for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
        {
          g_autofree char *file = g_strconcat (fixture->path, suffixes[i], NULL);
          struct stat status;

          g_test_message ("round %u, “%s”", round, suffixes[i]);
          g_assert_cmpint (stat (file, &status), ==, 0);
          g_assert_cmphex (status.st_mode & 0777, ==, 0600);
        }
      tm_store_close (g_steal_pointer (&fixture->store));
      g_assert_true (tm_store_unlink (fixture->path, NULL));
    }
  umask (umask_before);
}

#define ADD(path, func)                                                                            \
  g_test_add (path, KeepFixture, NULL, keep_fixture_set_up, func, keep_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/store/crash/kill", test_kill);
  ADD ("/store/crash/damage", test_damage);
  ADD ("/store/crash/not-a-database", test_not_a_database);
  ADD ("/store/crash/disk-full", test_disk_full);
  ADD ("/store/crash/withdrawal-on-full-disk", test_withdrawal_on_full_disk);
  ADD ("/store/crash/unfinished-deletion", test_unfinished_deletion);
  ADD ("/store/crash/private-files", test_private_files);

  return g_test_run ();
}
