/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proves what a machine check's registers and the kernel's lines mean, how much of what repeats is
 * told, and that counters are told once.
 */
#include <string.h>

#include "tm-edac-counts.h"
#include "tm-fault-tally.h"
#include "tm-hardware-log.h"
#include "tm-machine-check-fault.h"
#include "tm-machine-check.h"
#include "tm-mca-code.h"

#define BIT(n) (G_GUINT64_CONSTANT (1) << (n))
#define VALID BIT (63)
#define UNCORRECTED (VALID | BIT (61))
#define HOUR_USEC (3600 * (gint64) G_USEC_PER_SEC)

static void
test_codes (void)
{
  static const struct
  {
    guint16 code;
    const char *kind;
    const char *words;
  } vectors[] = {
    { 0x0000, "none", "no error code" },
    { 0x0005, "internal-parity", "internal parity error" },
    { 0x0400, "internal-timer", "internal timer ran out" },
    { 0x0402, "internal", "internal error, code 0x0402" },
    { 0x0e0b, "io", "I/O error" },
    { 0x000f, "cache", "error in the cache" },
    { 0x0011, "tlb", "error in the level 1 instruction translation buffer" },
    { 0x0016, "tlb", "error in the level 2 data translation buffer" },
    { 0x0090, "memory-controller", "read error of memory, seen by its controller" },
    { 0x00cf, "memory-controller", "scrub error of memory, seen by its controller" },
    { 0x00bf, "memory-controller", "address or command error of memory, seen by its controller" },
    { 0x0290, "memory-cache", "read error of memory that serves as a cache" },
    { 0x0135, "cache", "data read in the level 1 data cache" },
    { 0x1151, "cache", "instruction fetch in the level 1 instruction cache" },
    { 0x017a, "cache", "eviction in the level 2 cache" },
    { 0x0800, "bus", "error on the level 0 bus or interconnect, to memory" },
    { 0x0f0b, "bus", "error on the bus or interconnect, to I/O, timed out" },
    { 0x2000, "unknown", "unknown error code 0x2000" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      TmMcaCode code;
      g_autofree char *words = NULL;

      tm_mca_code_decode (vectors[i].code, &code);
      words = tm_mca_code_to_text (&code, vectors[i].code);
      g_test_message ("code 0x%04x", vectors[i].code);
      g_assert_cmpstr (code.kind, ==, vectors[i].kind);
      g_assert_cmpstr (words, ==, vectors[i].words);
    }
}

/* What the processor could do about it, by maker. */
static void
test_severities (void)
{
  const guint64 recovery = BIT (24);
  const struct
  {
    guint vendor;
    guint64 capabilities;
    guint64 status;
    TmFaultSeverity severity;
    guint record_severity;
  } vectors[] = {
    { TM_MCA_VENDOR_INTEL, 0, VALID, TM_FAULT_CORRECTED, 2 },
    { TM_MCA_VENDOR_INTEL, recovery, VALID | BIT (56) | BIT (55), TM_FAULT_CORRECTED, 2 },
    { TM_MCA_VENDOR_INTEL, 0, UNCORRECTED, TM_FAULT_UNCORRECTED, 4 },
    { TM_MCA_VENDOR_INTEL, 0, UNCORRECTED | BIT (57), TM_FAULT_FATAL, 4 },
    { TM_MCA_VENDOR_INTEL, recovery, UNCORRECTED, TM_FAULT_NO_ACTION, 4 },
    { TM_MCA_VENDOR_INTEL, recovery, UNCORRECTED | BIT (56), TM_FAULT_ACTION_OPTIONAL, 4 },
    { TM_MCA_VENDOR_INTEL, recovery, UNCORRECTED | BIT (56) | BIT (55), TM_FAULT_ACTION_REQUIRED,
      4 },
    { TM_MCA_VENDOR_INTEL, recovery, UNCORRECTED | BIT (57) | BIT (56), TM_FAULT_FATAL, 4 },
    { TM_MCA_VENDOR_AMD, 0, VALID, TM_FAULT_CORRECTED, 2 },
    { TM_MCA_VENDOR_AMD, 0, VALID | BIT (44), TM_FAULT_DEFERRED, 4 },
    { TM_MCA_VENDOR_AMD, 0, UNCORRECTED | BIT (55), TM_FAULT_ACTION_REQUIRED, 4 },
    { TM_MCA_VENDOR_HYGON, 0, UNCORRECTED | BIT (57), TM_FAULT_FATAL, 4 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      const TmMachineCheck check = { .vendor = vectors[i].vendor,
                                     .capabilities = vectors[i].capabilities,
                                     .status = vectors[i].status };
      g_autoptr (TmFault) fault = tm_machine_check_to_fault (&check);

      g_test_message ("vector %" G_GSIZE_FORMAT, i);
      g_assert_cmpint (fault->severity, ==, vectors[i].severity);
      g_assert_cmpuint (tm_fault_get_severity (fault), ==, vectors[i].record_severity);
    }
}

static void
test_banks (void)
{
  static const struct
  {
    TmMachineCheck check;
    const char *title;
  } vectors[] = {
    { { .status = VALID | 0x0135, .bank = 1, .signature = 0x906ea },
      "corrected machine check: data read in the level 1 data cache, data cache unit" },
    { { .status = VALID | 0x0e0b, .bank = 12, .signature = 0x50654 },
      "corrected machine check: I/O error, UPI link" },
    { { .status = VALID | 0x0090, .bank = 13, .signature = 0x606a6 },
      "corrected machine check: read error of memory, seen by its controller, memory controller" },
    { { .status = VALID | 0x0005, .bank = 9, .signature = 0xb06a2 },
      "corrected machine check: internal parity error, bank 9" },
    { { .status = VALID | 0x0005, .bank = 3, .vendor = TM_MCA_VENDOR_UNKNOWN },
      "corrected machine check: internal parity error, bank 3" },
    { { .status = VALID | 0x011b,
        .bank = 17,
        .vendor = TM_MCA_VENDOR_AMD,
        .signature = 0x830f10,
        .ipid = G_GUINT64_CONSTANT (0x0000009600350f00) },
      "corrected machine check: ECC error of memory, memory controller" },
    { { .status = VALID | 0x9f0135,
        .bank = 0,
        .vendor = TM_MCA_VENDOR_AMD,
        .signature = 0x830f10,
        .ipid = G_GUINT64_CONSTANT (0x001000b000000000) },
      "corrected machine check: data read in the level 1 data cache, load-store unit" },
    /* The same number in two versions of one kind of bank. */
    { { .status = VALID | 0x10135,
        .vendor = TM_MCA_VENDOR_AMD,
        .signature = 0x800f12,
        .ipid = G_GUINT64_CONSTANT (0x000000b000000000) },
      "corrected machine check: parity error in the store queue, load-store unit" },
    { { .status = VALID | 0x10135,
        .vendor = TM_MCA_VENDOR_AMD,
        .signature = 0xa20f10,
        .ipid = G_GUINT64_CONSTANT (0x001000b000000000) },
      "corrected machine check: ECC error or bad data in the data cache, found by a load, "
      "load-store unit" },
    { { .status = VALID | 0x8080b,
        .vendor = TM_MCA_VENDOR_AMD,
        .signature = 0xa20f10,
        .ipid = G_GUINT64_CONSTANT (0x0002002e00000000) },
      "corrected machine check: read data that nobody had asked for, data fabric, coherent port" },
    { { .status = VALID | 0x3080b,
        .vendor = TM_MCA_VENDOR_AMD,
        .signature = 0xa20f10,
        .ipid = G_GUINT64_CONSTANT (0x0000002e00000000) },
      "corrected machine check: response that is not allowed, data fabric, coherent port" },
    { { .status = VALID | 0x2080b,
        .vendor = TM_MCA_VENDOR_AMD,
        .signature = 0xa20f10,
        .ipid = G_GUINT64_CONSTANT (0x0001002e00000000) },
      "corrected machine check: error of a link, data fabric, power and interrupts" },
    { { .status = VALID | 0x0135, .bank = 4, .vendor = TM_MCA_VENDOR_AMD, .signature = 0x600f12 },
      "corrected machine check: data read in the level 1 data cache, northbridge" },
    { { .status = 1, .bank = TM_MCA_BANK_THERMAL },
      "corrected thermal event: core too hot, its clock is throttled" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autoptr (TmFault) fault = tm_machine_check_to_fault (&vectors[i].check);
      g_autofree char *title = tm_fault_get_title (fault);

      g_assert_cmpstr (title, ==, vectors[i].title);
    }
}

/* The code of the model is said where it is known, and not guessed elsewhere. */
static void
test_model_error (void)
{
  TmMachineCheck check = { .status = VALID | 0x000800c0, .bank = 13, .signature = 0x50654 };
  g_autoptr (TmFault) known = tm_machine_check_to_fault (&check);
  g_autoptr (TmFault) unknown = NULL;

  g_assert_cmpstr (json_object_get_string_member (known->details, "model_error"), ==,
                   "corrected by the patrol scrubber");
  g_assert_nonnull (strstr (known->text->str, "patrol scrubber"));
  check.signature = 0x806f8;
  unknown = tm_machine_check_to_fault (&check);
  g_assert_false (json_object_has_member (unknown->details, "model_error"));
}

/* How many at once: only where the processor says that it counts. */
static void
test_corrected_count (void)
{
  TmMachineCheck check = { .status = VALID | (guint64) 7 << 38 | 0x90, .capabilities = BIT (10) };

  g_assert_cmpuint (tm_machine_check_get_count (&check), ==, 7);
  check.capabilities = 0;
  g_assert_cmpuint (tm_machine_check_get_count (&check), ==, 1);
  check.capabilities = BIT (10);
  check.status |= BIT (61);
  g_assert_cmpuint (tm_machine_check_get_count (&check), ==, 1);
}

/* The same fault of two machines is one problem, of two parts of one machine it is two. */
static void
test_signature (void)
{
  const TmMachineCheck one = { .status = VALID | 0x135, .bank = 1, .cpu = 1, .signature = 0x906ea };
  const TmMachineCheck two = { .status = VALID | 0x135, .bank = 1, .cpu = 2, .signature = 0x906ea };
  g_autoptr (TmFault) first = tm_machine_check_to_fault (&one);
  g_autoptr (TmFault) second = tm_machine_check_to_fault (&two);
  g_autofree char *first_group = tm_fault_get_group (first);
  g_autofree char *second_group = tm_fault_get_group (second);
  g_autofree char *first_exact = tm_fault_get_exact (first);
  g_autofree char *second_exact = tm_fault_get_exact (second);

  g_assert_cmpstr (first_group, ==, second_group);
  g_assert_cmpstr (first_exact, !=, second_exact);
}

static void
take (TmFault *fault, gpointer user_data)
{
  g_ptr_array_add (user_data, fault);
}

/* (element-type utf8): "severity title @ location xN" of each fault in text. */
static GPtrArray *
read_log (const char *text)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_fault_free);
  g_autoptr (TmHardwareLog) log = tm_hardware_log_new (take, faults);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; lines[i] != NULL; i++)
    tm_hardware_log_feed (log, lines[i], strlen (lines[i]), i * 1000, 0);
  tm_hardware_log_flush (log);
  for (guint i = 0; i < faults->len; i++)
    {
      const TmFault *fault = g_ptr_array_index (faults, i);
      g_autofree char *title = tm_fault_get_title (fault);

      g_ptr_array_add (found, g_strdup_printf ("%s @ %s x%" G_GUINT64_FORMAT, title,
                                               fault->location != NULL ? fault->location : "-",
                                               fault->count));
    }

  return found;
}

