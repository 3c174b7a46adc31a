/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proves each limit of the field table on both of its sides, and that errors name field and limit.
 */
#include <glib.h>
#include <string.h>

#include "telemetry-error.h"
#include "tm-field.h"

#define PART40 "abcdefghijklmnopqrstuvwxyz0123456789ABCD"

static void
assert_text (TmFieldId id, const char *text, gsize n_bytes, gboolean accepted)
{
  const TmField *field = tm_field_get (id);
  g_autoptr (GError) error = NULL;
  g_autofree char *shown = g_utf8_make_valid (text, -1); /* TAP is UTF-8 */

  g_test_message ("%s: “%.60s”", field->name, shown);
  g_assert_cmpint (tm_field_check_text (field, text, n_bytes, &error), ==, accepted);
  if (accepted)
    {
      g_assert_no_error (error);
      return;
    }

  g_assert_true (error->domain == TELEMETRY_ERROR);
  g_assert_nonnull (strstr (error->message, field->name));
  g_assert_nonnull (strstr (error->message, field->accepts));
}

static void
test_classification (void)
{
  static const struct
  {
    const char *text;
    gboolean accepted;
  } cases[] = {
    { "org.example/hello/world", TRUE },
    { "a/b/c", TRUE },
    { "A-Za-z0/._:+-/9", TRUE },
    { PART40 "/" PART40 "/" PART40, TRUE },
    { PART40 "x/b/c", FALSE },
    { "a/" PART40 "x/c", FALSE },
    { "a/b/" PART40 "x", FALSE },
    { "", FALSE },
    { "a/b", FALSE },
    { "a/b/c/d", FALSE },
    { "/b/c", FALSE },
    { "a//c", FALSE },
    { "a/b/", FALSE },
    { "a b/c/d", FALSE },
    { "ä/b/c", FALSE },
    { "a/b/c\n", FALSE },
    { "a/*/c", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_text (TM_FIELD_CLASSIFICATION, cases[i].text, strlen (cases[i].text), cases[i].accepted);

  assert_text (TM_FIELD_CLASSIFICATION, "a/b\0/c", 6, FALSE);
}

static void
test_payload (void)
{
  g_autofree char *text = g_strnfill (TM_PAYLOAD_MAX_BYTES + 1, 'x');

  assert_text (TM_FIELD_PAYLOAD, "", 0, TRUE);
  assert_text (TM_FIELD_PAYLOAD, "zeile\n\t\x1b“ü”", strlen ("zeile\n\t\x1b“ü”"), TRUE);
  assert_text (TM_FIELD_PAYLOAD, text, TM_PAYLOAD_MAX_BYTES, TRUE);
  assert_text (TM_FIELD_PAYLOAD, text, TM_PAYLOAD_MAX_BYTES + 1, FALSE);
  assert_text (TM_FIELD_PAYLOAD, "a\0b", 3, FALSE);
  assert_text (TM_FIELD_PAYLOAD, "\xff\xfe", 2, FALSE);
  assert_text (TM_FIELD_PAYLOAD, "\xed\xa0\x80", 3, FALSE);
}

static void
test_payload_over_its_limit_is_too_large (void)
{
  g_autofree char *text = g_strnfill (TM_PAYLOAD_MAX_BYTES + 1, 'x');
  g_autoptr (GError) error = NULL;

  g_assert_false (tm_field_check_text (tm_field_get (TM_FIELD_PAYLOAD), text,
                                       TM_PAYLOAD_MAX_BYTES + 1, &error));
  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_TOO_LARGE);
}

static void
test_labels (void)
{
  g_autofree char *text = g_strnfill (TM_APP_MAX_BYTES + 1, 'x');

  assert_text (TM_FIELD_APP, "org.example.App", 15, TRUE);
  assert_text (TM_FIELD_APP, text, TM_APP_MAX_BYTES, TRUE);
  assert_text (TM_FIELD_APP, text, TM_APP_MAX_BYTES + 1, FALSE);
  assert_text (TM_FIELD_APP, "a\nb", 3, FALSE);
  assert_text (TM_FIELD_APP, "a\x7f", 2, FALSE);
  assert_text (TM_FIELD_APP, "a\xc2\x85", 3, FALSE);
}

static void
test_ids_and_origin (void)
{
  assert_text (TM_FIELD_EVENT_ID, "0123456789abcdef0123456789abcdef", 32, TRUE);
  assert_text (TM_FIELD_EVENT_ID, "0123456789ABCDEF0123456789abcdef", 32, FALSE);
  assert_text (TM_FIELD_EVENT_ID, "0123456789abcdef0123456789abcde", 31, FALSE);
  assert_text (TM_FIELD_RECORD_ID, "01935c6e-7b1a-7c3d-8e4f-0123456789ab", 36, TRUE);
  assert_text (TM_FIELD_RECORD_ID, "01935c6e-7b1a-4c3d-8e4f-0123456789ab", 36, FALSE);
  assert_text (TM_FIELD_ORIGIN, "system", 6, TRUE);
  assert_text (TM_FIELD_ORIGIN, "user", 4, TRUE);
  assert_text (TM_FIELD_ORIGIN, "root", 4, FALSE);
}

static void
test_numbers (void)
{
  for (guint i = 0; i < TM_N_FIELDS; i++)
    {
      const TmField *field = tm_field_get (i);
      g_autoptr (GError) error = NULL;

      if (!tm_field_type_is_number (field->type))
        continue;

      g_assert_true (tm_field_check_number (field, field->min, NULL));
      g_assert_true (tm_field_check_number (field, field->max, NULL));
      g_assert_false (tm_field_check_number (field, field->max + 1, &error));
      g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS);
      g_assert_nonnull (strstr (error->message, field->name));
      g_assert_true (field->min == 0 || !tm_field_check_number (field, field->min - 1, NULL));
    }
}

static void
test_table (void)
{
  for (guint i = 0; i < TM_N_FIELDS; i++)
    {
      TmFieldId id;

      g_assert_nonnull (tm_field_get (i)->accepts);
      g_assert_true (tm_field_lookup (tm_field_get (i)->name, &id));
      g_assert_cmpuint (id, ==, i);
    }
  for (guint i = 0; i < TM_N_SYSTEM_FIELDS; i++)
    {
      TmSystemFieldId id;

      g_assert_true (tm_system_field_lookup (tm_system_field_get (i)->name, &id));
      g_assert_cmpuint (id, ==, i);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/field/table", test_table);
  g_test_add_func ("/core/field/classification", test_classification);
  g_test_add_func ("/core/field/payload", test_payload);
  g_test_add_func ("/core/field/payload-over-its-limit-is-too-large",
                   test_payload_over_its_limit_is_too_large);
  g_test_add_func ("/core/field/labels", test_labels);
  g_test_add_func ("/core/field/ids-and-origin", test_ids_and_origin);
  g_test_add_func ("/core/field/numbers", test_numbers);
  return g_test_run ();
}
