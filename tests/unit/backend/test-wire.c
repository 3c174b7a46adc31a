/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PostgreSQL's binary format, byte for byte. */
#include "tm-wire.h"

static void
assert_hex (GByteArray *wire, const char *expected)
{
  g_autoptr (GString) hex = g_string_new (NULL);

  for (guint i = 0; i < wire->len; i++)
    g_string_append_printf (hex, "%02x", wire->data[i]);
  g_assert_cmpstr (hex->str, ==, expected);
  g_byte_array_set_size (wire, 0);
}

static void
test_values (void)
{
  g_autoptr (GByteArray) wire = g_byte_array_new ();

  tm_wire_null (wire);
  assert_hex (wire, "ffffffff");
  tm_wire_bool (wire, TRUE);
  assert_hex (wire, "0000000101");
  tm_wire_int2 (wire, -2);
  assert_hex (wire, "00000002fffe");
  tm_wire_int4 (wire, 258);
  assert_hex (wire, "0000000400000102");
  tm_wire_int8 (wire, G_MAXINT64);
  assert_hex (wire, "000000087fffffffffffffff");
  tm_wire_bytes (wire, "ab", 2);
  assert_hex (wire, "000000026162");
  tm_wire_bytes (wire, NULL, 0);
  assert_hex (wire, "00000000");
  /* 2000-01-01 is 0 */
  tm_wire_time (wire, G_GINT64_CONSTANT (946684800000001));
  assert_hex (wire, "000000080000000000000001");
  tm_wire_date (wire, 10956);
  assert_hex (wire, "00000004ffffffff");
}

static void
test_copy (void)
{
  g_autoptr (GByteArray) wire = g_byte_array_new ();

  tm_wire_copy_begin (wire);
  tm_wire_copy_row (wire, 1);
  tm_wire_null (wire);
  tm_wire_copy_end (wire);
  assert_hex (wire, "5047434f50590aff0d0a00"
                    "0000000000000000"
                    "0001ffffffff"
                    "ffff");
}

static void
test_arrays (void)
{
  g_autoptr (GByteArray) wire = g_byte_array_new ();
  guint start;

  tm_wire_array (wire, TM_WIRE_INT4, 0);
  assert_hex (wire, "000000000000000000000017");
  tm_wire_array (wire, TM_WIRE_INT2, 1);
  tm_wire_int2 (wire, 5);
  assert_hex (wire, "0000000100000000000000150000000100000001000000020005");

  tm_wire_null (wire);
  start = tm_wire_array_field_begin (wire, TM_WIRE_INT2, 1);
  tm_wire_int2 (wire, 5);
  tm_wire_array_field_end (wire, start);
  assert_hex (wire, "ffffffff"
                    "0000001a0000000100000000000000150000000100000001000000020005");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/values", test_values);
  g_test_add_func ("/wire/copy", test_copy);
  g_test_add_func ("/wire/arrays", test_arrays);

  return g_test_run ();
}
