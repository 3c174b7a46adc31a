/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proves that a record cannot exist without its required fields, and that JSON keeps every field.
 */
#include <glib.h>
#include <string.h>

#include "sample.h"
#include "telemetry-error.h"
#include "tm-batch.h"

static void
assert_same (TmRecord *a, TmRecord *b)
{
  for (guint i = 0; i < TM_N_FIELDS; i++)
    {
      g_test_message ("%s", tm_field_get (i)->name);
      g_assert_cmpint (tm_record_has (a, i), ==, tm_record_has (b, i));
      g_assert_cmpstr (tm_record_get_text (a, i), ==, tm_record_get_text (b, i));
      if (tm_field_type_is_number (tm_field_get (i)->type))
        g_assert_cmpuint (tm_record_get_number (a, i), ==, tm_record_get_number (b, i));
    }
  g_assert_true (tm_system_equal (tm_record_get_system (a), tm_record_get_system (b)));
}

static void
test_required (void)
{
  for (guint i = 0; i < TM_N_FIELDS; i++)
    {
      g_auto (TmRecordBuilder) builder;
      g_autoptr (TmRecord) record = NULL;
      g_autoptr (GError) error = NULL;

      sample_fill (&builder, i);
      record = tm_record_builder_end (&builder, &error);
      if (!tm_field_get (i)->required)
        {
          g_assert_no_error (error);
          continue;
        }
      g_assert_null (record);
      g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS);
      g_assert_true (g_str_has_prefix (error->message, tm_field_get (i)->name));
    }
}

static void
test_json_round_trip (void)
{
  g_autoptr (TmSystem) system = sample_system ("6.12.0");
  g_autoptr (TmSystem) other = sample_system (NULL);

  for (guint i = 0; i <= TM_N_FIELDS; i++)
    {
      TmSystem *bases[] = { NULL, system, other };
      g_autoptr (TmRecord) record = sample_record (i, system);

      for (guint base = 0; record != NULL && base < G_N_ELEMENTS (bases); base++)
        {
          g_autoptr (JsonNode) node = tm_record_to_json (record, bases[base]);
          g_autoptr (TmRecord) again = NULL;
          g_autoptr (GError) error = NULL;

          again = tm_record_from_json (json_node_get_object (node), bases[base], &error);
          g_assert_no_error (error);
          assert_same (record, again);
        }
    }
}

static void
test_equal_system_is_left_out (void)
{
  g_autoptr (TmSystem) system = sample_system ("6.12.0");
  g_autoptr (TmSystem) same = sample_system ("6.12.0");
  g_autoptr (TmRecord) record = sample_record (TM_N_FIELDS, system);
  g_autoptr (JsonNode) node = tm_record_to_json (record, same);

  g_assert_false (json_object_has_member (json_node_get_object (node), "system"));
}

static void
test_field_missing_in_the_record_is_null (void)
{
  g_autoptr (TmSystem) base = sample_system ("6.12.0");
  g_autoptr (TmSystem) bare = sample_system (NULL);
  g_autoptr (TmRecord) record = sample_record (TM_N_FIELDS, bare);
  g_autoptr (JsonNode) node = tm_record_to_json (record, base);
  JsonObject *system = json_object_get_object_member (json_node_get_object (node), "system");

  g_assert_cmpuint (json_object_get_size (system), ==, 1);
  g_assert_true (json_object_get_null_member (system, "kernel_version"));
}

static void
test_overlay (void)
{
  const char *values[TM_N_SYSTEM_FIELDS] = { [TM_SYSTEM_BUILD] = "41" };
  g_autoptr (TmSystem) base = sample_system ("6.12.0");
  g_autoptr (TmSystem) over = tm_system_new (values, NULL);
  g_autoptr (TmSystem) both = tm_system_overlay (base, over);

  g_assert_cmpstr (tm_system_get (both, TM_SYSTEM_BUILD), ==, "41");
  g_assert_cmpstr (tm_system_get (both, TM_SYSTEM_KERNEL_VERSION), ==, "6.12.0");
}

static void
test_system_limits (void)
{
  for (guint i = 0; i < TM_N_SYSTEM_FIELDS; i++)
    {
      const TmField *field = tm_system_field_get (i);
      const char *values[TM_N_SYSTEM_FIELDS] = { NULL };
      g_autofree char *text = g_strnfill (field->max + 1, 'x');
      g_autoptr (TmSystem) most = NULL;
      g_autoptr (GError) error = NULL;

      values[i] = text;
      g_assert_null (tm_system_new (values, &error));
      g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS);
      g_assert_true (g_str_has_prefix (error->message, "system."));
      g_assert_nonnull (strstr (error->message, field->name));
      text[field->max] = '\0';
      most = tm_system_new (values, NULL);
      g_assert_nonnull (most);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/record/required", test_required);
  g_test_add_func ("/core/record/json-round-trip", test_json_round_trip);
  g_test_add_func ("/core/record/equal-system-is-left-out", test_equal_system_is_left_out);
  g_test_add_func ("/core/record/field-missing-in-the-record-is-null",
                   test_field_missing_in_the_record_is_null);
  g_test_add_func ("/core/system/overlay", test_overlay);
  g_test_add_func ("/core/system/limits", test_system_limits);
  return g_test_run ();
}