typedef struct
{
  const char *text;
  const char *found[3];
} LogVector;

static void
check_log (const LogVector *vectors, gsize n_vectors)
{
  for (gsize i = 0; i < n_vectors; i++)
    {
      g_autoptr (GPtrArray) found = read_log (vectors[i].text);
      guint n_expected = 0;

      g_test_message ("vector %" G_GSIZE_FORMAT, i);
      while (n_expected < G_N_ELEMENTS (vectors[i].found) && vectors[i].found[n_expected] != NULL)
        n_expected++;
      for (guint k = 0; k < MIN (n_expected, found->len); k++)
        g_assert_cmpstr (g_ptr_array_index (found, k), ==, vectors[i].found[k]);
      g_assert_cmpuint (found->len, ==, n_expected);
    }
}

static void
test_log (void)
{
  static const LogVector vectors[] = {
    { "mce: [Hardware Error]: CPU 1: Machine Check: 0 Bank 5: be00000000800400\n"
      "mce: [Hardware Error]: TSC 0 ADDR fef1c140 MISC 3880000086 \n"
      "mce: [Hardware Error]: PROCESSOR 0:50654 TIME 1400000000 SOCKET 1 APIC 0 microcode 1b\n"
      "mce: [Hardware Error]: Machine check events logged",
      { "fatal machine check: internal timer ran out, UPI link @ CPU 1, socket 1, bank 5 x1" } },
    { "mce: [Hardware Error]: CPU 0: Machine Check Exception: 5 Bank 4: b200000000070005\n"
      "mce: [Hardware Error]: CPU 2: Machine Check Exception: 5 Bank 4: b200000000070005",
      { "fatal machine check: internal parity error, bank 4 @ CPU 0, socket 0, bank 4 x1",
        "fatal machine check: internal parity error, bank 4 @ CPU 2, socket 0, bank 4 x1" } },
    { "[Hardware Error]: Corrected error, no action required.\n"
      "[Hardware Error]: CPU:2 (17:31:0) MC17_STATUS[-|CE|MiscV|AddrV|-|-|SyndV|CECC|-|-|-]: "
      "0x9c2040000000011b\n"
      "[Hardware Error]: Error Addr: 0x000000036701cbc0\n"
      "[Hardware Error]: IPID: 0x0000009600350f00, Syndrome: 0x01d5b1010a400f02\n"
      "[Hardware Error]: Unified Memory Controller Ext. Error Code: 0\n"
      "[Hardware Error]: cache level: L3/GEN, tx: GEN, mem-tx: RD",
      { "corrected machine check: ECC error of memory, memory controller @ CPU 2, socket 0, bank "
        "17 "
        "x1" } },
    { "EDAC MC0: 2 CE memory read error on CPU_SrcID#0_Ha#0_Chan#1_DIMM#0 (channel:1 slot:0 "
      "page:0x123 offset:0x0 grain:32 syndrome:0x0 -  area:DRAM err_code:0001:0091)",
      { "corrected memory error: memory read error @ CPU_SrcID#0_Ha#0_Chan#1_DIMM#0 x2" } },
    { "EDAC MC1: 1 UE on unknown label (channel:0 page:0x0 offset:0x0 grain:8)",
      { "uncorrected memory error: ECC error @ memory controller 1 x1" } },
    { "pcieport 0000:00:1c.0: AER: Corrected error received: 0000:01:00.0\n"
      "e1000e 0000:01:00.0: PCIe Bus Error: severity=Corrected, type=Data Link Layer, (Receiver "
      "ID)\n"
      "e1000e 0000:01:00.0:   device [8086:10d3] error status/mask=00000041/00000001\n"
      "e1000e 0000:01:00.0:    [ 6] BadTLP",
      { "corrected PCI Express error: bad tlp, device 8086:10d3 @ 0000:01:00.0 x1" } },
    { "pcieport 0000:00:1c.0: PCIe Bus Error: severity=Uncorrectable (Fatal), type=Transaction "
      "Layer\n"
      "pcieport 0000:00:1c.0:   device [8086:9d14] error status/mask=00004000/00000000",
      { "fatal PCI Express error: completion timeout, device 8086:9d14 @ 0000:00:1c.0 x1" } },
    { "CPU3: Core temperature above threshold, cpu clock throttled (total events = 219)\n"
      "CPU7: Core temperature is above threshold, cpu clock is throttled (total events = 219)\n"
      "CPU7: Package temperature is above threshold, cpu clock is throttled (total events = 2)",
      { "corrected thermal event: core too hot, its clock is throttled @ - x1",
        "corrected thermal event: package too hot, its clock is throttled @ - x1" } },
    { "thermal thermal_zone0: acpitz: critical temperature reached, shutting down",
      { "fatal thermal event: critical temperature, the system shuts down @ acpitz x1" } },
    { "EDAC MC0: Giving out device to module skx_edac controller Skylake Socket#0 IMC#0: DEV 0000\n"
      "mce: CPU0: Thermal monitoring enabled (TM1)\n"
      "CPU0: Core temperature/speed normal\n"
      "mce: [Hardware Error]: CPU x: Machine Check: 0 Bank y: z\n"
      "EDAC MC: Ver: 3.0.0\n"
      "pcieport 0000:00:1c.0: AER: enabled with IRQ 122\n",
      { NULL } },
  };

  check_log (vectors, G_N_ELEMENTS (vectors));
}

