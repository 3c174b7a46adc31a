/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Errors of an IA32 or X64 processor: one head, then as many checks (of caches, translations, buses
 * or the microarchitecture) and register contexts as its validation word says, if the section has
 * room for them.
 */
#include <string.h>

#include "tm-cper-type.h"
#include "tm-cper-x86-registers.h"

#define HEAD_BYTES 64
#define CHECK_BYTES 64
#define CONTEXT_HEAD_BYTES 16
#define CONTEXT_MSR 1

static const TmCperName operation_names[] = {
  { 0, "Generic Error" }, { 1, "Generic Read" },
  { 2, "Generic Write" }, { 3, "Data Read" },
  { 4, "Data Write" },    { 5, "Instruction Fetch" },
  { 6, "Prefetch" },      { 7, "Eviction" },
  { 8, "Snoop" },         { 0, NULL },
};

static const TmCperName space_names[] = {
  { 0, "Memory Access" },
  { 2, "I/O" },
  { 3, "Other Transaction" },
  { 0, NULL },
};

static const TmCperName microarchitecture_names[] = {
  { 0, "No Error" },
  { 1, "Unclassified" },
  { 2, "Microcode ROM Parity Error" },
  { 3, "External Error" },
  { 4, "FRC Error" },
  { 5, "Internal Unclassified" },
  { 0, NULL },
};

#define COMMON_CHECK                                                                               \
  TM_CPER_VB ("transaction_type", 0, 0, 8, 16, 2, tm_cper_transaction_names),                      \
      TM_CPER_VB ("operation", 1, 0, 8, 18, 4, operation_names),                                   \
      TM_CPER_NB ("level", 2, 0, 8, 22, 3), TM_CPER_B ("processor_context_corrupt", 3, 0, 8, 25),  \
      TM_CPER_B ("uncorrected", 4, 0, 8, 26), TM_CPER_B ("precise_ip", 5, 0, 8, 27),               \
      TM_CPER_B ("restartable_ip", 6, 0, 8, 28), TM_CPER_B ("overflow", 7, 0, 8, 29)

static const TmCperField cache_check[] = { COMMON_CHECK, TM_CPER_END };

static const TmCperField bus_check[] = {
  COMMON_CHECK,
  TM_CPER_VB ("participation_type", 8, 0, 8, 30, 2, tm_cper_participation_names),
  TM_CPER_B ("timed_out", 9, 0, 8, 32),
  TM_CPER_VB ("address_space", 10, 0, 8, 33, 2, space_names),
  TM_CPER_END,
};

static const TmCperField microarchitecture_check[] = {
  TM_CPER_VB ("error_type", 0, 0, 8, 16, 3, microarchitecture_names),
  TM_CPER_B ("processor_context_corrupt", 1, 0, 8, 19),
  TM_CPER_B ("uncorrected", 2, 0, 8, 20),
  TM_CPER_B ("precise_ip", 3, 0, 8, 21),
  TM_CPER_B ("restartable_ip", 4, 0, 8, 22),
  TM_CPER_B ("overflow", 5, 0, 8, 23),
  TM_CPER_END,
};

static const struct
{
  const char *guid;
  const char *name;
  const TmCperField *fields;
} checks[] = {
  { "a55701f5-e3ef-43de-ac72-249b573fad2c", "Cache Error", cache_check },
  { "fc06b535-5e1f-4562-9f25-0a3b9adb63c3", "TLB Error", cache_check },
  { "1cf3f8b3-c5b1-49a2-aa59-5eef92ffa63f", "Bus Error", bus_check },
  { "48ab7f57-dc34-4f6c-a7d3-b0b5b0a74314", "Micro-Architectural Error", microarchitecture_check },
};

static const TmCperField error_fields[] = {
  TM_CPER_P ("target_address_id", 1, 32, 8),
  TM_CPER_P ("requestor_id", 2, 40, 8),
  TM_CPER_P ("responder_id", 3, 48, 8),
  TM_CPER_P ("instruction_pointer", 4, 56, 8),
  TM_CPER_END,
};

static const TmCperName context_names[] = {
  { 0, "Unclassified Data" },
  { 1, "MSR Registers" },
  { 2, "32-bit Mode Execution Context" },
  { 3, "64-bit Mode Execution Context" },
  { 4, "FXSAVE Context" },
  { 5, "32-bit Mode Debug Registers" },
  { 6, "64-bit Mode Debug Registers" },
  { 7, "Memory Mapped Registers" },
  { 0, NULL },
};

static const TmCperField context_fields[] = {
  TM_CPER_V ("register_context_type", TM_CPER_ALWAYS, 0, 2, context_names),
  TM_CPER_N ("register_array_size", TM_CPER_ALWAYS, 2, 2),
  TM_CPER_N ("msr_address", TM_CPER_ALWAYS, 4, 4),
  TM_CPER_P ("mm_register_address", TM_CPER_ALWAYS, 8, 8),
  TM_CPER_END,
};

static const TmCperField cpuid[] = {
  TM_CPER_N ("eax", TM_CPER_ALWAYS, 16, 8),
  TM_CPER_N ("ebx", TM_CPER_ALWAYS, 24, 8),
  TM_CPER_N ("ecx", TM_CPER_ALWAYS, 32, 8),
  TM_CPER_N ("edx", TM_CPER_ALWAYS, 40, 8),
  TM_CPER_END,
};

