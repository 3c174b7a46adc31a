/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records and systems for the tests of core. */
#pragma once

#include <string.h>

#include "tm-record.h"

static inline TmSystem *
sample_system (const char *kernel_version)
{
  const char *values[TM_N_SYSTEM_FIELDS] = {
    [TM_SYSTEM_ARCH] = "x86_64",
    [TM_SYSTEM_HOST_TYPE] = "ACME|Anvil \"2\"|1.0",
    [TM_SYSTEM_SYSTEM_NAME] = "example-os",
    [TM_SYSTEM_BUILD] = "40",
    [TM_SYSTEM_KERNEL_VERSION] = kernel_version,
    [TM_SYSTEM_CPU_MODEL] = "Example CPU @ 2 GHz",
  };

  return tm_system_new (values, NULL);
}

/* Every field but one (TM_N_FIELDS: every field). */
static inline void
sample_fill (TmRecordBuilder *builder, guint left_out)
{
  static const struct
  {
    TmFieldId id;
    const char *text;
    guint64 number;
  } values[] = {
    { TM_FIELD_RECORD_ID, "01935c6e-7b1a-7c3d-8e4f-0123456789ab", 0 },
    { TM_FIELD_CLASSIFICATION, "org.example/hello/world", 0 },
    { TM_FIELD_SEVERITY, NULL, 2 },
    { TM_FIELD_PAYLOAD_FORMAT_VERSION, NULL, G_MAXUINT32 },
    { TM_FIELD_EVENT_ID, "0123456789abcdef0123456789abcdef", 0 },
    { TM_FIELD_CREATED_AT, NULL, G_GUINT64_CONSTANT (1795350600000001) },
    { TM_FIELD_BOOT_ID, "fedcba9876543210fedcba9876543210", 0 },
    { TM_FIELD_BOOTTIME_US, NULL, 123456789 },
    { TM_FIELD_SEQUENCE, NULL, G_MAXINT64 },
    { TM_FIELD_ORIGIN, "user", 0 },
    { TM_FIELD_APP, "org.example.App", 0 },
    { TM_FIELD_PAYLOAD, "{\"text\":\"“quotes” \\ / \x01 \n \xf0\x9f\x98\x80\"}", 0 },
  };

  tm_record_builder_init (builder);
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      gboolean ok = TRUE;

      if (values[i].id == left_out)
        continue;
      if (values[i].text != NULL)
        ok = tm_record_builder_set_text (builder, values[i].id, values[i].text,
                                         strlen (values[i].text), NULL);
      else
        ok = tm_record_builder_set_number (builder, values[i].id, values[i].number, NULL);
      g_assert_true (ok);
    }
}

static inline TmRecord *
sample_record (guint left_out, TmSystem *system)
{
  TmRecordBuilder builder;

  sample_fill (&builder, left_out);
  tm_record_builder_set_system (&builder, system);
  return tm_record_builder_end (&builder, NULL);
}
