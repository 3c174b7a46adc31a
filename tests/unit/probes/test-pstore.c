/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proves that parts become the text that the kernel wrote, whatever is missing or in between. */
#include "tm-pstore.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *text;
  guint64 second;
} Part;

static GPtrArray *
assemble (const Part *parts)
{
  g_autoptr (GPtrArray) array =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tm_pstore_part_free);

  for (guint i = 0; parts[i].name != NULL; i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (parts[i].text, strlen (parts[i].text));

      g_ptr_array_add (array, tm_pstore_part_new (parts[i].name, bytes, parts[i].second));
    }

  return tm_pstore_assemble (array);
}

static void
assert_dump (GPtrArray *dumps, guint i, const char *reason, const char *text, gboolean is_complete)
{
  const TmPstoreDump *dump;

  g_assert_cmpuint (dumps->len, >, i);
  dump = g_ptr_array_index (dumps, i);
  g_assert_cmpstr (dump->reason, ==, reason);
  g_assert_cmpstr (dump->text, ==, text);
  g_assert_true (dump->is_complete == is_complete);
}

/* The oldest text is in the highest part; the clock went on while they were written. */
static void
test_order (void)
{
  const Part parts[] = { { "dmesg-efi-165467561501001", "Panic#1 Part1\nnewest", 0 },
                         { "dmesg-efi-165467561703001", "Panic#1 Part3\noldest", 0 },
                         { "dmesg-efi-165467561602001", "Panic#1 Part2\nmiddle", 0 },
                         { NULL, NULL, 0 } };
  g_autoptr (GPtrArray) dumps = assemble (parts);

  g_assert_cmpuint (dumps->len, ==, 1);
  assert_dump (dumps, 0, "Panic", "oldest\nmiddle\nnewest\n", TRUE);
  g_assert_cmpuint (((TmPstoreDump *) g_ptr_array_index (dumps, 0))->names->len, ==, 3);
}

/* Ten parts are not sorted as words are. */
static void
test_ten (void)
{
  const Part parts[] = { { "dmesg-efi-165467561502001", "Oops#1 Part2\nb", 0 },
                         { "dmesg-efi-165467561510001", "Oops#1 Part10\na", 0 },
                         { "dmesg-efi-165467561501001", "Oops#1 Part1\nc", 0 },
                         { NULL, NULL, 0 } };
  g_autoptr (GPtrArray) dumps = assemble (parts);

  assert_dump (dumps, 0, "Oops", "a\nb\nc\n", FALSE);
}

static void
test_missing (void)
{
  const Part middle[] = { { "dmesg-erst-3", "Panic#2 Part3\na", 0 },
                          { "dmesg-erst-1", "Panic#2 Part1\nc", 0 },
                          { NULL, NULL, 0 } };
  const Part last[] = { { "dmesg-erst-3", "Panic#2 Part2\na", 0 }, { NULL, NULL, 0 } };
  g_autoptr (GPtrArray) first = assemble (middle);
  g_autoptr (GPtrArray) second = assemble (last);

  assert_dump (first, 0, "Panic", "a\nc\n", FALSE);
  assert_dump (second, 0, "Panic", "a\n", FALSE);
}

/* Two boots that died of their first panic, and two faults of one boot, are not one. */
static void
test_apart (void)
{
  const Part parts[] = { { "dmesg-efi-165467561501001", "Panic#1 Part1\nfirst boot", 0 },
                         { "dmesg-efi-165467571501001", "Panic#1 Part1\nsecond boot", 0 },
                         { "dmesg-efi-165467561501002", "Oops#1 Part1\nbefore", 0 },
                         { "dmesg-efi-165467561501003", "Panic#3 Part1\nlater", 0 },
                         { NULL, NULL, 0 } };
  g_autoptr (GPtrArray) dumps = assemble (parts);

  g_assert_cmpuint (dumps->len, ==, 4);
  for (guint i = 0; i < dumps->len; i++)
    g_assert_true (((TmPstoreDump *) g_ptr_array_index (dumps, i))->is_complete);
}

