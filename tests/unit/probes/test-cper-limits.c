/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proves the limits of error regions, of records and of what the kernel prints of them at both of
 * their sides: what is just accepted, and what is just too much. The numbers stand here once more,
 * so that none changes unnoticed.
 */
#include <string.h>

#include "cper-sample.h"
#include "tm-cper-report.h"
#include "tm-cper-text.h"

#define MIB (1024 * 1024)
#define SAMPLE_ARM "\x16\x3d\x9e\xe1\x11\xbc\xe4\x11\x9c\xaa\xc2\x05\x1d\x5d\x46\xb0"
#define BLOCK_BYTES 20
#define ENTRY_BYTES 72

#define BEGIN "BERT: Error records from previous boot:"
#define BLOCK "[Hardware Error]: event severity: fatal"
#define ENTRY "[Hardware Error]:  Error 0, type: fatal"
#define H "[Hardware Error]:   "

static GPtrArray *
parse (const GByteArray *region)
{
  g_autoptr (GBytes) bytes = g_bytes_new (region->data, region->len);

  return tm_cper_parse (bytes, NULL);
}

/* A region of one section. */
static GByteArray *
make_region (const char *guid, const GByteArray *payload)
{
  GByteArray *block = sample_block (TM_CPER_SEVERITY_CORRECTED);

  sample_add (block, guid, TM_CPER_SEVERITY_CORRECTED, payload);
  return block;
}

/* (transfer none) (nullable): the value of that name, wherever it stands below node. */
static JsonNode *
find (JsonNode *node, const char *name)
{
  g_autoptr (GList) values = NULL;
  JsonNode *found = NULL;

  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      found = json_object_get_member (json_node_get_object (node), name);
      values = json_object_get_values (json_node_get_object (node));
    }
  else if (JSON_NODE_HOLDS_ARRAY (node))
    values = json_array_get_elements (json_node_get_array (node));
  for (const GList *l = values; l != NULL && found == NULL; l = l->next)
    found = find (l->data, name);
  return found;
}

/* What may leave, or all that can be said of a section. */
static JsonNode *
decode (const char *guid, const GByteArray *payload, gboolean wants_all)
{
  g_autoptr (GByteArray) region = make_region (guid, payload);
  g_autoptr (GBytes) bytes = g_bytes_new (region->data, region->len);
  g_autoptr (GPtrArray) events = tm_cper_parse (bytes, NULL);

  g_assert_cmpuint (events->len, ==, 1);
  return wants_all ? tm_cper_report_to_json (g_ptr_array_index (events, 0))
                   : tm_cper_report_to_payload (g_ptr_array_index (events, 0));
}

static void
assert_count (const char *guid,
              const GByteArray *payload,
              const char *name,
              gboolean wants_all,
              guint n_expected)
{
  g_autoptr (JsonNode) json = decode (guid, payload, wants_all);
  JsonNode *list = find (json, name);

  g_assert_nonnull (list);
  g_assert_cmpuint (json_array_get_length (json_node_get_array (list)), ==, n_expected);
}

/* 16 elements of n in a record, 256 where all is wanted. */
static void
assert_list (const char *guid, const GByteArray *payload, const char *name, guint n)
{
  assert_count (guid, payload, name, FALSE, MIN (n, 16));
  assert_count (guid, payload, name, TRUE, MIN (n, 256));
}

/* A region has at most 1 MiB. */
static void
test_region (void)
{
  g_autoptr (GByteArray) nothing = g_byte_array_new ();
  g_autoptr (GByteArray) region = make_region (SAMPLE_MEMORY, nothing);
  g_autoptr (GPtrArray) events = NULL;

  sample_set (region, 1 * MIB - 1, 1, 0);
  events = parse (region);
  g_assert_cmpuint (events->len, ==, 1);
  sample_set (region, 1 * MIB, 1, 0);
  g_assert_null (parse (region));
}

/* 16 errors of a region are told, and 16 sections of an error; the others are counted. */
static void
test_events (void)
{
  for (guint n = 15; n <= 17; n++)
    {
      g_autoptr (GByteArray) nothing = g_byte_array_new ();
      g_autoptr (GByteArray) region = g_byte_array_new ();
      g_autoptr (GByteArray) block = sample_block (TM_CPER_SEVERITY_CORRECTED);
      g_autoptr (GPtrArray) events = NULL;
      const TmCperEvent *event;

      for (guint i = 0; i < n; i++)
        sample_add (block, SAMPLE_MEMORY, TM_CPER_SEVERITY_CORRECTED, nothing);
      for (guint i = 0; i < n; i++)
        g_byte_array_append (region, block->data, block->len);
      events = parse (region);
      g_assert_cmpuint (events->len, ==, MIN (n, 16));
      event = g_ptr_array_index (events, 0);
      g_assert_cmpuint (event->sections->len, ==, MIN (n, 16));
      g_assert_cmpuint (event->n_omitted, ==, n - MIN (n, 16));
    }
}

