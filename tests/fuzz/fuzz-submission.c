/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any variant that a caller could send is a submission or an error that names something. */
#include <string.h>

#include "tm-submission.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  /* GVariant wants its bytes aligned. */
  gpointer copy = g_memdup2 (data, size);
  g_autoptr (GVariant) raw = NULL;
  g_autoptr (GVariant) call = NULL;
  g_autoptr (GVariant) options = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (TmSubmission) submission = { 0 };
  const char *classification, *payload;
  guint32 severity;

  raw = g_variant_ref_sink (
      g_variant_new_from_data (G_VARIANT_TYPE ("(susa{sv})"), copy, size, FALSE, g_free, copy));
  call = g_variant_get_normal_form (raw);
  g_variant_get (call, "(&su&s@a{sv})", &classification, &severity, &payload, &options);

  if (tm_submission_init (&submission, classification, severity, payload, strlen (payload),
                          TM_PAYLOAD_INLINE_MAX_BYTES, options, &error))
    g_assert_cmpstr (tm_record_builder_get_text (&submission.builder, TM_FIELD_PAYLOAD), ==,
                     payload);
  else
    g_assert_nonnull (error);

  return 0;
}