/* The parts of one dump are written within a minute of each other. */
static void
test_slow_firmware (void)
{
  const Part slow[] = { { "dmesg-erst-1", "Panic#1 Part1\nb", 1060 },
                        { "dmesg-erst-2", "Panic#1 Part2\na", 1000 },
                        { NULL, NULL, 0 } };
  const Part too_slow[] = { { "dmesg-erst-1", "Panic#1 Part1\nb", 1061 },
                            { "dmesg-erst-2", "Panic#1 Part2\na", 1000 },
                            { NULL, NULL, 0 } };
  g_autoptr (GPtrArray) one = assemble (slow);
  g_autoptr (GPtrArray) two = assemble (too_slow);

  g_assert_cmpuint (one->len, ==, 1);
  assert_dump (one, 0, "Panic", "a\nb\n", TRUE);
  g_assert_cmpuint (two->len, ==, 2);
}

/* A reason has at most 20 letters, a number at most 9 digits: else it is no head. */
static void
test_head_limits (void)
{
  const Part parts[] = { { "dmesg-a-1", "Abcdefghijklmnopqrst#999999999 Part1\na", 0 },
                         { "dmesg-b-1", "Abcdefghijklmnopqrstu#1 Part1\nb", 0 },
                         { "dmesg-c-1", "Panic#1000000000 Part1\nc", 0 },
                         { NULL, NULL, 0 } };
  g_autoptr (GPtrArray) dumps = assemble (parts);

  g_assert_cmpuint (dumps->len, ==, 3);
  assert_dump (dumps, 0, "Abcdefghijklmnopqrst", "a\n", TRUE);
  for (guint i = 1; i < dumps->len; i++)
    g_assert_cmpstr (((TmPstoreDump *) g_ptr_array_index (dumps, i))->reason, ==, "Unknown");
}

static gboolean
has_head (const char *text)
{
  const Part parts[] = { { "dmesg-a-1", text, 0 }, { NULL, NULL, 0 } };
  g_autoptr (GPtrArray) dumps = assemble (parts);

  return g_str_equal (((TmPstoreDump *) g_ptr_array_index (dumps, 0))->reason, "Panic");
}

/* The number of a part has nine digits at most, too, and what says the time 15 to 18. */
static void
test_digits (void)
{
  g_assert_true (has_head ("Panic#1 Part999999999\na"));
  g_assert_false (has_head ("Panic#1 Part1000000000\na"));
  g_assert_false (tm_pstore_names_time ("dmesg-efi-16546756150100"));
  g_assert_true (tm_pstore_names_time ("dmesg-efi-165467561501001"));
  g_assert_true (tm_pstore_names_time ("dmesg-efi-165467561501001001"));
  g_assert_false (tm_pstore_names_time ("dmesg-efi-1654675615010010010"));
}

/* A machine that dies of the same again and again: the boots are shorter than a dump may take. */
static void
test_loop (void)
{
  const Part parts[] = { { "dmesg-efi-165467561502001", "Panic#1 Part2\na", 0 },
                         { "dmesg-efi-165467561501001", "Panic#1 Part1\nb", 0 },
                         { "dmesg-efi-165467563502001", "Panic#1 Part2\nc", 0 },
                         { "dmesg-efi-165467563501001", "Panic#1 Part1\nd", 0 },
                         { NULL, NULL, 0 } };
  g_autoptr (GPtrArray) dumps = assemble (parts);

  g_assert_cmpuint (dumps->len, ==, 2);
  assert_dump (dumps, 0, "Panic", "a\nb\n", TRUE);
  assert_dump (dumps, 1, "Panic", "c\nd\n", TRUE);
}

/* Copies in an archive may be of any order and time. */
static void
test_archived (void)
{
  const Part parts[] = { { "dmesg-erst-7713627690133094403", "Panic#1 Part3\na", 1000 },
                         { "dmesg-erst-7713627690133094402", "Panic#1 Part2\nb", 1001 },
                         { "dmesg-erst-7713627690133094401", "Panic#1 Part1\nc", 1001 },
                         { NULL, NULL, 0 } };
  g_autoptr (GPtrArray) dumps = assemble (parts);

  g_assert_cmpuint (dumps->len, ==, 1);
  assert_dump (dumps, 0, "Panic", "a\nb\nc\n", TRUE);
}