/* So it is with the sections of a record. */
static void
test_record (void)
{
  for (guint n = 16; n <= 17; n++)
    {
      g_autoptr (GByteArray) record = g_byte_array_new ();
      g_autoptr (GPtrArray) events = NULL;
      const TmCperEvent *event;

      g_byte_array_append (record, (const guint8 *) "CPER", 4);
      sample_set (record, 6, 4, G_MAXUINT32);
      sample_set (record, 10, 2, n);
      sample_set (record, 20, 4, 128 + 72 * n);
      sample_set (record, 128 + 72 * n - 1, 1, 0);
      events = parse (record);
      g_assert_cmpuint (events->len, ==, 1);
      event = g_ptr_array_index (events, 0);
      g_assert_cmpuint (event->sections->len, ==, 16);
      g_assert_cmpuint (event->n_omitted, ==, n - 16);
    }
}

/* Of what nobody knows 64 bytes are told. */
static void
test_stranger (void)
{
  for (guint n = 63; n <= 65; n++)
    {
      g_autoptr (GByteArray) payload = g_byte_array_new ();
      g_autoptr (JsonNode) json = NULL;

      sample_set (payload, n - 1, 1, 0);
      json = decode (SAMPLE_STRANGER, payload, TRUE);
      g_assert_cmpuint (strlen (json_node_get_string (find (json, "data"))), ==, 2 * MIN (n, 64));
      g_assert_cmpint (json_node_get_int (find (json, "length")), ==, n);
    }
}

static void
test_lists (void)
{
  static const guint numbers[] = { 15, 16, 17, 255, 256, 257 };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (GByteArray) arm = g_byte_array_new ();
      g_autoptr (GByteArray) pci = g_byte_array_new ();
      guint n = numbers[i];

      sample_set (arm, 4, 2, n);
      sample_set (arm, 6, 2, n);
      sample_set (arm, 8, 4, 40 + n * 32 + n * 16);
      sample_set (arm, 40 + n * 32 + n * 16 - 1, 1, 0);
      assert_list (SAMPLE_ARM, arm, "error_info", n);
      assert_list (SAMPLE_ARM, arm, "context_info", n);

      sample_set (pci, 0, 8, 1 << 4);
      sample_set (pci, 32, 4, n);
      sample_set (pci, 40 + n * 16 - 1, 1, 0);
      /* never in a record */
      assert_count (SAMPLE_PCI_DEVICE, pci, "register_data_pairs", TRUE, MIN (n, 256));
    }

  for (guint n = 15; n <= 17; n++)
    {
      g_autoptr (GByteArray) x86 = g_byte_array_new ();

      sample_set (x86, 0, 8, n << 2 | n << 8);
      sample_set (x86, 64 + n * 64 + n * 16 - 1, 1, 0);
      assert_list (SAMPLE_X86, x86, "processor_error_info", n);
      assert_list (SAMPLE_X86, x86, "processor_context_info", n);
    }
}

static void
feed (TmCperText *text, const char *line)
{
  tm_cper_text_feed (text, line, strlen (line));
}

static TmCperText *
begin (void)
{
  TmCperText *text = tm_cper_text_new ();

  feed (text, BEGIN);
  return text;
}

/* A block that has a section of which the kernel prints n_bytes. */
static void
feed_raw (TmCperText *text, gsize n_bytes)
{
  g_autofree char *length = g_strdup_printf (H "section length: 0x%zx", n_bytes);

  feed (text, BLOCK);
  feed (text, ENTRY);
  feed (text, H "section type: unknown, 00112233-4455-6677-8899-aabbccddeeff");
  feed (text, length);
}

/* A line has at most 1024 bytes. */
static void
test_line (void)
{
  for (gsize n = 1024; n <= 1025; n++)
    {
      g_autofree char *line = g_strdup_printf ("%-*s", (int) n, BEGIN);
      g_autoptr (TmCperText) text = tm_cper_text_new ();
      g_autoptr (GBytes) region = NULL;

      g_assert_cmpuint (strlen (line), ==, n);
      feed (text, line);
      feed_raw (text, 8);
      region = tm_cper_text_finish (text);
      g_assert_cmpint (region != NULL, ==, n == 1024);
    }
}

