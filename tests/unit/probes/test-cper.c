/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proves what is read out of regions and records, that only what is valid is told, that nothing in
 * a record identifies a machine, and that no length in the bytes is believed.
 */
#include <string.h>

#include "cper-sample.h"
#include "tm-cper-place.h"
#include "tm-cper-report.h"

#define PLANTED_ADDRESS G_GUINT64_CONSTANT (0x5e51a15e51a15e51)
#define PLANTED_TEXT "5e51a1"

static GPtrArray *
parse (const GByteArray *data, GBytes **out_bytes)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *events;

  *out_bytes = g_bytes_new (data->data, data->len);
  events = tm_cper_parse (*out_bytes, &error);
  g_assert_no_error (error);
  return events;
}

/* The payload of the only event, as text. */
static char *
report (const GByteArray *data)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GPtrArray) events = parse (data, &bytes);
  g_autoptr (JsonNode) payload = NULL;

  g_assert_cmpuint (events->len, ==, 1);
  payload = tm_cper_report_to_payload (g_ptr_array_index (events, 0));
  return json_to_string (payload, FALSE);
}

static GByteArray *
make_memory (guint64 valid)
{
  GByteArray *payload = g_byte_array_new ();

  sample_set (payload, 0, 8, valid);
  sample_set (payload, 8, 8, 0x400);
  sample_set (payload, 16, 8, PLANTED_ADDRESS);
  sample_set (payload, 32, 2, 1);
  sample_set (payload, 34, 2, 2);
  sample_set (payload, 36, 2, 3);
  sample_set (payload, 42, 2, 4711);
  sample_set (payload, 72, 1, 3);
  sample_set (payload, 79, 1, 0);
  return payload;
}

static GByteArray *
make_memory_block (guint64 valid)
{
  g_autoptr (GByteArray) payload = make_memory (valid);
  GByteArray *block = sample_block (TM_CPER_SEVERITY_FATAL);

  sample_add (block, SAMPLE_MEMORY, TM_CPER_SEVERITY_FATAL, payload);
  return block;
}

static void
test_only_valid_fields (void)
{
  g_autoptr (GByteArray) all = make_memory_block (0x413b);
  g_autoptr (GByteArray) some = make_memory_block (0x4020);
  g_autofree char *full = report (all);
  g_autofree char *partial = report (some);

  sample_assert_has (full, "\"title\":\"memory error: Multi-bit ECC in node 1, card 2, module 3\"");
  sample_assert_has (full, "\"row\":4711");
  sample_assert_has (full, "\"fru_text\":\"DIMM_A1\"");
  sample_assert_has (full, "\"timestamp\":\"2026-02-24T12:30:07+00:00\"");
  sample_assert_has (full, "\"name\":\"Fatal\"");
  sample_assert_has (partial, "\"title\":\"memory error: Multi-bit ECC in module 3\"");
  sample_assert_lacks (partial, "\"row\"");
  sample_assert_lacks (partial, "\"card\"");
  sample_assert_lacks (partial, "\"error_status\"");
}

static void
test_nothing_identifies (void)
{
  g_autoptr (GByteArray) block = make_memory_block (G_MAXUINT64);
  g_autofree char *payload = report (block);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GPtrArray) events = parse (block, &bytes);
  g_autoptr (JsonNode) all = tm_cper_report_to_json (g_ptr_array_index (events, 0));
  g_autofree char *shown = json_to_string (all, FALSE);

  sample_assert_lacks (payload, PLANTED_TEXT);
  sample_assert_has (shown, "\"physical_address\":\"0x5e51a15e51a15e51\"");
  sample_assert_has (shown, "\"fru_id\":\"51a15e51");
}