static const TmCperField fields[] = {
  TM_CPER_N ("local_apic_id", 0, 8, 8),
  TM_CPER_G ("cpuid_info", 1, cpuid),
  TM_CPER_NB ("processor_error_info_num", TM_CPER_ALWAYS, 0, 8, 2, 6),
  TM_CPER_NB ("processor_context_info_num", TM_CPER_ALWAYS, 0, 8, 8, 6),
  TM_CPER_END,
};

/* The kind of a check, which is known whether or not the check itself is valid. Returns: (nullable)
 * (transfer none): its fields. */
static const TmCperField *
decode_kind (const TmCperReader *reader, JsonObject *object)
{
  JsonObject *type = json_object_new ();
  g_autofree char *guid = tm_cper_reader_guid (reader, 0);
  const TmCperField *found = NULL;
  const char *name = "Unknown";

  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++)
    if (strcmp (checks[i].guid, guid) == 0)
      {
        found = checks[i].fields;
        name = checks[i].name;
      }

  json_object_set_string_member (type, "guid", guid);
  json_object_set_string_member (type, "name", name);
  json_object_set_object_member (object, "type", type);
  return found;
}

static void
decode_check (const TmCperReader *reader, const TmCperField *check_fields, JsonObject *object)
{
  TmCperReader check = tm_cper_reader_slice (reader, 24, 8);
  JsonObject *decoded;

  if (check_fields == NULL)
    {
      tm_cper_set_hex (object, "check_info_raw", tm_cper_reader_number (&check, 0, 8));
      return;
    }

  decoded = json_object_new ();
  tm_cper_fields_decode (check_fields, &check, tm_cper_reader_number (&check, 0, 2), decoded);
  json_object_set_object_member (object, "check_info", decoded);
}

static JsonObject *
decode_error (const TmCperReader *reader)
{
  JsonObject *object = json_object_new ();
  const TmCperField *check_fields = decode_kind (reader, object);
  guint64 valid = tm_cper_reader_number (reader, 16, 8);

  if (valid & 1)
    decode_check (reader, check_fields, object);
  tm_cper_fields_decode (error_fields, reader, valid, object);
  return object;
}

/* Of a machine check bank the second register is its status; from it one learns what happened, and
 * nothing about the machine. Banks are 4 apart from 0x400, or 16 apart from 0xc0002000. */
static void
decode_machine_check (const TmCperReader *reader, JsonObject *object)
{
  guint64 msr = tm_cper_reader_number (reader, 4, 4);
  gboolean is_scalable = msr >= 0xc0002000 && msr < 0xc0004000;
  guint64 start = is_scalable ? msr & ~G_GUINT64_CONSTANT (0xf) : msr & ~G_GUINT64_CONSTANT (3);
  gsize offset = CONTEXT_HEAD_BYTES + (start + 1 - msr) * 8;

  if (!is_scalable && (msr < 0x400 || msr >= 0x480))
    return;
  if (msr > start + 1 || !tm_cper_reader_has (reader, offset, 8))
    return;

  json_object_set_int_member (
      object, "bank", (gint64) (is_scalable ? (start - 0xc0002000) / 16 : (start - 0x400) / 4));
  tm_cper_set_hex (object, "status", tm_cper_reader_number (reader, offset, 8));
}

static JsonObject *
decode_context (const TmCperReader *reader)
{
  JsonObject *object = json_object_new ();

  tm_cper_fields_decode (context_fields, reader, 0, object);
  if (tm_cper_reader_number (reader, 0, 2) == CONTEXT_MSR)
    decode_machine_check (reader, object);
  if (reader->wants_all)
    {
      TmCperReader registers = tm_cper_reader_slice (reader, CONTEXT_HEAD_BYTES, reader->n_bytes);

      json_object_set_object_member (
          object, "register_array",
          tm_cper_x86_registers_decode (tm_cper_reader_number (reader, 0, 2), &registers));
    }
  return object;
}

static void
decode_rest (const TmCperReader *reader, JsonObject *object)
{
  guint64 valid = tm_cper_reader_number (reader, 0, 8);
  gsize offset = tm_cper_list_decode (reader, HEAD_BYTES, valid >> 2 & 0x3f, CHECK_BYTES,
                                      decode_error, object, "processor_error_info");
  guint n_contexts = valid >> 8 & 0x3f;
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < MIN (n_contexts, tm_cper_list_get_max (reader)); i++)
    {
      gsize n_bytes = CONTEXT_HEAD_BYTES + tm_cper_reader_number (reader, offset + 2, 2);
      TmCperReader context = tm_cper_reader_slice (reader, offset, n_bytes);

      if (!tm_cper_reader_has (reader, offset, n_bytes))
        break;
      json_array_add_object_element (array, decode_context (&context));
      offset = tm_cper_reader_skip_padded (reader, offset, n_bytes);
    }

  json_object_set_array_member (object, "processor_context_info", array);
}

const TmCperType tm_cper_x86_processor = {
  .guid = "dc3ea0b0-a144-4797-b95b-53fa242b6e1d",
  .name = "IA32/X64",
  .kind = "processor",
  .fields = fields,
  .valid_bytes = 8,
  .decode_rest = decode_rest,
  .error_paths = { "processor_error_info.type.name" },
  .location_paths = { "processor_error_info.check_info.level", "processor_context_info.bank" },
};
