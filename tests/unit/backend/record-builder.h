/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records and batches for tests of the collector. */
#pragma once

#include "tm-batch.h"
#include "tm-time.h"
#include "tm-uuid.h"

#define TEST_MACHINE "0123456789abcdef0123456789abcdef"
#define TEST_NOW_USEC (G_GINT64_CONSTANT (1795000000) * G_USEC_PER_SEC)

static inline TmBatch *
test_batch_new (void)
{
  const char *values[TM_N_SYSTEM_FIELDS] = { NULL };
  g_autoptr (TmSystem) system = tm_system_new (values, NULL);

  return tm_batch_new ("6e3d7f2a-5a0b-4c0e-9f3c-2f6f7f0f0a01", TEST_MACHINE, "test/1", system);
}

/* id_usec and created_usec may differ; boot: (nullable) one hex digit, repeated. */
static inline TmRecord *
test_batch_add (
    TmBatch *batch, gint64 id_usec, gint64 created_usec, char boot, gint64 boottime_usec)
{
  g_auto (TmRecordBuilder) builder;
  TmUuidGenerator ids = { 0 };
  char id[TM_UUID_TEXT_SIZE];
  g_autofree char *boot_id = g_strnfill (32, boot);
  g_autoptr (TmRecord) record = NULL;
  g_autoptr (GError) error = NULL;

  tm_uuid7_generate (&ids, id_usec, id);
  tm_record_builder_init (&builder);
  tm_record_builder_set_text (&builder, TM_FIELD_RECORD_ID, id, 36, &error);
  tm_record_builder_set_text (&builder, TM_FIELD_CLASSIFICATION, "a/b/c", 5, &error);
  tm_record_builder_set_text (&builder, TM_FIELD_EVENT_ID, TEST_MACHINE, 32, &error);
  tm_record_builder_set_text (&builder, TM_FIELD_ORIGIN, "system", 6, &error);
  tm_record_builder_set_text (&builder, TM_FIELD_PAYLOAD, "x", 1, &error);
  tm_record_builder_set_number (&builder, TM_FIELD_SEVERITY, 1, &error);
  tm_record_builder_set_number (&builder, TM_FIELD_PAYLOAD_FORMAT_VERSION, 1, &error);
  tm_record_builder_set_number (&builder, TM_FIELD_SEQUENCE, 1, &error);
  tm_record_builder_set_number (&builder, TM_FIELD_CREATED_AT, (guint64) created_usec, &error);
  if (boot != '\0')
    {
      tm_record_builder_set_text (&builder, TM_FIELD_BOOT_ID, boot_id, 32, &error);
      tm_record_builder_set_number (&builder, TM_FIELD_BOOTTIME_US, (guint64) boottime_usec,
                                    &error);
    }
  tm_record_builder_set_system (&builder, batch->system);
  g_assert_no_error (error);
  record = tm_record_builder_end (&builder, &error);
  g_assert_no_error (error);
  tm_batch_add_record (batch, record);

  return record; /* the batch keeps it */
}
