/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proves that what the kernel prints of an error region becomes what the region itself would have
 * told, in the words of old and new kernels, and that nothing else in a log becomes anything.
 */
#include <string.h>

#include "cper-sample.h"
#include "tm-cper-draft.h"
#include "tm-cper-report.h"
#include "tm-cper-text.h"

#define HEAD "BERT: Error records from previous boot:\n[Hardware Error]: event severity: fatal\n"
#define ENTRY "[Hardware Error]:  Error 0, type: fatal\n"
#define H "[Hardware Error]:   "

static void
feed (TmCperText *text, const char *lines)
{
  g_auto (GStrv) each = g_strsplit (lines, "\n", -1);

  for (guint i = 0; each[i] != NULL; i++)
    if (!tm_cper_text_feed (text, each[i], strlen (each[i])))
      return;
}

static GBytes *
read_lines (const char *lines)
{
  g_autoptr (TmCperText) text = tm_cper_text_new ();

  feed (text, lines);
  return tm_cper_text_finish (text);
}

/* The payload of the only error, as text. */
static char *
report (const char *lines)
{
  g_autoptr (GBytes) region = read_lines (lines);
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) payload = NULL;

  g_assert_nonnull (region);
  events = tm_cper_parse (region, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (events->len, ==, 1);
  payload = tm_cper_report_to_payload (g_ptr_array_index (events, 0));
  return json_to_string (payload, FALSE);
}

