/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deleting: not one byte of what was deleted stays in any file of the directory. */
#include <glib/gstdio.h>

#include "keep-fixture.h"
#include "tm-store-delivery.h"
#include "tm-store-engine.h"
#include "tm-store-erase.h"
#include "tm-store-ledger.h"

#define SECRET "a-secret-that-must-go"
#define KEPT "a-text-that-must-stay"

/* Of many sizes, so that small cells, overflow pages and freed pages all have some. */
static void
insert_secrets (KeepFixture *fixture, const char *text, const char *category)
{
  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *filler = keep_payload (i * 400);
      g_autofree char *payload = g_strconcat (text, filler, text, NULL);

      g_free (keep_insert (fixture, (KeepRecord){ .payload = payload, .category = category }));
    }
}

/* The secret is in the database, in its log, and in the transmission. */
static void
spread (KeepFixture *fixture, const char *category)
{
  insert_secrets (fixture, SECRET, category);
  g_assert_true (tm_store_checkpoint (fixture->store, NULL));
  insert_secrets (fixture, SECRET, category);
  g_assert_true (keep_disk_contains (fixture, SECRET));
}

static void
begin (KeepFixture *fixture)
{
  g_autoptr (TmTake) taken = tm_store_take_pending (fixture->store, 1, 10, 1 << 20, NULL);
  g_autoptr (GBytes) body = g_bytes_new_static (SECRET, sizeof SECRET);
  g_autoptr (TmTransmission) transmission = tm_transmission_new ("batch", taken, body);

  g_assert_true (tm_store_begin_transmission (fixture->store, transmission, NULL));
}

/* A category goes with its records, its transmission and its dedup-keys; others stay. */
static void
test_category (KeepFixture *fixture, gconstpointer data)
{
  KeepRecord keyed = { .category = "crashes", .dedup_key = "key" };
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  guint n_records;

  keep_fixture_open (fixture);
  first = keep_insert (fixture, keyed);
  spread (fixture, "crashes");
  begin (fixture);
  insert_secrets (fixture, KEPT, "boot");

  g_assert_true (tm_store_delete_category (fixture->store, "crashes", &n_records, NULL));
  g_assert_cmpuint (n_records, ==, 121);
  g_assert_false (keep_disk_contains (fixture, SECRET));
  g_assert_true (keep_disk_contains (fixture, KEPT));

  second = keep_insert (fixture, keyed);
  g_assert_cmpstr (first, !=, second);
}

/* A transmission that carries a deleted record goes; its other records wait again. */
static void
test_transmission_goes (KeepFixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autoptr (TmTake) taken = NULL;
  guint n_records;

  keep_fixture_open (fixture);
  id = keep_insert (fixture, (KeepRecord){ .payload = SECRET });
  g_free (keep_insert (fixture, (KeepRecord){ .payload = KEPT }));
  begin (fixture);

  g_assert_true (tm_store_delete_matching (fixture->store, &(TmRecordFilter){ .record_id = id },
                                           &n_records, NULL));
  g_assert_cmpuint (n_records, ==, 1);
  g_assert_null (tm_store_get_transmission (fixture->store, NULL));
  g_assert_false (keep_disk_contains (fixture, SECRET));
  taken = tm_store_take_pending (fixture->store, 1, 10, 1 << 20, NULL);
  g_assert_cmpuint (taken->records->len, ==, 1);
}

/* Also what was sent and kept for its owner to read, and its body. */
static void
test_sent (KeepFixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_result_free);

  fixture->options.retention = TRUE;
  keep_fixture_open (fixture);
  id = keep_insert (fixture, (KeepRecord){ .payload = SECRET });
  begin (fixture);
  g_ptr_array_add (results, tm_result_new (id, TM_OUTCOME_ACCEPTED, NULL));
  g_assert_true (tm_store_settle (fixture->store, "batch", results, NULL, NULL));
  g_assert_true (keep_disk_contains (fixture, SECRET));

  g_assert_true (tm_store_delete_category (fixture->store, "custom", NULL, NULL));
  g_assert_false (keep_disk_contains (fixture, SECRET));
}