static void
test_log_of_firmware (void)
{
  static const LogVector vectors[] = {
    { "{1}[Hardware Error]: Hardware error from APEI Generic Hardware Error Source: 4\n"
      "{1}[Hardware Error]: event severity: corrected\n"
      "{1}[Hardware Error]:  Error 0, type: corrected\n"
      "{1}[Hardware Error]:   section_type: memory error\n"
      "{1}[Hardware Error]:   physical_address: 0x0000000fef1c1400\n"
      "{1}[Hardware Error]:   error_type: 2, single-bit ECC\n"
      "{1}[Hardware Error]:   DIMM location: P1 DIMM_A1",
      { "corrected memory error: single-bit ECC @ P1 DIMM_A1 x1" } },
    { "{1}[Hardware Error]: event severity: recoverable\n"
      "{1}[Hardware Error]:  Error 0, type: recoverable\n"
      "{1}[Hardware Error]:  fru_text: Card02, ChnF, DIMM0\n"
      "{1}[Hardware Error]:   section_type: memory error\n"
      "{1}[Hardware Error]:   error_type: 3, multi-bit ECC\n"
      "{1}[Hardware Error]:   DIMM location: not present. DMI handle: 0x1100\n"
      "{1}[Hardware Error]:  Error 1, type: corrected\n"
      "{1}[Hardware Error]:   section_type: memory error\n"
      "{1}[Hardware Error]:   error_type: 2, single-bit ECC\n"
      "{1}[Hardware Error]:  Error 2, type: fatal\n"
      "{1}[Hardware Error]:  fru_text: Slot 4 SN 12AB\n"
      "{1}[Hardware Error]:   section type: unknown, 9ed4195b-2f1c-4bdd-b2c5-c5eb2a4d8ba8\n"
      "{1}[Hardware Error]:   section length: 0x10\n"
      "{1}[Hardware Error]:   00000000: 00000000 00000000 00000000 00000000",
      { "uncorrected memory error: multi-bit ECC @ Card02, ChnF, DIMM0 x1",
        "corrected memory error: single-bit ECC @ - x1",
        "fatal machine check: report of the firmware of a kind that nobody knows, "
        "9ed4195b-2f1c-4bdd-b2c5-c5eb2a4d8ba8 @ Slot 4 SN "
        "[serial] x1" } },
    { "{1}[Hardware Error]:  Error 0, type: corrected\n"
      "{1}[Hardware Error]:   section_type: ARM processor error\n"
      "{1}[Hardware Error]:    error_type: 1, TLB error\n"
      "{1}[Hardware Error]:  Error 1, type: corrected\n"
      "{1}[Hardware Error]:   section_type: ARM processor error\n"
      "{1}[Hardware Error]:    error_type: 0x04: TLB error\n"
      "{1}[Hardware Error]:  Error 2, type: corrected\n"
      "{1}[Hardware Error]:   section_type: general processor error\n"
      "{1}[Hardware Error]:   error_type: 0x02\n"
      "{1}[Hardware Error]:   TLB error",
      { "corrected machine check: TLB error @ - x1", "corrected machine check: TLB error @ - x1",
        "corrected machine check: general processor error @ - x1" } },
  };

  check_log (vectors, G_N_ELEMENTS (vectors));
}

