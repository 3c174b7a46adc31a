/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records into the store and out of it to read: nothing is changed on the way, the sequence has no
 * gaps, a dedup-key gives the first id. */
#include <string.h>

#include "keep-fixture.h"

/* Every field of the table comes back as it went in, and after a restart, too. */
static void
test_round_trip (KeepFixture *fixture, gconstpointer data)
{
  g_autoptr (TmDraft) draft = keep_draft_new (
      fixture, (KeepRecord){ .uid = 1000, .severity = 3, .payload = "{\"text\":\"\xc3\xa4\"}" });
  g_autoptr (GPtrArray) drafts = g_ptr_array_new ();
  g_autoptr (GPtrArray) records = NULL;
  TmKeptRecord *kept;

  keep_fixture_open (fixture);
  g_ptr_array_add (drafts, draft);
  g_assert_true (tm_store_insert (fixture->store, drafts, NULL));
  keep_fixture_open (fixture);

  records = keep_list_all (fixture);
  g_assert_cmpuint (records->len, ==, 1);
  kept = records->pdata[0];
  for (guint i = 0; i < TM_N_FIELDS; i++)
    {
      g_test_message ("field %s", tm_field_get (i)->name);
      if (i == TM_FIELD_SEQUENCE)
        g_assert_cmpuint (tm_record_get_number (kept->record, i), ==, 1);
      else if (tm_field_type_is_number (tm_field_get (i)->type))
        g_assert_cmpuint (tm_record_get_number (kept->record, i), ==,
                          tm_record_get_number (draft->record, i));
      else
        g_assert_cmpstr (tm_record_get_text (kept->record, i), ==,
                         tm_record_get_text (draft->record, i));
    }
  g_assert_true (
      tm_system_equal (tm_record_get_system (kept->record), tm_record_get_system (draft->record)));
  g_assert_cmpuint (kept->uid, ==, 1000);
  g_assert_cmpstr (kept->category, ==, "custom");
  g_assert_cmpint (kept->state, ==, TM_RECORD_STATE_PENDING);
}

/* Each epoch counts from 1 without a gap, whatever is in between; a restart goes on. */
static void
test_sequence (KeepFixture *fixture, gconstpointer data)
{
  static const char *const machines[] = { KEEP_MACHINE_ID, KEEP_OTHER_MACHINE_ID };
  static const guint order[] = { 0, 0, 1, 0, 1, 1 };
  static const guint expected[] = { 1, 2, 1, 3, 2, 3 };
  g_autoptr (GPtrArray) records = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      g_autofree char *id = NULL;

      keep_fixture_open (fixture);
      id = keep_insert (fixture, (KeepRecord){ .machine_id = machines[order[i]] });
    }

  records = keep_list_all (fixture);
  for (guint i = 0; i < records->len; i++)
    {
      TmKeptRecord *kept = records->pdata[records->len - 1 - i];

      g_assert_cmpuint (tm_record_get_number (kept->record, TM_FIELD_SEQUENCE), ==, expected[i]);
    }
}

/* The same uid, classification and key within 7 days: one record, its first id, no number used. */
static void
test_dedup (KeepFixture *fixture, gconstpointer data)
{
  KeepRecord wanted = { .uid = 1000, .dedup_key = "boot-1" };
  KeepRecord other_uid = { .uid = 1001, .dedup_key = "boot-1" };
  KeepRecord other_class = { .uid = 1000,
                             .dedup_key = "boot-1",
                             .classification = "org.example/test/two" };
  KeepRecord other_key = { .uid = 1000, .dedup_key = "boot-2" };
  g_autofree char *first = NULL;
  g_autofree char *again = NULL;
  g_autofree char *late = NULL;
  g_autofree char *a = NULL;
  g_autofree char *b = NULL;
  g_autofree char *c = NULL;
  g_autoptr (GPtrArray) records = NULL;

  keep_fixture_open (fixture);
  first = keep_insert (fixture, wanted);
  tm_clock_dummy_advance (fixture->dummy, 7 * TM_USEC_PER_DAY - 1);
  keep_fixture_open (fixture);
  again = keep_insert (fixture, wanted);
  g_assert_cmpstr (first, ==, again);

  a = keep_insert (fixture, other_uid);
  b = keep_insert (fixture, other_class);
  c = keep_insert (fixture, other_key);
  g_assert_cmpstr (a, !=, first);
  g_assert_cmpstr (b, !=, first);
  g_assert_cmpstr (c, !=, first);

  tm_clock_dummy_advance (fixture->dummy, 2);
  late = keep_insert (fixture, wanted);
  g_assert_cmpstr (late, !=, first);

  records = keep_list_all (fixture);
  g_assert_cmpuint (records->len, ==, 5);
  g_assert_cmpuint (
      tm_record_get_number (((TmKeptRecord *) records->pdata[0])->record, TM_FIELD_SEQUENCE), ==,
      5);
}

