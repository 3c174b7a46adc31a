/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proves for each kind of section what its bytes are called: every check of a processor, every
 * register context, every kind of event, each at both sides of its validation bits.
 */
#include "cper-sample.h"
#include "tm-cper-report.h"

#define GUID_X86 "dc3ea0b0-a144-4797-b95b-53fa242b6e1d"
#define GUID_ARM "e19e3d16-bc11-11e4-9caa-c2051d5d46b0"
#define GUID_GENERIC "9876ccad-47b4-4bdb-b65e-16f193c4f3db"
#define GUID_MEMORY "a5bc1114-6f64-4ede-b863-3e83ed7c83b1"
#define GUID_PCIE "d995e954-bbc1-430f-ad91-b44dcb3c6f35"
#define GUID_PCI_BUS "c5753963-3b84-4095-bf78-eddad3f9c9dd"
#define GUID_DMAR "5b51fef7-c79d-4434-8f1b-aa62de3e2c64"
#define GUID_CXL_MEDIA "fbcd0a77-c260-417f-85a9-088b1621eba6"
#define GUID_CXL_DRAM "601dcbb3-9c06-4eab-b8af-4e9bfb5c9624"
#define GUID_CXL_MODULE "fe927475-dd59-4339-a586-79bab113b774"
#define GUID_NVIDIA "6d5244f2-2712-11ec-bea7-cb3fdb95c786"
#define NO_BIT 64 /* always valid */
#define PLANTED G_GUINT64_CONSTANT (0x5e51a15e51a15e51)

static void
set_guid (GByteArray *bytes, gsize offset, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "-", -1);
  g_autofree char *tail = g_strconcat (parts[3], parts[4], NULL);

  sample_set (bytes, offset, 4, g_ascii_strtoull (parts[0], NULL, 16));
  sample_set (bytes, offset + 4, 2, g_ascii_strtoull (parts[1], NULL, 16));
  sample_set (bytes, offset + 6, 2, g_ascii_strtoull (parts[2], NULL, 16));
  sample_set (bytes, offset + 8, 8, GUINT64_SWAP_LE_BE (g_ascii_strtoull (tail, NULL, 16)));
}

/* A block of this one section. out_all: (nullable) (transfer full): what --decode shows. Returns:
 * the payload. */
static char *
read_section (const char *guid, const GByteArray *payload, char **out_all)
{
  g_autoptr (GByteArray) block = sample_block (TM_CPER_SEVERITY_FATAL);
  g_autoptr (GByteArray) guid_bytes = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (JsonNode) told = NULL;
  g_autoptr (JsonNode) all = NULL;

  set_guid (guid_bytes, 0, guid);
  sample_add (block, (const char *) guid_bytes->data, TM_CPER_SEVERITY_FATAL, payload);
  bytes = g_bytes_new (block->data, block->len);
  events = tm_cper_parse (bytes, NULL);
  g_assert_nonnull (events);
  g_assert_cmpuint (events->len, ==, 1);
  told = tm_cper_report_to_payload (g_ptr_array_index (events, 0));
  all = tm_cper_report_to_json (g_ptr_array_index (events, 0));
  if (out_all != NULL)
    *out_all = json_to_string (all, FALSE);
  return json_to_string (told, FALSE);
}

/* One check, its validation bits and bits. */
static GByteArray *
make_x86 (const char *check_guid, guint64 valid, guint64 bits)
{
  GByteArray *payload = g_byte_array_new ();

  sample_set (payload, 0, 8, 1 << 2);
  set_guid (payload, 64, check_guid);
  sample_set (payload, 80, 8, valid);
  sample_set (payload, 88, 8, bits);
  sample_set (payload, 127, 1, 0);
  return payload;
}

#define BUS_BITS                                                                                   \
  (2u << 16 | 1u << 18 | 3u << 22 | 1u << 30 | G_GUINT64_CONSTANT (1) << 32 |                      \
   G_GUINT64_CONSTANT (2) << 33)