/* Of a line 2048 bytes are looked at. */
static void
test_log_limit (void)
{
  static const char words[] = "thermal zone: critical temperature reached";
  g_autofree char *blanks = g_strnfill (TM_HARDWARE_LOG_MAX_BYTES - strlen (words), ' ');
  g_autofree char *fits = g_strdup_printf ("thermal%s%s", blanks + strlen ("thermal"), words);
  g_autofree char *too_long = g_strdup_printf ("thermal%s %s", blanks + strlen ("thermal"), words);
  g_autoptr (GPtrArray) found = read_log (fits);
  g_autoptr (GPtrArray) none = read_log (too_long);

  g_assert_cmpuint (found->len, ==, 1);
  g_assert_cmpuint (none->len, ==, 0);
}

static TmFault *
make_fault (guint cpu)
{
  const TmMachineCheck check = { .status = VALID | 0x135, .bank = 1, .cpu = cpu };

  return tm_machine_check_to_fault (&check);
}

/* A storm is one record at once, and counts after an hour, then after two, across a restart. */
static void
test_tally (void)
{
  g_autoptr (TmFaultTally) tally = tm_fault_tally_new ();
  g_autoptr (TmFaultTally) later = tm_fault_tally_new ();
  g_autoptr (GKeyFile) state = g_key_file_new ();
  g_autoptr (TmFault) fault = make_fault (0);
  g_autofree char *title = tm_fault_get_title (fault);
  g_autofree char *counted = NULL;
  const TmFaultCount *count;

  tm_fault_tally_set_boot (tally, "b1");
  g_assert_true (tm_fault_tally_judge (tally, fault, 0));
  tm_fault_tally_note (tally, fault, 0);
  g_assert_cmpint (tm_fault_tally_get_next (tally), ==, G_MAXINT64);
  for (guint i = 0; i < 1000; i++)
    g_assert_false (tm_fault_tally_judge (tally, fault, 0));
  g_assert_null (tm_fault_tally_find_due (tally, HOUR_USEC - 1, FALSE));
  g_assert_cmpint (tm_fault_tally_get_next (tally), ==, HOUR_USEC);

  tm_fault_tally_save (tally, state);
  tm_fault_tally_load (later, state);
  count = tm_fault_tally_find_due (later, HOUR_USEC, FALSE);
  g_assert_nonnull (count);
  g_assert_cmpuint (count->fault->count, ==, 1000);
  counted = tm_fault_get_title (count->fault);
  g_assert_cmpstr (counted, ==, title);
  tm_fault_tally_note_told (later, count, HOUR_USEC);
  g_assert_false (tm_fault_tally_judge (later, fault, HOUR_USEC));
  g_assert_null (tm_fault_tally_find_due (later, 3 * HOUR_USEC - 1, FALSE));
  g_assert_nonnull (tm_fault_tally_find_due (later, 3 * HOUR_USEC, FALSE));
  g_assert_nonnull (tm_fault_tally_find_due (later, HOUR_USEC, TRUE));
}