static void
test_memory (void)
{
  /* Of Linux 6.1, and of 4.19. */
  static const char *const spellings[] = {
    H "error_status: Storage error in DRAM memory (0x0000000000000400)\n" H
      "node:1 card:2 module:3 rank:0 bank:2 row:4711 \n" H "error_type: 3, multi-bit ECC\n",
    H "error_status: 0x0000000000000400\n" H
      "node: 1 card: 2 module: 3 rank: 0 bank: 2 row: 4711 \n" H "error_type: 3, multi-bit ECC\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (spellings); i++)
    {
      g_autofree char *lines =
          g_strconcat (HEAD, "[Hardware Error]:  precise tstamp: 2026-02-24 12:30:07\n", ENTRY,
                       "[Hardware Error]:  fru_text: DIMM_A1\n", H "section_type: memory error\n",
                       H "physical_address: 0x5e51a15e51a15e51\n", spellings[i], NULL);
      g_autofree char *text = report (lines);

      sample_assert_has (text,
                         "\"title\":\"memory error: Multi-bit ECC in node 1, card 2, module 3\"");
      sample_assert_has (text, "\"severity\":\"fatal\"");
      sample_assert_has (text, "\"error_type\":{\"value\":4,\"name\":\"ERR_MEM\"}");
      sample_assert_has (text, "\"row\":4711");
      sample_assert_has (text, "\"fru_text\":\"DIMM_A1\"");
      sample_assert_has (text, "\"timestamp\":\"2026-02-24T12:30:07+00:00\"");
      sample_assert_lacks (text, "\"column\"");
      sample_assert_lacks (text, "5e51a1");
    }
}

static void
test_pcie (void)
{
  g_autofree char *text = report (
      HEAD ENTRY H "section_type: PCIe error\n" H "port_type: 4, root port\n" H "version: 3.16\n" H
                   "command: 0x0547, status: 0x4010\n" H "device_id: 0000:3b:1f.2\n" H "slot: 5\n" H
                   "secondary_bus: 0x3c\n" H "vendor_id: 0x8086, device_id: 0xa12f\n" H
                   "class_code: 060400\n" H "bridge: secondary_status: 0x2000, control: 0x0012\n" H
                   "aer_uncor_status: 0x0000c000, aer_uncor_mask: 0x00004000\n");

  sample_assert_has (text, "\"title\":\"pcie error: completer_abort in Root Port, 8086:a12f\"");
  sample_assert_has (text, "\"version\":{\"minor\":16,\"major\":3}");
  sample_assert_has (text, "\"class_code\":394240,\"function_number\":2,\"device_number\":31,"
                           "\"segment_number\":0,\"primary_or_device_bus_number\":59,"
                           "\"secondary_bus_number\":60,\"slot_number\":5");
  sample_assert_has (text, "\"command_register\":1351,\"status_register\":16400");
  sample_assert_has (text, "\"secondary_status_register\":8192,\"control_register\":18");
}

static void
test_x86 (void)
{
  g_autofree char *text =
      report (HEAD ENTRY H
              "section_type: IA32/X64 processor error\n" H "Local APIC_ID: 0x6\n" H
              "CPUID Info:\n" H "00000000: 000806f8 00000000 06100800 00000000\n" H
              "Error Information Structure 0:\n" H " Error Structure Type: cache error\n" H
              " Check Information: 0x00000000049f00ff\n" H "Context Information Structure 0:\n" H
              " Register Context Type: MSR Registers (Machine Check and other MSRs)\n" H
              " Register Array Size: 0x0020\n" H " MSR Address: 0xc0002050\n" H
              " Register Array:\n" H " 00000000: 00000000 00000000 00000115 baa00000\n" H
              " 00000010: 11111111 22222222 33333333 44444444\n");

  sample_assert_has (text, "\"title\":\"processor error: Cache Error in level 2, bank 5\"");
  sample_assert_has (text, "\"local_apic_id\":\"0x6\"");
  sample_assert_has (text, "\"cpuid_info\":{\"eax\":\"0x806f8\"");
  sample_assert_has (text, "\"uncorrected\":true");
  sample_assert_has (text, "\"status\":\"0xbaa0000000000115\"");
}

static void
test_other_processors (void)
{
  g_autofree char *arm = report (
      HEAD ENTRY H "section_type: ARM processor error\n" H "MIDR: 0x00000000410fd490\n" H
                   "Multiprocessor Affinity Register (MPIDR): 0x0000000081000000\n" H
                   "error affinity level: 1\n" H "running state: 0x1\n" H
                   "Error info structure 0:\n" H " num errors: 1\n" H " first error captured\n" H
                   " error_type: 0, cache error\n" H " error_info: 0x0000000000c20058\n" H
                   "Error info structure 1:\n" H " error_type: 1, TLB error\n" H
                   "Error info structure 2:\n" H " error_type: 0x08: bus error\n");
  g_autofree char *generic = report (
      HEAD ENTRY H "section_type: general processor error\n" H "processor_type: 0, IA32/X64\n" H
                   "processor_isa: 2, X64\n" H "error_type: 0x04\n" H "bus error\n" H
                   "operation: 1, data read\n" H "flags: 0x01\n" H "level: 1\n");

  sample_assert_has (arm, "\"midr_el1\":\"0x410fd490\"");
  sample_assert_has (arm, "\"error_affinity\":{\"value\":1");
  sample_assert_has (arm, "\"running\":true");
  sample_assert_has (arm, "\"error_info_num\":3");
  /* By their names: kernels number them in different ways. */
  sample_assert_has (arm, "processor error: Cache Error+TLB Error+Bus Error");
  sample_assert_has (arm, "\"first_error_captured\":true");
  sample_assert_has (generic, "\"title\":\"processor error: Bus Error in level 1\"");
}

/* What the kernel does not know either it prints whole. */
static void
test_stranger (void)
{
  g_autofree char *text = report (
      HEAD ENTRY H
      "section type: unknown, 00112233-4455-6677-8899-aabbccddeeff\n" H "section length: 0x12\n" H
      "00000000: 33221100 77665544 bbaa9988 ffeeddcc  .\"3DUfw........\n" H "00000010: 01 02 ..\n");

  sample_assert_has (text, "\"guid\":\"00112233-4455-6677-8899-aabbccddeeff\"");
  sample_assert_has (text,
                     "\"raw\":{\"length\":18,\"data\":\"00112233445566778899aabbccddeeff0102\"");
}

/* Lines of others in between and behind it are not of it. */
static void
test_only_its_own (void)
{
  static const char *const nothing[] = {
    "",
    "[Hardware Error]: event severity: fatal\n" ENTRY H "section_type: memory error\n",
    "mce: [Hardware Error]: Machine check events logged\n",
    "BERT: Error records from previous boot:\nBERT: Total records found: 0\n",
    "BERT: Error records from previous boot:\n[Hardware Error]: Corrected error, no action "
    "required.\n",
  };
  g_autofree char *text =
      report (HEAD "usb 1-1: new device\n{1}[Hardware Error]: event severity: corrected\n" ENTRY
                   "ACPI: bus type USB registered\n" H "section_type: memory error\n" H "module:3\n"
                   "BERT: Total records found: 1\n"
                   "[Hardware Error]: event severity: corrected\n" H "node:7\n");

  sample_assert_has (text, "\"location\":\"module 3\"");
  sample_assert_has (text, "\"severity\":\"fatal\"");
  for (guint i = 0; i < G_N_ELEMENTS (nothing); i++)
    {
      g_autoptr (GBytes) region = read_lines (nothing[i]);

      g_test_message ("vector %u", i);
      g_assert_null (region);
    }
}

static void
test_skipped (void)
{
  g_autoptr (TmCperText) text = tm_cper_text_new ();
  g_autoptr (GBytes) region = NULL;

  feed (text, HEAD ENTRY H "section_type: memory error\n" H "module:3\n"
                           "BERT: [Hardware Error]: Skipped 2 error records\n");
  region = tm_cper_text_finish (text);
  g_assert_nonnull (region);
  g_assert_cmpuint (tm_cper_text_get_skipped (text), ==, 2);
}

/* What does not fit is left out, not cut; what is repeated has an end; so has the whole. */
static void
test_hostile (void)
{
  g_autoptr (TmCperText) text = tm_cper_text_new ();
  g_autoptr (GBytes) region = NULL;
  g_autofree char *longest = g_strnfill (10 * 1024 * 1024, '7');
  g_autofree char *big =
      report (HEAD ENTRY H "section_type: memory error\n" H
                           "node:65536 card:99999999999999999999 module:3 bank:0x\n");

  sample_assert_lacks (big, "\"node\"");
  sample_assert_lacks (big, "\"card\"");
  sample_assert_has (big, "\"module\":3");

  feed (text, HEAD);
  for (guint i = 0; i < 100000; i++)
    feed (text, "[Hardware Error]: event severity: fatal\n" ENTRY H
                "section_type: IA32/X64 processor error\n" H "Error Information Structure 0:\n" H
                "Register Array Size: 0xffff\n" H "Register Array:\n" H "fffffff0: 11111111\n");
  memcpy (longest, "[Hardware Error]: ", 18);
  g_assert_true (tm_cper_text_feed (text, longest, 10 * 1024 * 1024));
  region = tm_cper_text_finish (text);
  g_assert_cmpuint (g_bytes_get_size (region), <=, TM_CPER_DRAFT_MAX_BYTES + 8 * 1024);
  g_assert_cmpuint (tm_cper_text_get_skipped (text), >, 90000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cper-text/memory", test_memory);
  g_test_add_func ("/cper-text/pcie", test_pcie);
  g_test_add_func ("/cper-text/x86", test_x86);
  g_test_add_func ("/cper-text/other-processors", test_other_processors);
  g_test_add_func ("/cper-text/stranger", test_stranger);
  g_test_add_func ("/cper-text/only-its-own", test_only_its_own);
  g_test_add_func ("/cper-text/skipped", test_skipped);
  g_test_add_func ("/cper-text/hostile", test_hostile);
  return g_test_run ();
}