/* Withdrawal: everything but the receipts, and the damaged database that was put aside, too. */
static void
test_everything (KeepFixture *fixture, gconstpointer data)
{
  g_autofree char *aside = g_strconcat (fixture->path, ".damaged", NULL);
  TmReceipt receipt = {
    .receipt_id = (char *) "r-1", .kind = (char *) "withdrawal", .created_usec = 5, .n_records = 7
  };
  g_autoptr (GPtrArray) receipts = NULL;
  g_autoptr (GPtrArray) records = NULL;
  guint n_records;

  keep_fixture_open (fixture);
  spread (fixture, "crashes");
  begin (fixture);
  g_assert_true (
      tm_store_count_loss (fixture->store, KEEP_MACHINE_ID, "evicted", "a/secret/c", 1, NULL));
  g_assert_true (tm_store_set_value (fixture->store, "a", SECRET, NULL));
  g_assert_true (tm_store_add_receipt (fixture->store, &receipt, NULL));
  g_assert_true (g_file_set_contents (aside, SECRET, -1, NULL));

  g_assert_true (tm_store_delete_everything (fixture->store, &n_records, NULL));
  g_assert_cmpuint (n_records, ==, 120);
  g_assert_false (keep_disk_contains (fixture, SECRET));
  g_assert_false (keep_disk_contains (fixture, "a/secret/c"));
  g_assert_false (keep_disk_contains (fixture, KEEP_MACHINE_ID));
  g_assert_false (keep_disk_contains (fixture, "x86_64"));

  keep_fixture_open (fixture);
  records = keep_list_all (fixture);
  g_assert_cmpuint (records->len, ==, 0);
  receipts = tm_store_list_receipts (fixture->store, NULL);
  g_assert_cmpuint (receipts->len, ==, 1);
  g_assert_cmpstr (((TmReceipt *) receipts->pdata[0])->receipt_id, ==, "r-1");
  g_assert_cmpuint (((TmReceipt *) receipts->pdata[0])->n_records, ==, 7);

  g_free (keep_insert (fixture, (KeepRecord){ 0 }));
}

/* Where nothing was ever kept there are no files to remove, whatever is where the service runs: in
 * a place that can only be read, even the attempt would fail. */
static void
test_nothing (KeepFixture *fixture, gconstpointer data)
{
  g_autofree char *back = g_get_current_dir ();
  g_autofree char *bystander = g_build_filename (fixture->directory, ":memory:.damaged", NULL);
  guint n_records = 1;

  g_assert_cmpint (g_mkdir (bystander, 0700), ==, 0); /* unlink() refuses a directory */
  g_assert_cmpint (g_chdir (fixture->directory), ==, 0);
  fixture->store = tm_store_open_nothing (&fixture->options, fixture->clock, NULL);
  g_assert_nonnull (fixture->store);

  g_assert_true (tm_store_delete_category (fixture->store, "crashes", &n_records, NULL));
  g_assert_cmpuint (n_records, ==, 0);
  g_assert_true (tm_store_delete_everything (fixture->store, &n_records, NULL));
  g_assert_cmpuint (n_records, ==, 0);
  g_assert_true (tm_store_recreate (fixture->store, NULL));
  g_assert_cmpint (g_rmdir (bystander), ==, 0);
  g_assert_cmpint (g_chdir (back), ==, 0);
}

/* What was counted as lost of a category goes with it. */
static void
test_category_losses (KeepFixture *fixture, gconstpointer data)
{
  g_autofree char *file = g_build_filename (fixture->directory, "crashes.category", NULL);
  const char *directories[] = { fixture->directory, NULL };
  g_autoptr (TmCategorySet) categories = NULL;

  g_assert_true (g_file_set_contents (file,
                                      "[Category]\nTitle=t\nExplanation=e\nPurpose=p\n"
                                      "Retention=1\nClassifications=org.x/crash/*;\n",
                                      -1, NULL));
  categories = tm_category_set_load (directories);
  keep_fixture_open (fixture);
  g_assert_true (
      tm_store_count_loss (fixture->store, KEEP_MACHINE_ID, "evicted", "org.x/crash/a", 1, NULL));
  g_assert_true (
      tm_store_count_loss (fixture->store, KEEP_MACHINE_ID, "evicted", "org.x/boot/a", 1, NULL));

  g_assert_true (tm_store_delete_category_losses (fixture->store, "crashes", categories, NULL));
  g_assert_cmpuint (keep_get_loss (fixture, "evicted", "org.x/crash/a"), ==, 0);
  g_assert_cmpuint (keep_get_loss (fixture, "evicted", "org.x/boot/a"), ==, 1);
  g_assert_false (keep_disk_contains (fixture, "org.x/crash/a"));
}

#define ADD(path, func)                                                                            \
  g_test_add (path, KeepFixture, NULL, keep_fixture_set_up, func, keep_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/store/erase/category", test_category);
  ADD ("/store/erase/transmission-goes", test_transmission_goes);
  ADD ("/store/erase/sent", test_sent);
  ADD ("/store/erase/everything", test_everything);
  ADD ("/store/erase/nothing", test_nothing);
  ADD ("/store/erase/category-losses", test_category_losses);

  return g_test_run ();
}