/* Faults of 32 parts are told, those of the 33rd are one count. */
static void
test_tally_limit (void)
{
  g_autoptr (TmFaultTally) tally = tm_fault_tally_new ();

  for (guint i = 0; i < TM_FAULT_TALLY_MAX_FAULTS + 2; i++)
    {
      g_autoptr (TmFault) fault = make_fault (i);

      g_assert_cmpint (tm_fault_tally_judge (tally, fault, 0), ==, i < TM_FAULT_TALLY_MAX_FAULTS);
      if (i < TM_FAULT_TALLY_MAX_FAULTS)
        tm_fault_tally_note (tally, fault, 0);
    }

  g_assert_cmpuint (tm_fault_tally_take_dropped (tally), ==, 2);
  g_assert_cmpuint (tm_fault_tally_take_dropped (tally), ==, 0);
  g_assert_cmpuint (tm_fault_tally_find_due (tally, HOUR_USEC, FALSE)->fault->count, ==, 2);
  tm_fault_tally_set_boot (tally, "b2");
  g_assert_null (tm_fault_tally_find_due (tally, HOUR_USEC, TRUE));
}

/* What was to be told and could not be is due at once, also after a restart. */
static void
test_tally_untold (void)
{
  g_autoptr (TmFaultTally) tally = tm_fault_tally_new ();
  g_autoptr (TmFault) fault = make_fault (0);
  const TmFaultCount *count;

  fault->count = 5;
  tm_fault_tally_note_untold (tally, fault);
  g_assert_false (tm_fault_tally_judge (tally, fault, HOUR_USEC));
  count = tm_fault_tally_find_due (tally, g_get_real_time (), FALSE);
  g_assert_cmpuint (count->fault->count, ==, 10);
}