/* A serial number in a place's name goes, at both sides of the limits; names of slots stay. */
static void
test_places (void)
{
  static const struct
  {
    const char *text;
    const char *clean;
  } vectors[] = {
    { "DIMM_A1", NULL },
    { "CPU_SrcID#0_MC#0_Chan#1_DIMM#0", NULL },
    { "P0 CHANNEL A", NULL },
    { "mc#0csrow#12channel#1", NULL },
    { "SOCKET0CHANNEL10DIMM1", NULL },
    { "Card02, ChnF, DIMM0", NULL },
    { "P0_Node0_Channel7_Dimm1", NULL },
    { "Serial Port B", NULL },
    { "", NULL },
    { "DIMM_A1 12345", NULL },
    { "DIMM_A1 123456", "DIMM_A1 [serial]" },
    { "A1/S4B1C2D3E5F6Z", "A1/[serial]" },
    { "DIMM 7FEEDBA", NULL },
    { "DIMM FEEDBAC7", "DIMM [serial]" },
    { "DEADFACE", NULL },
    { "A1 S/N: XK7B", "A1 S/N: [serial]" },
    { "sn=XK7B,A1", "sn=[serial],A1" },
    { "Serial Number XK7B A1", "Serial Number [serial] A1" },
    { "[serial] A1", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      const char *wanted = vectors[i].clean != NULL ? vectors[i].clean : vectors[i].text;
      g_autofree char *clean = tm_cper_place_clean (vectors[i].text);
      g_autofree char *again = tm_cper_place_clean (clean);

      g_assert_cmpstr (clean, ==, wanted);
      g_assert_cmpstr (again, ==, wanted);
    }
}

/* --decode shows it, a record and its text don't. */
static void
test_serial_in_place (void)
{
  g_autoptr (GByteArray) block = make_memory_block (0x4020);
  g_autofree char *payload = NULL;
  g_autofree char *shown = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (JsonNode) all = NULL;

  memcpy (block->data + 20 + 44, "A1 SN 39F0815A", 14);
  payload = report (block);
  events = parse (block, &bytes);
  all = tm_cper_report_to_json (g_ptr_array_index (events, 0));
  shown = json_to_string (all, FALSE);
  sample_assert_lacks (payload, "0815");
  sample_assert_has (payload, "\"fru_text\":\"A1 SN [serial]\"");
  sample_assert_has (payload, "(A1 SN [serial])");
  sample_assert_has (shown, "\"fru_text\":\"A1 SN 39F0815A\"");
}

static char *
get_hash (const GByteArray *block)
{
  g_autofree char *payload = report (block);
  const char *at = strstr (payload, "\"hash\":\"");

  g_assert_nonnull (at);
  return g_strndup (at + strlen ("\"hash\":\""), 32);
}

static void
test_signature_is_of_the_place (void)
{
  g_autoptr (GByteArray) first = make_memory_block (0x403a);
  g_autoptr (GByteArray) second = make_memory_block (0x413a);
  g_autoptr (GByteArray) elsewhere = make_memory_block (0x403a);
  g_autofree char *first_hash = get_hash (first);
  g_autofree char *second_hash = get_hash (second);
  g_autofree char *other_hash = NULL;

  sample_set (second, 20 + 72 + 16, 8, 0x1000);
  sample_set (elsewhere, 20 + 72 + 36, 2, 5);
  other_hash = get_hash (elsewhere);
  g_assert_cmpstr (first_hash, ==, second_hash);
  g_assert_cmpstr (first_hash, !=, other_hash);
}

static void
test_pcie (void)
{
  g_autoptr (GByteArray) block = sample_block (TM_CPER_SEVERITY_RECOVERABLE);
  g_autoptr (GByteArray) payload = g_byte_array_new ();
  g_autofree char *text = NULL;

  sample_set (payload, 0, 8, 0x99);
  sample_set (payload, 8, 4, 4);
  sample_set (payload, 24, 2, 0x8086);
  sample_set (payload, 26, 2, 0xa12f);
  sample_set (payload, 40, 8, PLANTED_ADDRESS);
  sample_set (payload, 116, 4, 1u << 14 | 1u << 15);
  sample_set (payload, 120, 4, 1u << 14);
  sample_set (payload, 207, 1, 0);
  sample_add (block, SAMPLE_PCIE, TM_CPER_SEVERITY_RECOVERABLE, payload);
  text = report (block);

  sample_assert_has (text, "\"title\":\"pcie error: completer_abort in Root Port, 8086:a12f\"");
  sample_assert_has (text,
                     "\"uncorrectable_error_status\":[\"completion_timeout\",\"completer_abort\"]");
  sample_assert_lacks (text, "capability_structure");
  sample_assert_lacks (text, PLANTED_TEXT);
}

static GByteArray *
make_x86 (void)
{
  GByteArray *payload = g_byte_array_new ();

  sample_set (payload, 0, 8, 1 | 1 << 2 | 1 << 8);
  sample_set (payload, 8, 8, 6);
  sample_set (payload, 64, 4, 0xa55701f5);
  sample_set (payload, 68, 2, 0xe3ef);
  sample_set (payload, 70, 2, 0x43de);
  sample_set (payload, 72, 8, G_GUINT64_CONSTANT (0x2cad3f579b2472ac));
  sample_set (payload, 80, 8, 1 | 2 | 16);
  sample_set (payload, 88, 8, 0xff | 1u << 16 | 3u << 18 | 2u << 22 | 1u << 26);
  sample_set (payload, 96, 8, PLANTED_ADDRESS);
  sample_set (payload, 120, 8, PLANTED_ADDRESS);
  sample_set (payload, 128, 2, 1);
  sample_set (payload, 130, 2, 32);
  sample_set (payload, 132, 4, 0xc0002050);
  sample_set (payload, 152, 8, G_GUINT64_CONSTANT (0xbaa0000000000115));
  sample_set (payload, 160, 8, PLANTED_ADDRESS);
  sample_set (payload, 168, 8, PLANTED_ADDRESS);
  return payload;
}

static void
test_x86 (void)
{
  g_autoptr (GByteArray) block = sample_block (TM_CPER_SEVERITY_FATAL);
  g_autoptr (GByteArray) payload = make_x86 ();
  g_autofree char *text = NULL;

  sample_add (block, SAMPLE_X86, TM_CPER_SEVERITY_FATAL, payload);
  text = report (block);
  sample_assert_has (text, "\"title\":\"processor error: Cache Error in level 2, bank 5\"");
  sample_assert_has (text, "\"operation\":{\"value\":3,\"name\":\"Data Read\"}");
  sample_assert_has (text, "\"uncorrected\":true");
  sample_assert_has (text, "\"status\":\"0xbaa0000000000115\"");
  sample_assert_has (text, "\"local_apic_id\":\"0x6\"");
  sample_assert_lacks (text, PLANTED_TEXT);
}

static void
test_pci_device (void)
{
  g_autoptr (GByteArray) block = sample_block (TM_CPER_SEVERITY_CORRECTED);
  g_autoptr (GByteArray) payload = g_byte_array_new ();
  g_autofree char *text = NULL;

  sample_set (payload, 0, 8, 0x1f);
  sample_set (payload, 8, 8, 0x1600);
  sample_set (payload, 16, 2, 0x8086);
  sample_set (payload, 18, 2, 0x1533);
  sample_set (payload, 25, 1, 9);
  sample_set (payload, 32, 4, 0xffffffff);
  sample_set (payload, 36, 4, 0xffffffff);
  sample_set (payload, 40, 8, PLANTED_ADDRESS);
  sample_set (payload, 48, 8, PLANTED_ADDRESS);
  sample_add (block, SAMPLE_PCI_DEVICE, TM_CPER_SEVERITY_CORRECTED, payload);
  text = report (block);
  sample_assert_has (text, "\"title\":\"pci-device error: ERR_PARITY in 8086:1533\"");
  sample_assert_has (text, "\"bus_number\":9");
  sample_assert_lacks (text, PLANTED_TEXT);
}

static void
test_memory2_and_iommu (void)
{
  g_autoptr (GByteArray) block = sample_block (TM_CPER_SEVERITY_CORRECTED);
  g_autoptr (GByteArray) memory = g_byte_array_new ();
  g_autoptr (GByteArray) iommu = g_byte_array_new ();
  g_autofree char *text = NULL;

  sample_set (memory, 0, 8, 0x6120);
  sample_set (memory, 36, 2, 7);
  sample_set (memory, 44, 4, 70000);
  sample_set (memory, 61, 1, 2);
  sample_set (memory, 62, 1, 1);
  sample_set (memory, 95, 1, 0);
  sample_set (iommu, 32, 8, G_GUINT64_CONSTANT (0x2000000000000123));
  sample_set (iommu, 40, 8, PLANTED_ADDRESS);
  sample_set (iommu, 136, 8, PLANTED_ADDRESS);
  sample_add (block, SAMPLE_MEMORY2, TM_CPER_SEVERITY_CORRECTED, memory);
  sample_add (block, SAMPLE_IOMMU, TM_CPER_SEVERITY_CORRECTED, iommu);
  text = report (block);
  sample_assert_has (text, "\"title\":\"memory error: Single-bit ECC in module 7\"");
  sample_assert_has (text, "\"row\":70000");
  sample_assert_has (text, "\"status\":{\"value\":1,\"name\":\"Uncorrected\"}");
  sample_assert_has (text, "\"event\":{\"value\":2,\"name\":\"I/O Page Fault\"}");
  sample_assert_lacks (text, PLANTED_TEXT);
}

static void
test_stranger (void)
{
  g_autoptr (GByteArray) block = sample_block (TM_CPER_SEVERITY_INFORMATIONAL);
  g_autoptr (GByteArray) payload = g_byte_array_new ();
  g_autofree char *text = NULL;

  sample_set (payload, 99, 1, 0xee);
  sample_add (block, SAMPLE_STRANGER, TM_CPER_SEVERITY_INFORMATIONAL, payload);
  text = report (block);
  sample_assert_has (text, "\"guid\":\"00112233-4455-6677-8899-aabbccddeeff\"");
  sample_assert_has (text, "\"raw\":{\"length\":100,\"data\":\"00000000");
  sample_assert_has (text, "\"sha256\":\"");
  sample_assert_lacks (text, "ee\",\"sha256");
}

static void
test_nothing_happened (void)
{
  g_autoptr (GByteArray) zeros = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GPtrArray) events = NULL;

  sample_set (zeros, 4095, 1, 0);
  events = parse (zeros, &bytes);
  g_assert_cmpuint (events->len, ==, 0);
}