/* Twice in the same group, too: the second one is found before the commit. */
static void
test_dedup_in_group (KeepFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) drafts = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_draft_free);
  g_autoptr (GPtrArray) records = NULL;
  TmDraft *first;
  TmDraft *second;

  keep_fixture_open (fixture);
  for (guint i = 0; i < 2; i++)
    g_ptr_array_add (drafts, keep_draft_new (fixture, (KeepRecord){ .dedup_key = "k" }));
  g_assert_true (tm_store_insert (fixture->store, drafts, NULL));

  first = drafts->pdata[0];
  second = drafts->pdata[1];
  g_assert_cmpstr (first->record_id, ==, second->record_id);
  g_assert_false (first->is_duplicate);
  g_assert_true (second->is_duplicate);
  records = keep_list_all (fixture);
  g_assert_cmpuint (records->len, ==, 1);
}

/* A key is not kept as text: a caller may have put a name into it. */
static void
test_dedup_key_is_not_kept (KeepFixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;

  keep_fixture_open (fixture);
  id = keep_insert (fixture, (KeepRecord){ .dedup_key = "jane.doe@example.org" });
  g_assert_true (keep_disk_contains (fixture, id));
  g_assert_false (keep_disk_contains (fixture, "jane.doe"));
}

/* Pages of any size give every record once, newest first, and end with 0. */
static void
test_pages (KeepFixture *fixture, gconstpointer data)
{
  TmRecordFilter filter = { 0 };

  keep_fixture_open (fixture);
  for (guint i = 0; i < 10; i++)
    g_free (keep_insert (fixture, (KeepRecord){ 0 }));

  for (guint limit = 1; limit <= 11; limit++)
    {
      guint64 cursor = 0;
      guint64 last = G_MAXUINT64;
      guint n_records = 0;

      do
        {
          g_autoptr (GPtrArray) page =
              tm_store_list (fixture->store, &filter, cursor, limit, &cursor, NULL);

          for (guint i = 0; i < page->len; i++, n_records++)
            {
              g_assert_cmpuint (((TmKeptRecord *) page->pdata[i])->cursor, <, last);
              last = ((TmKeptRecord *) page->pdata[i])->cursor;
            }
        }
      while (cursor != 0);
      g_assert_cmpuint (n_records, ==, 10);
    }
}

/* What each filter selects of four records, as bits: first record = 1, second = 2, ... */
static const struct
{
  TmRecordFilter filter;
  guint expected;
} filters[] = {
  { { 0 }, 15 },
  { { .has_uid = TRUE, .uid = 0 }, 1 },
  { { .has_uid = TRUE, .uid = 1000 }, 14 },
  { { .min_severity = 3 }, 12 },
  { { .category = "boot" }, 2 },
  { { .classification = "org.example/*/two" }, 4 },
  { { .classification = "org.example/*" }, 0 },
  { { .state = TM_RECORD_STATE_PENDING }, 15 },
  { { .state = TM_RECORD_STATE_SENT }, 0 },
  { { .record_id = "none" }, 0 },
  { { .has_uid = TRUE, .uid = 1000, .min_severity = 4 }, 8 },
};