static guint64
update (TmEdacCounts *noted, guint64 n_corrected, guint64 n_uncorrected)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_fault_free);
  g_autoptr (TmEdacCounts) now = tm_edac_counts_new ();
  guint64 n = 0;

  tm_edac_counts_set (now, "mc0", "", 0, 0);
  tm_edac_counts_set (now, "mc0/dimm3", "DIMM_A1", n_corrected, n_uncorrected);
  tm_edac_counts_update (noted, now, take, faults);
  for (guint i = 0; i < faults->len; i++)
    {
      const TmFault *fault = g_ptr_array_index (faults, i);

      g_assert_cmpstr (fault->location, ==, "DIMM_A1");
      n += fault->count * (fault->severity == TM_FAULT_CORRECTED ? 1 : 100);
    }

  return n;
}

/* How many errors one more module tells of that were corrected. */
static guint64
update_module (TmEdacCounts *noted, const char *label, guint64 n_corrected)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_fault_free);
  g_autoptr (TmEdacCounts) now = tm_edac_counts_new ();
  guint64 n = 0;

  tm_edac_counts_set (now, "mc0", "", 0, 0);
  tm_edac_counts_set (now, "mc0/dimm4", label, n_corrected, 0);
  tm_edac_counts_update (noted, now, take, faults);
  for (guint i = 0; i < faults->len; i++)
    n += ((const TmFault *) g_ptr_array_index (faults, i))->count;

  return n;
}

