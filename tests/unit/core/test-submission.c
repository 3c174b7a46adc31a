/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proves what a caller on the bus can set, and that everything else is named and refused. */
#include <glib.h>
#include <string.h>

#include "sample.h"
#include "telemetry-error.h"
#include "tm-submission.h"

static gboolean
init (TmSubmission *submission, const char *payload, const char *options, GError **error)
{
  g_autoptr (GVariant) variant =
      g_variant_parse (G_VARIANT_TYPE_VARDICT, options, NULL, NULL, NULL);

  return tm_submission_init (submission, "org.example/hello/world", 1, payload, strlen (payload),
                             TM_PAYLOAD_INLINE_MAX_BYTES, variant, error);
}

static void
test_all_options (void)
{
  g_auto (TmSubmission) submission = { 0 };
  g_autoptr (GError) error = NULL;

  init (&submission, "hello",
        "{'payload-format-version': <uint32 3>, 'event-id': <'0123456789abcdef0123456789abcdef'>,"
        " 'created-at': <int64 1000000>, 'dedup-key': <'once'>,"
        " 'system': <{'build': '39', 'kernel_version': '6.1.0'}>}",
        &error);
  g_assert_no_error (error);
  g_assert_cmpstr (submission.dedup_key, ==, "once");
  g_assert_cmpstr (tm_system_get (submission.system, TM_SYSTEM_BUILD), ==, "39");
  g_assert_cmpstr (tm_record_builder_get_text (&submission.builder, TM_FIELD_EVENT_ID), ==,
                   "0123456789abcdef0123456789abcdef");
  g_assert_true (tm_record_builder_has (&submission.builder, TM_FIELD_CREATED_AT));
}

static void
test_no_options (void)
{
  g_auto (TmSubmission) submission = { 0 };

  g_assert_true (init (&submission, "", "@a{sv} {}", NULL));
  g_assert_cmpuint (
      tm_record_builder_get_number (&submission.builder, TM_FIELD_PAYLOAD_FORMAT_VERSION), ==, 1);
  g_assert_null (submission.dedup_key);
  g_assert_null (submission.system);
  g_assert_false (tm_record_builder_has (&submission.builder, TM_FIELD_EVENT_ID));
  g_assert_false (tm_record_builder_has (&submission.builder, TM_FIELD_RECORD_ID));
}

static void
test_refused (void)
{
  static const struct
  {
    const char *options;
    const char *names;
  } cases[] = {
    { "{'event-id': <7>}", "event-id" },
    { "{'event-id': <'short'>}", "event_id" },
    { "{'payload-format-version': <int64 1>}", "payload-format-version" },
    { "{'created-at': <uint64 1>}", "created-at" },
    { "{'created-at': <int64 -1>}", "created-at" },
    { "{'dedup-key': <''>}", "dedup-key" },
    { "{'dedup-key': <'a\nb'>}", "dedup-key" },
    { "{'system': <{'colour': 'red'}>}", "colour" },
    { "{'system': <{'build': 'a\nb'}>}", "build" },
    { "{'system': <'x'>}", "system" },
    { "{'origin': <'system'>}", "origin" },
    { "{'record-id': <'01935c6e-7b1a-7c3d-8e4f-0123456789ab'>}", "record-id" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (TmSubmission) submission = { 0 };
      g_autoptr (GError) error = NULL;

      g_test_message ("%u: %s", i, cases[i].options);
      g_assert_false (init (&submission, "x", cases[i].options, &error));
      g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS);
      g_assert_nonnull (strstr (error->message, cases[i].names));
    }
}

static void
test_inline_payload_limit (void)
{
  g_autofree char *text = g_strnfill (TM_PAYLOAD_INLINE_MAX_BYTES + 1, 'x');
  g_auto (TmSubmission) over = { 0 };
  g_auto (TmSubmission) most = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (init (&over, text, "@a{sv} {}", &error));
  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_TOO_LARGE);
  g_assert_nonnull (strstr (error->message, "32768"));
  text[TM_PAYLOAD_INLINE_MAX_BYTES] = '\0';
  g_assert_true (init (&most, text, "@a{sv} {}", NULL));
}

static void
test_option_given_twice (void)
{
  g_auto (TmSubmission) submission = { 0 };
  GVariantBuilder builder;
  g_autoptr (GVariant) options = NULL;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "dedup-key", g_variant_new_string ("a"));
  g_variant_builder_add (&builder, "{sv}", "dedup-key", g_variant_new_string ("b"));
  options = g_variant_ref_sink (g_variant_builder_end (&builder));
  g_assert_true (tm_submission_init (&submission, "a/b/c", 1, "", 0, 10, options, NULL));
  g_assert_cmpstr (submission.dedup_key, ==, "b");
}

static void
test_record_to_variant (void)
{
  g_autoptr (TmSystem) system = sample_system ("6.12.0");
  g_autoptr (TmRecord) record = sample_record (TM_FIELD_APP, system);
  g_autoptr (GVariant) variant = g_variant_ref_sink (tm_record_to_variant (record, FALSE));
  const char *text;
  guint32 severity;
  gint64 created_at;

  g_assert_true (g_variant_lookup (variant, "classification", "&s", &text));
  g_assert_cmpstr (text, ==, "org.example/hello/world");
  g_assert_true (g_variant_lookup (variant, "severity", "u", &severity));
  g_assert_true (g_variant_lookup (variant, "created_at", "x", &created_at));
  g_assert_false (g_variant_lookup (variant, "app", "&s", &text));
  g_assert_false (g_variant_lookup (variant, "payload", "&s", &text));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/submission/all-options", test_all_options);
  g_test_add_func ("/core/submission/no-options", test_no_options);
  g_test_add_func ("/core/submission/refused", test_refused);
  g_test_add_func ("/core/submission/inline-payload-limit", test_inline_payload_limit);
  g_test_add_func ("/core/submission/option-given-twice", test_option_given_twice);
  g_test_add_func ("/core/submission/record-to-variant", test_record_to_variant);
  return g_test_run ();
}