static void
test_x86_checks (void)
{
  static const struct
  {
    const char *guid;
    guint64 valid;
    guint64 bits;
    const char *has[3];
    const char *lacks;
  } vectors[] = {
    { "a55701f5-e3ef-43de-ac72-249b573fad2c",
      1,
      0x82 | 8u << 18 | 1u << 29,
      { "\"operation\":{\"value\":8,\"name\":\"Snoop\"}", "\"overflow\":true",
        "\"title\":\"processor error: Cache Error\"" },
      "transaction_type" },
    { "fc06b535-5e1f-4562-9f25-0a3b9adb63c3",
      1,
      0x5 | 1u << 16 | 2u << 22,
      { "\"transaction_type\":{\"value\":1,\"name\":\"Data Access\"}",
        "\"title\":\"processor error: TLB Error in level 2\"" },
      "\"operation\"" },
    { "1cf3f8b3-c5b1-49a2-aa59-5eef92ffa63f",
      1,
      0x707 | BUS_BITS,
      { "\"participation_type\":{\"value\":1,\"name\":\"Local Processor Responded to Request\"}",
        "\"timed_out\":true", "\"address_space\":{\"value\":2,\"name\":\"I/O\"}" },
      "uncorrected" },
    { "48ab7f57-dc34-4f6c-a7d3-b0b5b0a74314",
      1,
      0x5 | 3u << 16 | 1u << 19 | 1u << 20,
      { "\"error_type\":{\"value\":3,\"name\":\"External Error\"}", "\"uncorrected\":true",
        "Micro-Architectural Error" },
      "processor_context_corrupt" },
    /* The kind is known where the check is not valid. */
    { "1cf3f8b3-c5b1-49a2-aa59-5eef92ffa63f",
      0,
      0x707 | BUS_BITS,
      { "\"title\":\"processor error: Bus Error\"" },
      "check_info" },
    { "00112233-4455-6677-8899-aabbccddeeff",
      1,
      0x1234,
      { "\"type\":{\"guid\":\"00112233-4455-6677-8899-aabbccddeeff\",\"name\":\"Unknown\"}",
        "\"check_info_raw\":\"0x1234\"" },
      "\"check_info\"" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autoptr (GByteArray) payload =
          make_x86 (vectors[i].guid, vectors[i].valid, vectors[i].bits);
      g_autofree char *text = read_section (GUID_X86, payload, NULL);

      g_test_message ("vector %" G_GSIZE_FORMAT, i);
      for (gsize k = 0; k < G_N_ELEMENTS (vectors[i].has) && vectors[i].has[k] != NULL; k++)
        sample_assert_has (text, vectors[i].has[k]);
      sample_assert_lacks (text, vectors[i].lacks);
    }
}

/* Three contexts of 92, 244 and 16 bytes. */
static GByteArray *
make_contexts (gboolean is_padded)
{
  GByteArray *payload = g_byte_array_new ();
  gsize second = 64 + 16 + 92 + (is_padded ? 4 : 0);
  gsize third = second + 16 + 244 + (is_padded ? 12 : 0);

  sample_set (payload, 0, 8, 3 << 8);
  sample_set (payload, 64, 2, 2);
  sample_set (payload, 66, 2, 92);
  sample_set (payload, 80 + 48, 4, 0x1234567);
  sample_set (payload, 80 + 90, 2, 0x77);
  sample_set (payload, second, 2, 3);
  sample_set (payload, second + 2, 2, 244);
  sample_set (payload, second + 16 + 152, 8, PLANTED);
  sample_set (payload, second + 16 + 242, 2, 0x88);
  sample_set (payload, third, 2, 1);
  sample_set (payload, third + 2, 2, 16);
  sample_set (payload, third + 4, 4, 0x414);
  sample_set (payload, third + 24, 8, 0xbe00);
  return payload;
}

/* Registers by their names, whether or not the firmware pads; none in a record but the status of a
 * bank. */
static void
test_x86_contexts (void)
{
  for (guint is_padded = 0; is_padded <= 1; is_padded++)
    {
      g_autoptr (GByteArray) payload = make_contexts (is_padded);
      g_autofree char *all = NULL;
      g_autofree char *text = read_section (GUID_X86, payload, &all);

      sample_assert_has (all, "\"eip\":19088743");
      sample_assert_has (all, "\"ldtr\":0,\"tr\":119");
      sample_assert_has (all, "\"rip\":\"0x5e51a15e51a15e51\"");
      sample_assert_has (all, "\"tr\":136");
      sample_assert_has (text, "\"bank\":5,\"status\":\"0xbe00\"");
      sample_assert_lacks (text, "register_array\"");
      sample_assert_lacks (text, "5e51a1");
    }
}

/* One error structure, and one context with a register of the system. */
static GByteArray *
make_arm (guint type, guint64 information, gboolean is_padded)
{
  GByteArray *payload = g_byte_array_new ();
  gsize context = 40 + 32;

  sample_set (payload, 4, 2, 1);
  sample_set (payload, 6, 2, 2);
  sample_set (payload, 41, 1, 32);
  sample_set (payload, 42, 2, 4 | 8 | 16);
  sample_set (payload, 44, 1, type);
  sample_set (payload, 48, 8, information);
  sample_set (payload, 56, 8, PLANTED);
  sample_set (payload, 64, 8, PLANTED);
  for (guint i = 0; i < 2; i++)
    {
      sample_set (payload, context + 2, 2, 8);
      sample_set (payload, context + 4, 4, 10);
      sample_set (payload, context + 8, 2, 5 | 4 << 3 | 3 << 7 | 2 << 11 | 1 << 14);
      sample_set (payload, context + 10, 8, 0xabc + i);
      context += is_padded ? 32 : 18;
    }
  if (is_padded)
    sample_set (payload, context - 1, 1, 0);
  sample_set (payload, 8, 4, payload->len);
  return payload;
}

static void
test_arm (void)
{
  static const struct
  {
    guint type;
    guint64 information;
    const char *has[3];
  } vectors[] = {
    { 1, 0x12 | 8u << 18 | 1u << 26, { "\"name\":\"Snooping\"", "\"corrected\":true" } },
    { 1, 0x2 | 10u << 18, { "\"name\":\"Management\"" } },
    { 2, 0x2 | 8u << 18, { "\"name\":\"External Management Operation\"" } },
    { 4,
      0xf82 | 7u << 18 | 2u << 29 | G_GUINT64_CONSTANT (3) << 32 | G_GUINT64_CONSTANT (5) << 34,
      { "\"operation\":{\"value\":7,\"name\":\"Unknown (Reserved)\"}",
        "\"address_space\":{\"value\":3,\"name\":\"Device Memory Access\"}",
        "\"memory_attributes\":5,\"access_mode\":{\"value\":0,\"name\":\"Secure\"}" } },
    { 8, 0x77, { "processor error: Micro-Architectural Error", "\"value\":\"0x77\"" } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (vectors); i++)
    for (guint is_padded = 0; is_padded <= 1; is_padded++)
      {
        g_autoptr (GByteArray) payload =
            make_arm (vectors[i].type, vectors[i].information, is_padded);
        g_autofree char *all = NULL;
        g_autofree char *text = read_section (GUID_ARM, payload, &all);

        for (gsize k = 0; k < G_N_ELEMENTS (vectors[i].has) && vectors[i].has[k] != NULL; k++)
          sample_assert_has (text, vectors[i].has[k]);
        sample_assert_has (
            all, "\"mrs_encoding\":{\"op2\":5,\"crm\":4,\"crn\":3,\"op1\":2,\"o0\":1},\"value\"");
        sample_assert_has (all, "\"value\":\"0xabd\"");
        sample_assert_lacks (text, "0xabd");
        sample_assert_lacks (text, "5e51a1");
      }
}

/* The names of a number in a section where nothing else is valid. */
static void
check_names (const char *guid,
             guint valid_bit,
             gsize offset,
             guint n_bytes,
             gsize section_bytes,
             const char *const *names)
{
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (GByteArray) payload = g_byte_array_new ();
      g_autofree char *wanted = g_strdup_printf ("{\"value\":%u,\"name\":\"%s\"}", i, names[i]);
      g_autofree char *text = NULL;

      sample_set (payload, section_bytes - 1, 1, 0);
      if (valid_bit != NO_BIT)
        sample_set (payload, 0, 8, G_GUINT64_CONSTANT (1) << valid_bit);
      sample_set (payload, offset, n_bytes, i);
      text = read_section (guid, payload, NULL);
      sample_assert_has (text, wanted);
    }
}

static void
test_names (void)
{
  static const char *const memory[] = { "Unknown",
                                        "No Error",
                                        "Single-bit ECC",
                                        "Multi-bit ECC",
                                        "Single-symbol ChipKill ECC",
                                        "Multi-symbol ChipKill ECC",
                                        "Master Abort",
                                        "Target Abort",
                                        "Parity Error",
                                        "Watchdog Timeout",
                                        "Invalid Address",
                                        "Mirror Broken",
                                        "Memory Sparing",
                                        "Scrub Corrected Error",
                                        "Scrub Uncorrected Error",
                                        "Physical Memory Map-out Event",
                                        "Unknown (Reserved)",
                                        NULL };
  static const char *const ports[] = { "PCI Express End Point",
                                       "Legacy PCI Express End Point Device",
                                       "Unknown (Reserved)",
                                       "Unknown (Reserved)",
                                       "Root Port",
                                       "Upstream Switch Port",
                                       "Downstream Switch Port",
                                       "PCI Express to PCI/PCI-X Bridge",
                                       "PCI/PCI-X Bridge to PCI Express Bridge",
                                       "Root Complex Integrated Endpoint Device",
                                       "Root Complex Event Collector",
                                       NULL };
  static const char *const buses[] = {
    "Unknown",     "Data Parity Error",        "System Error",         "Master Abort",
    "Bus Timeout", "Master Data Parity Error", "Address Parity Error", "Command Parity Error",
    NULL
  };
  static const char *const reasons[] = {
    "Unknown (Reserved)",
    "Domain Mapping Table Entry Not Present",
    "Invalid Domain Mapping Table Entry",
    "DMAr Unit's Attempt to Access Domain Mapping Table Failed",
    "Reserved Bit Non-Zero in Domain Mapping Table",
    "DMA Request Beyond Address Width",
    "Invalid Read/Write",
    "Invalid Interrupt Request",
    "DMAr Unit's Attempt to Access Address Translation Table Failed",
    "Reserved Bit Non-Zero in Address Translation Table",
    "Illegal Command",
    "DMAr Unit's Attempt to Access Command Buffer Failed",
    NULL
  };
  static const char *const isas[] = { "IA32", "IA64", "X64", "ARM A32/T32", "ARM A64", NULL };

  check_names (GUID_MEMORY, 14, 72, 1, 80, memory);
  check_names (GUID_PCIE, 0, 8, 4, 208, ports);
  check_names (GUID_PCI_BUS, 1, 16, 2, 72, buses);
  check_names (GUID_DMAR, NO_BIT, 4, 1, 32, reasons);
  check_names (GUID_GENERIC, 1, 9, 1, 192, isas);
}

/* Each bit alone, and the reserved ones none. */
static void
test_aer_bits (void)
{
  static const struct
  {
    gsize offset;
    guint bit;
    const char *name;
  } vectors[] = {
    { 128, 0, "receiver_error" },
    { 128, 6, "bad_tlp" },
    { 128, 7, "bad_dllp" },
    { 128, 8, "replay_num_rollover" },
    { 128, 12, "replay_timer_timeout" },
    { 128, 13, "advisory_non_fatal_error" },
    { 128, 14, "corrected_internal_error" },
    { 128, 15, "header_log_overflow" },
    { 116, 4, "data_link_protocol_error" },
    { 116, 5, "surprise_down_error" },
    { 116, 12, "poisoned_tlp_received" },
    { 116, 13, "flow_control_protocol_error" },
    { 116, 14, "completion_timeout" },
    { 116, 17, "receiver_overflow" },
    { 116, 18, "malformed_tlp" },
    { 116, 19, "ecrc_error" },
    { 116, 20, "unsupported_request_error" },
    { 116, 21, "acs_violation" },
    { 116, 22, "uncorrectable_internal_error" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autoptr (GByteArray) payload = g_byte_array_new ();
      g_autofree char *wanted = g_strdup_printf ("\"title\":\"pcie error: %s\"", vectors[i].name);
      g_autofree char *text = NULL;

      sample_set (payload, 0, 8, 1 << 7);
      sample_set (payload, vectors[i].offset, 4, 1u << vectors[i].bit);
      sample_set (payload, 207, 1, 0);
      text = read_section (GUID_PCIE, payload, NULL);
      sample_assert_has (text, wanted);
    }
}

static GByteArray *
make_cxl (guint valid)
{
  GByteArray *payload = g_byte_array_new ();

  sample_set (payload, 0, 4, 160);
  sample_set (payload, 4, 8, valid);
  sample_set (payload, 12, 2, 0x8086);
  sample_set (payload, 14, 2, 0x0d93);
  sample_set (payload, 18, 1, 0x3b);
  sample_set (payload, 21, 2, 4 << 3);
  sample_set (payload, 24, 8, PLANTED);
  sample_set (payload, 64, 8, PLANTED);
  sample_set (payload, 159, 1, 0);
  return payload;
}

static void
test_cxl_media (void)
{
  g_autoptr (GByteArray) payload = make_cxl (7);
  g_autofree char *all = NULL;
  g_autofree char *text = NULL;

  sample_set (payload, 72, 1, 3);
  sample_set (payload, 73, 1, 2);
  sample_set (payload, 74, 1, 1);
  sample_set (payload, 75, 2, 1 | 4 | 8);
  sample_set (payload, 77, 1, 6);
  sample_set (payload, 78, 1, 99);
  sample_set (payload, 79, 3, 0x123456);
  sample_set (payload, 82, 8, PLANTED);
  text = read_section (GUID_CXL_MEDIA, payload, &all);
  sample_assert_has (text, "\"title\":\"cxl error: Data Path Error in 8086:0d93\"");
  sample_assert_has (text, "\"bus_number\":59,\"segment_number\":0,\"slot_number\":4");
  sample_assert_has (text, "[\"uncorrectable_event\",\"threshold_event\"]");
  sample_assert_has (text, "\"transaction_type\":{\"value\":1,\"name\":\"Host Read\"}");
  sample_assert_has (text, "\"channel\":6,\"device\":1193046");
  sample_assert_lacks (text, "\"rank\"");
  sample_assert_lacks (text, "5e51a1");
  sample_assert_has (all, "\"device_serial\":\"0x5e51a15e51a15e51\"");
  sample_assert_has (all, "\"cxl_component_event_log\":{\"length\":128");
}

static void
test_cxl_others (void)
{
  g_autoptr (GByteArray) dram = make_cxl (5);
  g_autoptr (GByteArray) module = make_cxl (5);
  g_autoptr (GByteArray) nothing = make_cxl (0);
  g_autofree char *text = NULL;

  sample_set (dram, 73, 1, 1);
  sample_set (dram, 75, 2, 1 << 3 | 1 << 5);
  sample_set (dram, 82, 1, 2);
  sample_set (dram, 84, 3, 4711);
  text = read_section (GUID_CXL_DRAM, dram, NULL);
  sample_assert_has (text, "\"title\":\"cxl error: Scrub Media ECC Error in 8086:0d93\"");
  sample_assert_has (text, "\"bank_group\":2,\"row\":4711");
  sample_assert_lacks (text, "\"bank\"");
  g_free (text);

  sample_set (module, 64, 8, 3 | 90 << 24);
  text = read_section (GUID_CXL_MODULE, module, NULL);
  sample_assert_has (text, "\"title\":\"cxl error: Temperature Change in 8086:0d93\"");
  sample_assert_has (text, "\"additional_status\":90");
  g_free (text);

  text = read_section (GUID_CXL_MEDIA, nothing, NULL);
  sample_assert_has (text, "\"title\":\"cxl error\"");
  sample_assert_lacks (text, "\"event\"");
}

static void
test_nvidia (void)
{
  g_autoptr (GByteArray) payload = g_byte_array_new ();
  g_autofree char *all = NULL;
  g_autofree char *text = NULL;

  g_byte_array_append (payload, (const guint8 *) "DCC-ECC\0\0\0\0\0\0\0\0", 16);
  sample_set (payload, 16, 2, 5);
  sample_set (payload, 20, 1, 2);
  sample_set (payload, 21, 1, 1);
  sample_set (payload, 22, 1, 2);
  sample_set (payload, 24, 8, PLANTED);
  sample_set (payload, 32, 8, PLANTED);
  sample_set (payload, 56, 8, 0x77);
  text = read_section (GUID_NVIDIA, payload, &all);
  sample_assert_has (text, "\"title\":\"vendor error: DCC-ECC in socket 1\"");
  sample_assert_has (text, "\"severity\":{\"value\":2,\"name\":\"Corrected\"}");
  sample_assert_lacks (text, "5e51a1");
  sample_assert_has (all, "{\"address\":\"0x0\",\"value\":\"0x77\"}]");
}

static guint
count (const char *text, const char *part)
{
  guint n = 0;

  for (const char *at = strstr (text, part); at != NULL; at = strstr (at + 1, part))
    n++;

  return n;
}

/* In a record 16 of what is repeated, and their true number; 256 where all is wanted. */
static void
test_lists (void)
{
  g_autoptr (GByteArray) arm = g_byte_array_new ();
  g_autofree char *all = NULL;
  g_autofree char *text = NULL;

  sample_set (arm, 4, 2, 300);
  sample_set (arm, 6, 2, 300);
  sample_set (arm, 40 + 300 * (32 + 16) - 1, 1, 0);
  sample_set (arm, 8, 4, arm->len);
  for (guint i = 0; i < 300; i++)
    sample_set (arm, 40 + 300 * 32 + i * 16 + 4, 4, 8);
  text = read_section (GUID_ARM, arm, &all);
  sample_assert_has (text, "\"error_info_num\":300,\"context_info_num\":300");
  g_assert_cmpuint (count (text, "\"error_type\""), ==, 16);
  g_assert_cmpuint (count (text, "\"register_context_type\""), ==, 16);
  g_assert_cmpuint (count (all, "\"error_type\""), ==, 256);
  g_assert_cmpuint (count (all, "\"register_context_type\""), ==, 256);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cper/x86/checks", test_x86_checks);
  g_test_add_func ("/cper/x86/contexts", test_x86_contexts);
  g_test_add_func ("/cper/arm", test_arm);
  g_test_add_func ("/cper/names", test_names);
  g_test_add_func ("/cper/aer-bits", test_aer_bits);
  g_test_add_func ("/cper/cxl/media", test_cxl_media);
  g_test_add_func ("/cper/cxl/others", test_cxl_others);
  g_test_add_func ("/cper/nvidia", test_nvidia);
  g_test_add_func ("/cper/lists", test_lists);
  return g_test_run ();
}