static void
test_edac (void)
{
  g_autoptr (TmEdacCounts) noted = tm_edac_counts_new ();
  g_autoptr (TmEdacCounts) later = tm_edac_counts_new ();
  g_autoptr (GKeyFile) state = g_key_file_new ();
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_fault_free);
  g_autoptr (TmHardwareLog) log = tm_hardware_log_new (take, faults);
  const char *line = "EDAC MC0: 4 CE error on DIMM_A1 (row:0)";
  const TmFault *fault;

  g_assert_cmpuint (update (noted, 5, 1), ==, 105);
  g_assert_cmpuint (update (noted, 5, 1), ==, 0);
  tm_edac_counts_save (noted, state);
  tm_edac_counts_load (later, state);
  g_assert_cmpuint (update (later, 7, 1), ==, 2);

  /* The trace told of four of six; it is ahead of the counters once. */
  tm_hardware_log_feed (log, line, strlen (line), 0, 0);
  tm_edac_counts_note (later, g_ptr_array_index (faults, 0));
  g_assert_cmpuint (update (later, 13, 1), ==, 2);
  tm_edac_counts_note (later, g_ptr_array_index (faults, 0));
  g_assert_cmpuint (update (later, 13, 1), ==, 0);

  /* A serial number in the label is in no record, and is no reason to count twice. */
  g_assert_cmpuint (update_module (later, "A2 SN 39F0815A", 2), ==, 2);
  line = "EDAC MC0: 4 CE error on A2 SN 39F0815A (row:0)";
  tm_hardware_log_feed (log, line, strlen (line), 0, 0);
  fault = g_ptr_array_index (faults, 1);
  g_assert_cmpstr (fault->location, ==, "A2 SN [serial]");
  g_assert_cmpstr (json_object_get_string_member (fault->details, "label"), ==, "A2 SN [serial]");
  tm_edac_counts_note (later, g_ptr_array_index (faults, 1));
  g_assert_cmpuint (update_module (later, "A2 SN 39F0815A", 6), ==, 0);

  /* Set to zero: all that is there is new. */
  tm_edac_counts_forget (later, "mc0");
  g_assert_cmpuint (update (later, 3, 0), ==, 3);
}

/* Of 512 modules the counters are kept. */
static void
test_edac_limit (void)
{
  g_autoptr (TmEdacCounts) noted = tm_edac_counts_new ();
  g_autoptr (TmEdacCounts) now = tm_edac_counts_new ();
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_fault_free);

  for (guint i = 0; i < TM_EDAC_MAX_COUNTS + 1; i++)
    {
      g_autofree char *id = g_strdup_printf ("mc0/dimm%u", i);

      tm_edac_counts_set (now, id, id, 1, 0);
    }

  tm_edac_counts_update (noted, now, take, faults);
  g_assert_cmpuint (faults->len, ==, TM_EDAC_MAX_COUNTS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mce/codes", test_codes);
  g_test_add_func ("/mce/severities", test_severities);
  g_test_add_func ("/mce/banks", test_banks);
  g_test_add_func ("/mce/model-error", test_model_error);
  g_test_add_func ("/mce/corrected-count", test_corrected_count);
  g_test_add_func ("/mce/signature", test_signature);
  g_test_add_func ("/mce/log", test_log);
  g_test_add_func ("/mce/log/firmware", test_log_of_firmware);
  g_test_add_func ("/mce/log/limit", test_log_limit);
  g_test_add_func ("/mce/tally", test_tally);
  g_test_add_func ("/mce/tally/limit", test_tally_limit);
  g_test_add_func ("/mce/tally/untold", test_tally_untold);
  g_test_add_func ("/mce/edac", test_edac);
  g_test_add_func ("/mce/edac/limit", test_edac_limit);
  return g_test_run ();
}