/* As a kernel leaves the region that has printed it. */
static void
test_printed_before (void)
{
  g_autoptr (GByteArray) region = make_memory_block (0x4020);
  g_autoptr (GByteArray) next = make_memory_block (0x4000);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GPtrArray) events = NULL;

  sample_set (region, 0, 4, 0);
  sample_set (next, 0, 4, 0);
  g_byte_array_append (region, next->data, next->len);
  sample_set (region, 4095, 1, 0);
  events = parse (region, &bytes);
  g_assert_cmpuint (events->len, ==, 2);
}

static void
test_severity (void)
{
  g_autoptr (GByteArray) corrected = sample_block (TM_CPER_SEVERITY_CORRECTED);
  g_autoptr (GByteArray) fatal = make_memory_block (0x4000);
  g_autoptr (GByteArray) memory = make_memory (0x4000);
  g_autoptr (GByteArray) region = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GPtrArray) events = NULL;

  sample_add (corrected, SAMPLE_MEMORY, TM_CPER_SEVERITY_CORRECTED, memory);
  g_byte_array_append (region, corrected->data, corrected->len);
  g_byte_array_append (region, fatal->data, fatal->len);
  events = parse (region, &bytes);
  g_assert_cmpuint (events->len, ==, 2);
  g_assert_cmpuint (tm_cper_report_get_severity (g_ptr_array_index (events, 0)), ==, 3);
  g_assert_cmpuint (tm_cper_report_get_severity (g_ptr_array_index (events, 1)), ==, 4);
}