/* Nobody knows how many there are; what was written at once is one, by one firmware. */
static void
test_undecodable (void)
{
  const Part parts[] = { { "dmesg-efi-165467561601001.enc.z", "x\x9c", 0 },
                         { "dmesg-efi-165467561501001.enc.z", "x\x9c", 0 },
                         { "dmesg-erst-7713627690133094401.enc.z", "x\x9c", 1654675615 },
                         { "dmesg-efi-165467567701001.enc.z", "x\x9c", 0 },
                         { "dmesg-efi-165467561502002", "Panic#2 Part1\na", 0 },
                         { NULL, NULL, 0 } };
  g_autoptr (GPtrArray) dumps = assemble (parts);
  const TmPstoreDump *first;

  g_assert_cmpuint (dumps->len, ==, 4);
  for (guint i = 0; i < 3; i++)
    assert_dump (dumps, i, "Undecodable", NULL, FALSE);
  first = g_ptr_array_index (dumps, 0);
  g_assert_cmpuint (first->names->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (first->names, 0), ==, "dmesg-efi-165467561501001.enc.z");
  assert_dump (dumps, 3, "Panic", "a\n", TRUE);
}

static void
test_names (void)
{
  g_assert_true (tm_pstore_names_time ("dmesg-efi-165467561501001"));
  g_assert_true (tm_pstore_names_time ("dmesg-efi_pstore-165467561501001"));
  g_assert_true (tm_pstore_names_time ("dmesg-efi-165467561501001.enc.z"));
  g_assert_false (tm_pstore_names_time ("dmesg-efi-1654675615"));
  g_assert_false (tm_pstore_names_time ("dmesg-erst-7713627690133094401"));
  g_assert_false (tm_pstore_names_time ("dmesg-ramoops-0"));
}

static void
test_ramoops (void)
{
  const Part parts[] = { { "dmesg-ramoops-0",
                           "Panic#1 Part1\n<0>[    1.0] end\n\nECC: No errors detected\n", 0 },
                         { NULL, NULL, 0 } };
  g_autoptr (GPtrArray) dumps = assemble (parts);

  assert_dump (dumps, 0, "Panic", "<0>[    1.0] end\n\n\n", TRUE);
}

/* Its numbers are no times, whatever their length; the time of the file tells two boots apart. */
static void
test_erst (void)
{
  const Part parts[] = { { "dmesg-erst-598543493242568705", "Panic#1 Part1\nb", 1000 },
                         { "dmesg-erst-165467561501001", "Panic#1 Part2\na", 1001 },
                         { "dmesg-erst-598543493242568707", "Panic#1 Part1\nnext", 5000 },
                         { NULL, NULL, 0 } };
  g_autoptr (GPtrArray) dumps = assemble (parts);

  g_assert_cmpuint (dumps->len, ==, 2);
  assert_dump (dumps, 0, "Panic", "a\nb\n", TRUE);
  assert_dump (dumps, 1, "Panic", "next\n", TRUE);
}

static void
test_odd (void)
{
  const Part parts[] = { { "dmesg-efi-1.enc.z", "x\x9c", 0 },
                         { "dmesg-efi-x", "", 0 },
                         { "dmesg-", "no head\nat all", 0 },
                         { NULL, NULL, 0 } };
  g_autoptr (GPtrArray) dumps = assemble (parts);

  g_assert_cmpuint (dumps->len, ==, 3);
  assert_dump (dumps, 0, "Undecodable", NULL, FALSE);
  assert_dump (dumps, 1, "Unknown", "no head\nat all\n", TRUE);
  assert_dump (dumps, 2, "Unknown", "\n", TRUE);

  g_assert_true (tm_pstore_is_dump ("dmesg-efi-1"));
  g_assert_false (tm_pstore_is_dump ("console-ramoops-0"));
  g_assert_false (tm_pstore_is_dump ("pmsg-ramoops-0"));
  g_assert_false (tm_pstore_is_dump ("dmesg.txt"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pstore/order", test_order);
  g_test_add_func ("/pstore/ten", test_ten);
  g_test_add_func ("/pstore/missing", test_missing);
  g_test_add_func ("/pstore/apart", test_apart);
  g_test_add_func ("/pstore/slow-firmware", test_slow_firmware);
  g_test_add_func ("/pstore/head-limits", test_head_limits);
  g_test_add_func ("/pstore/digits", test_digits);
  g_test_add_func ("/pstore/loop", test_loop);
  g_test_add_func ("/pstore/archived", test_archived);
  g_test_add_func ("/pstore/undecodable", test_undecodable);
  g_test_add_func ("/pstore/names", test_names);
  g_test_add_func ("/pstore/ramoops", test_ramoops);
  g_test_add_func ("/pstore/erst", test_erst);
  g_test_add_func ("/pstore/odd", test_odd);

  return g_test_run ();
}