static void
test_filters (KeepFixture *fixture, gconstpointer data)
{
  KeepRecord wanted[] = {
    { .uid = 0 },
    { .uid = 1000, .category = "boot" },
    { .uid = 1000, .classification = "org.example/test/two", .severity = 3 },
    { .uid = 1000, .severity = 4 },
  };

  keep_fixture_open (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    g_free (keep_insert (fixture, wanted[i]));

  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    {
      guint64 next;
      g_autoptr (GPtrArray) page =
          tm_store_list (fixture->store, &filters[i].filter, 0, 100, &next, NULL);
      guint found = 0;

      for (guint j = 0; j < page->len; j++)
        found |= 1 << (((TmKeptRecord *) page->pdata[j])->cursor - 1);
      g_test_message ("filter %u", i);
      g_assert_cmpuint (found, ==, filters[i].expected);
    }
}

/* By id, with the rest of the filter still holding: nobody reads another one's record so. */
static void
test_find (KeepFixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;
  TmRecordFilter filter = { .has_uid = TRUE, .uid = 1000 };
  guint64 next;

  keep_fixture_open (fixture);
  id = keep_insert (fixture, (KeepRecord){ .uid = 1000 });
  filter.record_id = id;
  for (filter.uid = 1000; filter.uid <= 1001; filter.uid++)
    {
      g_autoptr (GPtrArray) page = tm_store_list (fixture->store, &filter, 0, 10, &next, NULL);

      g_assert_cmpuint (page->len, ==, filter.uid == 1000 ? 1 : 0);
    }
}

/* A rolled back transaction leaves neither record nor number behind. */
static void
test_rollback (KeepFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) records = NULL;
  TmStore *store = keep_fixture_open (fixture);

  g_assert_true (tm_store_begin (store, NULL));
  g_free (keep_insert (fixture, (KeepRecord){ 0 }));
  tm_store_rollback (store);

  g_free (keep_insert (fixture, (KeepRecord){ 0 }));
  records = keep_list_all (fixture);
  g_assert_cmpuint (records->len, ==, 1);
  g_assert_cmpuint (
      tm_record_get_number (((TmKeptRecord *) records->pdata[0])->record, TM_FIELD_SEQUENCE), ==,
      1);
}

/* An inner transaction that failed cannot be committed by the outer one. */
static void
test_nested_rollback (KeepFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  TmStore *store = keep_fixture_open (fixture);

  g_assert_true (tm_store_begin (store, NULL));
  g_assert_true (tm_store_set_value (store, "a", "1", NULL));
  g_assert_true (tm_store_begin (store, NULL));
  tm_store_rollback (store);
  g_assert_false (tm_store_commit (store, &error));
  g_assert_nonnull (error);
  g_assert_null (tm_store_get_value (store, "a", NULL));
}

/* Named values survive a restart, can be changed and taken away. */
static void
test_values (KeepFixture *fixture, gconstpointer data)
{
  g_autofree char *value = NULL;

  keep_fixture_open (fixture);
  g_assert_true (tm_store_set_value (fixture->store, "last-success", "1", NULL));
  g_assert_true (tm_store_set_value (fixture->store, "last-success", "2", NULL));
  keep_fixture_open (fixture);
  value = tm_store_get_value (fixture->store, "last-success", NULL);
  g_assert_cmpstr (value, ==, "2");
  g_assert_true (tm_store_set_value (fixture->store, "last-success", NULL, NULL));
  g_assert_null (tm_store_get_value (fixture->store, "last-success", NULL));
}

#define ADD(path, func)                                                                            \
  g_test_add (path, KeepFixture, NULL, keep_fixture_set_up, func, keep_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/store/records/round-trip", test_round_trip);
  ADD ("/store/records/sequence", test_sequence);
  ADD ("/store/records/dedup", test_dedup);
  ADD ("/store/records/dedup-in-group", test_dedup_in_group);
  ADD ("/store/records/dedup-key-is-not-kept", test_dedup_key_is_not_kept);
  ADD ("/store/records/pages", test_pages);
  ADD ("/store/records/filters", test_filters);
  ADD ("/store/records/find", test_find);
  ADD ("/store/records/rollback", test_rollback);
  ADD ("/store/records/nested-rollback", test_nested_rollback);
  ADD ("/store/records/values", test_values);

  return g_test_run ();
}