/* With the 256th line of others in a row nothing more is expected. */
static void
test_foreign (void)
{
  g_autoptr (TmCperText) text = begin ();

  for (guint i = 0; i < 255; i++)
    g_assert_true (tm_cper_text_feed (text, "usb", 3));
  g_assert_true (tm_cper_text_feed (text, BLOCK, strlen (BLOCK)));
  for (guint i = 0; i < 255; i++)
    g_assert_true (tm_cper_text_feed (text, "usb", 3));
  g_assert_false (tm_cper_text_feed (text, "usb", 3));
}

/* One line may say that up to 65536 errors are not printed. */
static void
test_skipped (void)
{
  for (guint n = 65535; n <= 65537; n++)
    {
      g_autoptr (TmCperText) text = begin ();
      g_autofree char *line =
          g_strdup_printf ("BERT: [Hardware Error]: Skipped %u error records", n);

      feed (text, line);
      g_assert_cmpuint (tm_cper_text_get_skipped (text), ==, MIN (n, 65536));
    }
}

/* Of a section that is printed as bytes, and of a list of registers, 1024 bytes are read. */
static void
test_dump (void)
{
  for (gsize n = 1023; n <= 1025; n++)
    {
      g_autoptr (TmCperText) raw = begin ();
      g_autoptr (TmCperText) registers = begin ();
      g_autoptr (GBytes) raw_region = NULL;
      g_autoptr (GBytes) region = NULL;
      g_autofree char *size = g_strdup_printf (H " Register Array Size: 0x%04zx", n);

      feed_raw (raw, n);
      raw_region = tm_cper_text_finish (raw);
      g_assert_cmpuint (g_bytes_get_size (raw_region), ==,
                        BLOCK_BYTES + ENTRY_BYTES + MIN (n, 1024));

      feed (registers, BLOCK);
      feed (registers, ENTRY);
      feed (registers, H "section_type: IA32/X64 processor error");
      feed (registers, H "Context Information Structure 0:");
      feed (registers, size);
      feed (registers, H " Register Array:");
      region = tm_cper_text_finish (registers);
      g_assert_cmpuint (g_bytes_get_size (region), ==, BLOCK_BYTES + ENTRY_BYTES + 64 + 16 + 1024);
    }
}

/* 16 parts of a section are read. */
static void
test_parts (void)
{
  for (guint n = 15; n <= 17; n++)
    {
      g_autoptr (TmCperText) text = begin ();
      g_autoptr (GBytes) region = NULL;
      const guint8 *data;

      feed (text, BLOCK);
      feed (text, ENTRY);
      feed (text, H "section_type: IA32/X64 processor error");
      for (guint i = 0; i < n; i++)
        feed (text, H "Error Information Structure 0:");
      region = tm_cper_text_finish (text);
      data = g_bytes_get_data (region, NULL);
      g_assert_cmpuint (data[BLOCK_BYTES + ENTRY_BYTES] >> 2, ==, MIN (n, 16));
    }
}

/* A region that has 64 KiB takes no further error; it is counted. */
static void
test_whole (void)
{
  const gsize n_each = BLOCK_BYTES + ENTRY_BYTES + 1024;

  for (gsize less = 0; less <= 1; less++)
    {
      g_autoptr (TmCperText) text = begin ();

      for (guint i = 0; i < 65536 / n_each; i++)
        feed_raw (text, 1024);
      feed_raw (text, 65536 % n_each - BLOCK_BYTES - ENTRY_BYTES - less);
      g_assert_cmpuint (tm_cper_text_get_skipped (text), ==, 0);
      feed (text, BLOCK);
      g_assert_cmpuint (tm_cper_text_get_skipped (text), ==, 1 - less);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cper-limits/region", test_region);
  g_test_add_func ("/cper-limits/events", test_events);
  g_test_add_func ("/cper-limits/record", test_record);
  g_test_add_func ("/cper-limits/stranger", test_stranger);
  g_test_add_func ("/cper-limits/lists", test_lists);
  g_test_add_func ("/cper-limits/line", test_line);
  g_test_add_func ("/cper-limits/foreign", test_foreign);
  g_test_add_func ("/cper-limits/skipped", test_skipped);
  g_test_add_func ("/cper-limits/dump", test_dump);
  g_test_add_func ("/cper-limits/parts", test_parts);
  g_test_add_func ("/cper-limits/whole", test_whole);
  return g_test_run ();
}
