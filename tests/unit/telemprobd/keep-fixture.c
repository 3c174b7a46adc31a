/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of the store share; see keep-fixture.h. */
#include "keep-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "tm-store-ledger.h"
#include "tm-uuid.h"

static TmUuidGenerator generator;

void
keep_fixture_set_up (KeepFixture *self, gconstpointer data)
{
  self->directory = g_dir_make_tmp ("tm-keep-XXXXXX", NULL);
  self->path = g_build_filename (self->directory, "store.db", NULL);
  self->dummy = tm_clock_dummy_new ();
  self->clock = TM_CLOCK (self->dummy);
  self->options = (TmStoreOptions){
    .path = self->path,
    .boot_id = KEEP_BOOT_ID,
    .max_bytes = TM_STORE_DEFAULT_MAX_BYTES,
    .expiry_usec = 30 * TM_USEC_PER_DAY,
  };
}

void
keep_fixture_tear_down (KeepFixture *self, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (self->directory, 0, NULL);
  const char *name;

  g_clear_pointer (&self->store, tm_store_close);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (self->directory, name, NULL);

      g_assert_cmpint (g_unlink (file), ==, 0);
    }
  g_assert_cmpint (g_rmdir (self->directory), ==, 0);

  g_assert_finalize_object (self->dummy);
  g_free (self->directory);
  g_free (self->path);
}

TmStore *
keep_fixture_open (KeepFixture *self)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->store, tm_store_close);
  self->store = tm_store_open (&self->options, self->clock, &error);
  g_assert_no_error (error);
  g_assert_nonnull (self->store);

  return self->store;
}

static void
set_text (TmRecordBuilder *builder, TmFieldId id, const char *text)
{
  g_autoptr (GError) error = NULL;

  tm_record_builder_set_text (builder, id, text, strlen (text), &error);
  g_assert_no_error (error);
}

static TmSystem *
make_system (void)
{
  const char *values[TM_N_SYSTEM_FIELDS] = {
    [TM_SYSTEM_ARCH] = "x86_64", [TM_SYSTEM_BUILD] = "12"
  };

  return tm_system_new (values, NULL);
}

static TmRecord *
make_record (KeepFixture *self, const KeepRecord *wanted)
{
  g_auto (TmRecordBuilder) builder = { NULL };
  g_autoptr (TmSystem) system = make_system ();
  g_autoptr (GError) error = NULL;
  char record_id[TM_UUID_TEXT_SIZE];
  char event_id[33];
  gint64 now_usec = tm_clock_get_realtime_usec (self->clock);
  TmRecord *record;

  tm_uuid7_generate (&generator, now_usec, record_id);
  tm_random_hex32 (event_id);

  tm_record_builder_init (&builder);
  tm_record_builder_set_system (&builder, system);
  set_text (&builder, TM_FIELD_RECORD_ID, record_id);
  set_text (&builder, TM_FIELD_CLASSIFICATION,
            wanted->classification != NULL ? wanted->classification : "org.example/test/one");
  set_text (&builder, TM_FIELD_EVENT_ID, event_id);
  set_text (&builder, TM_FIELD_BOOT_ID, KEEP_BOOT_ID);
  set_text (&builder, TM_FIELD_ORIGIN, "user");
  set_text (&builder, TM_FIELD_PAYLOAD, wanted->payload != NULL ? wanted->payload : "{}");
  tm_record_builder_set_number (&builder, TM_FIELD_SEVERITY, MAX (wanted->severity, 1), NULL);
  tm_record_builder_set_number (&builder, TM_FIELD_PAYLOAD_FORMAT_VERSION, 1, NULL);
  tm_record_builder_set_number (&builder, TM_FIELD_CREATED_AT, now_usec, NULL);
  tm_record_builder_set_number (&builder, TM_FIELD_BOOTTIME_US,
                                tm_clock_get_boottime_usec (self->clock), NULL);
  tm_record_builder_set_number (&builder, TM_FIELD_SEQUENCE, 0, NULL);

  record = tm_record_builder_end (&builder, &error);
  g_assert_no_error (error);
  return record;
}

TmDraft *
keep_draft_new (KeepFixture *self, KeepRecord wanted)
{
  g_autoptr (TmRecord) record = make_record (self, &wanted);

  return tm_draft_new (record, wanted.uid, wanted.category != NULL ? wanted.category : "custom",
                       wanted.machine_id != NULL ? wanted.machine_id : KEEP_MACHINE_ID,
                       wanted.dedup_key);
}

char *
keep_insert (KeepFixture *self, KeepRecord wanted)
{
  g_autoptr (GPtrArray) drafts = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_draft_free);
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (drafts, keep_draft_new (self, wanted));
  tm_store_insert (self->store, drafts, &error);
  g_assert_no_error (error);

  return g_strdup (((TmDraft *) drafts->pdata[0])->record_id);
}

char *
keep_payload (gsize n_bytes)
{
  static guint counter;
  GString *payload = g_string_sized_new (n_bytes);

  g_string_append_printf (payload, "payload-%u-", counter++);
  while (payload->len < n_bytes)
    g_string_append_c (payload, 'x');

  return g_string_free (payload, FALSE);
}

GPtrArray *
keep_list_all (KeepFixture *self)
{
  TmRecordFilter filter = { 0 };
  g_autoptr (GError) error = NULL;
  guint64 next;
  GPtrArray *records = tm_store_list (self->store, &filter, 0, G_MAXUINT, &next, &error);

  g_assert_no_error (error);
  return records;
}

gboolean
keep_disk_contains (KeepFixture *self, const char *text)
{
  g_autoptr (GDir) dir = g_dir_open (self->directory, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (self->directory, name, NULL);
      g_autofree char *contents = NULL;
      gsize n_bytes;

      g_assert_true (g_file_get_contents (file, &contents, &n_bytes, NULL));
      if (memmem (contents, n_bytes, text, strlen (text)) == NULL)
        continue;
      g_test_message ("\"%s\" is in %s", text, name);
      return TRUE;
    }

  return FALSE;
}

guint64
keep_get_loss (KeepFixture *self, const char *reason, const char *classification)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) losses = tm_store_list_losses (self->store, KEEP_MACHINE_ID, FALSE, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < losses->len; i++)
    {
      TmLoss *loss = losses->pdata[i];

      if (g_str_equal (loss->reason, reason) && g_str_equal (loss->classification, classification))
        return loss->count;
    }

  return 0;
}