/* The next block stands behind the raw data, whatever the first one counts. */
static void
test_raw_data_and_counts (void)
{
  g_autoptr (GByteArray) region = make_memory_block (0x4020);
  g_autoptr (GByteArray) next = make_memory_block (0x4000);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GPtrArray) events = NULL;
  const TmCperEvent *event;

  sample_set (region, 0, 4, 1 | 0x3ff << 4);
  sample_set (region, 4, 4, region->len + 8);
  sample_set (region, 8, 4, 16);
  sample_set (region, region->len + 23, 1, 0xaa);
  g_byte_array_append (region, next->data, next->len);
  events = parse (region, &bytes);
  g_assert_cmpuint (events->len, ==, 2);
  event = g_ptr_array_index (events, 0);
  g_assert_cmpuint (event->sections->len, ==, 1);
}

/* Every cut of a good region, and every length in it too great by far: no read beyond the end,
 * which a sanitizer or a guard of the allocator would tell, and nothing that was not there. */
static void
test_lengths_are_not_believed (void)
{
  static const gsize lengths[] = { 4, 8, 12, 20 + 24 };
  g_autoptr (GByteArray) block = make_memory_block (G_MAXUINT64);

  for (guint n_bytes = 0; n_bytes < block->len; n_bytes++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (block->data, n_bytes);
      g_autoptr (GPtrArray) events = tm_cper_parse (bytes, NULL);

      for (guint i = 0; events != NULL && i < events->len; i++)
        json_node_unref (tm_cper_report_to_json (g_ptr_array_index (events, i)));
    }

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (GByteArray) liar = make_memory_block (0x4020);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GPtrArray) events = NULL;

      sample_set (liar, lengths[i], 4, G_MAXUINT32);
      bytes = g_bytes_new (liar->data, liar->len);
      events = tm_cper_parse (bytes, NULL);
      for (guint j = 0; events != NULL && j < events->len; j++)
        json_node_unref (tm_cper_report_to_json (g_ptr_array_index (events, j)));
    }
}

/* Whichever length it is that promises more than there is, the record says that it is cut off. */
static void
test_cut_off (void)
{
  static const gsize lengths[] = { 12, 20 + 24 };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (GByteArray) block = make_memory_block (0x4020);
      g_autofree char *whole = report (block);
      g_autofree char *cut = NULL;

      sample_set (block, lengths[i], 4, 4096);
      cut = report (block);
      sample_assert_lacks (whole, "\"truncated\":true");
      sample_assert_lacks (whole, "cut off");
      sample_assert_has (cut, "],\"sections_omitted\":0,\"truncated\":true");
      sample_assert_has (cut, "It is cut off.");
    }
}

/* A full region of the smallest entries: bounded, and what is left out is counted. */
static void
test_limits (void)
{
  g_autoptr (GByteArray) nothing = g_byte_array_new ();
  g_autoptr (GByteArray) region = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GPtrArray) events = NULL;
  const TmCperEvent *event;

  while (region->len < 100000)
    {
      g_autoptr (GByteArray) block = sample_block (TM_CPER_SEVERITY_CORRECTED);

      for (guint i = 0; i < 20; i++)
        sample_add (block, SAMPLE_MEMORY, TM_CPER_SEVERITY_CORRECTED, nothing);
      g_byte_array_append (region, block->data, block->len);
    }

  events = parse (region, &bytes);
  g_assert_cmpuint (events->len, ==, TM_CPER_MAX_EVENTS);
  event = g_ptr_array_index (events, 0);
  g_assert_cmpuint (event->n_events, ==, region->len / (20 + 20 * 72));
  g_assert_cmpuint (event->sections->len, ==, TM_CPER_MAX_SECTIONS);
  g_assert_cmpuint (event->n_omitted, ==, 4);
}

static void
test_refused (void)
{
  g_autoptr (GByteArray) big = g_byte_array_new ();
  static const char *const inputs[] = { "", "BERT0000000000000000000000", "plain text, no region" };

  for (gsize i = 0; i < G_N_ELEMENTS (inputs); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (inputs[i], strlen (inputs[i]));
      g_autoptr (GError) error = NULL;

      g_assert_null (tm_cper_parse (bytes, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    }

  sample_set (big, TM_CPER_MAX_BYTES, 1, 0);
  {
    g_autoptr (GBytes) bytes = g_bytes_new (big->data, big->len);
    g_autoptr (GError) error = NULL;

    g_assert_null (tm_cper_parse (bytes, &error));
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  }
}

/* A record says that it ends within its own head. */
static void
test_short_record (void)
{
  g_autoptr (GByteArray) record = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  g_byte_array_append (record, (const guint8 *) "CPER", 4);
  sample_set (record, 6, 4, G_MAXUINT32);
  sample_set (record, 20, 4, 64);
  sample_set (record, 199, 1, 0);
  bytes = g_bytes_new (record->data, record->len);
  g_assert_null (tm_cper_parse (bytes, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

static void
test_hexadecimal (void)
{
  g_autoptr (GBytes) text = g_bytes_new_static ("4350\n45 52\n", 11);
  g_autoptr (GBytes) odd = g_bytes_new_static ("435", 3);
  g_autoptr (GBytes) bytes = tm_cper_unhex (text);
  g_autoptr (GBytes) same = tm_cper_unhex (odd);

  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "CPER", 4);
  g_assert_true (g_bytes_equal (same, odd));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cper/printed-before", test_printed_before);
  g_test_add_func ("/cper/only-valid-fields", test_only_valid_fields);
  g_test_add_func ("/cper/nothing-identifies", test_nothing_identifies);
  g_test_add_func ("/cper/places", test_places);
  g_test_add_func ("/cper/serial-in-place", test_serial_in_place);
  g_test_add_func ("/cper/signature-is-of-the-place", test_signature_is_of_the_place);
  g_test_add_func ("/cper/pcie", test_pcie);
  g_test_add_func ("/cper/x86", test_x86);
  g_test_add_func ("/cper/pci-device", test_pci_device);
  g_test_add_func ("/cper/memory2-and-iommu", test_memory2_and_iommu);
  g_test_add_func ("/cper/stranger", test_stranger);
  g_test_add_func ("/cper/nothing-happened", test_nothing_happened);
  g_test_add_func ("/cper/severity", test_severity);
  g_test_add_func ("/cper/raw-data-and-counts", test_raw_data_and_counts);
  g_test_add_func ("/cper/lengths-are-not-believed", test_lengths_are_not_believed);
  g_test_add_func ("/cper/cut-off", test_cut_off);
  g_test_add_func ("/cper/limits", test_limits);
  g_test_add_func ("/cper/refused", test_refused);
  g_test_add_func ("/cper/short-record", test_short_record);
  g_test_add_func ("/cper/hexadecimal", test_hexadecimal);
  return g_test_run ();
}
