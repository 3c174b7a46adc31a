/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Errors of an ARM processor: one head, then error structures of 32 bytes, then register contexts
 * of any length, then what the vendor added.
 */
#include "tm-cper-arm-registers.h"
#include "tm-cper-type.h"

#define HEAD_BYTES 40
#define ERROR_BYTES 32
#define CONTEXT_HEAD_BYTES 8

static const TmCperName affinity_names[] = {
  { 0, "Vendor Defined" },
  { 1, "Vendor Defined" },
  { 2, "Vendor Defined" },
  { 3, "Vendor Defined" },
  { 0, NULL },
};

static const TmCperName error_names[] = {
  { 1, "Cache Error" }, { 2, "TLB Error" }, { 4, "Bus Error" }, { 8, "Micro-Architectural Error" },
  { 0, NULL },
};

#define COMMON_OPERATIONS                                                                          \
  { 0, "Generic Error" }, { 1, "Generic Read" }, { 2, "Generic Write" }, { 3, "Data Read" },       \
      { 4, "Data Write" }, { 5, "Instruction Fetch" },                                             \
  {                                                                                                \
    6, "Prefetch"                                                                                  \
  }

static const TmCperName cache_operation_names[] = {
  COMMON_OPERATIONS, { 7, "Eviction" },    { 8, "Snooping" },
  { 9, "Snooped" },  { 10, "Management" }, { 0, NULL },
};

static const TmCperName tlb_operation_names[] = {
  COMMON_OPERATIONS,
  { 7, "Local Management Operation" },
  { 8, "External Management Operation" },
  { 0, NULL },
};

static const TmCperName bus_operation_names[] = { COMMON_OPERATIONS, { 0, NULL } };

static const TmCperName space_names[] = {
  { 0, "External Memory Access" },
  { 1, "Internal Memory Access" },
  { 3, "Device Memory Access" },
  { 0, NULL },
};

static const TmCperName mode_names[] = { { 0, "Secure" }, { 1, "Normal" }, { 0, NULL } };

#define COMMON_INFORMATION(operation_names)                                                        \
  TM_CPER_VB ("transaction_type", 0, 8, 8, 16, 2, tm_cper_transaction_names),                      \
      TM_CPER_VB ("operation", 1, 8, 8, 18, 4, operation_names),                                   \
      TM_CPER_NB ("level", 2, 8, 8, 22, 3), TM_CPER_B ("processor_context_corrupt", 3, 8, 8, 25),  \
      TM_CPER_B ("corrected", 4, 8, 8, 26), TM_CPER_B ("precise_pc", 5, 8, 8, 27),                 \
      TM_CPER_B ("restartable_pc", 6, 8, 8, 28)

static const TmCperField cache_information[] = {
  COMMON_INFORMATION (cache_operation_names),
  TM_CPER_END,
};

static const TmCperField tlb_information[] = {
  COMMON_INFORMATION (tlb_operation_names),
  TM_CPER_END,
};

static const TmCperField bus_information[] = {
  COMMON_INFORMATION (bus_operation_names),
  TM_CPER_VB ("participation_type", 7, 8, 8, 29, 2, tm_cper_participation_names),
  TM_CPER_B ("timed_out", 8, 8, 8, 31),
  TM_CPER_VB ("address_space", 9, 8, 8, 32, 2, space_names),
  TM_CPER_NB ("memory_attributes", 10, 8, 8, 34, 9),
  TM_CPER_VB ("access_mode", 11, 8, 8, 43, 1, mode_names),
  TM_CPER_END,
};

static const struct
{
  guint type;
  const char *member;
  const TmCperField *fields;
} kinds[] = {
  { 1, "cache_error", cache_information },
  { 2, "tlb_error", tlb_information },
  { 4, "bus_error", bus_information },
};

static const TmCperField flags[] = {
  TM_CPER_B ("first_error_captured", TM_CPER_ALWAYS, 7, 1, 0),
  TM_CPER_B ("last_error_captured", TM_CPER_ALWAYS, 7, 1, 1),
  TM_CPER_B ("propagated", TM_CPER_ALWAYS, 7, 1, 2),
  TM_CPER_B ("overflow", TM_CPER_ALWAYS, 7, 1, 3),
  TM_CPER_END,
};

static const TmCperField error_fields[] = {
  TM_CPER_N ("version", TM_CPER_ALWAYS, 0, 1),
  TM_CPER_N ("length", TM_CPER_ALWAYS, 1, 1),
  TM_CPER_V ("error_type", TM_CPER_ALWAYS, 4, 1, error_names),
  TM_CPER_G ("flags", 1, flags),
  TM_CPER_P ("virtual_fault_address", 3, 16, 8),
  TM_CPER_P ("physical_fault_address", 4, 24, 8),
  TM_CPER_END,
};

static const TmCperField context_fields[] = {
  TM_CPER_N ("version", TM_CPER_ALWAYS, 0, 2),
  TM_CPER_V ("register_context_type", TM_CPER_ALWAYS, 2, 2, tm_cper_arm_context_names),
  TM_CPER_N ("register_array_size", TM_CPER_ALWAYS, 4, 4),
  TM_CPER_END,
};

static const TmCperField fields[] = {
  TM_CPER_N ("error_info_num", TM_CPER_ALWAYS, 4, 2),
  TM_CPER_N ("context_info_num", TM_CPER_ALWAYS, 6, 2),
  TM_CPER_N ("section_length", TM_CPER_ALWAYS, 8, 4),
  TM_CPER_V ("error_affinity", 1, 12, 1, affinity_names),
  TM_CPER_N ("mpidr_el1", 0, 16, 8),
  TM_CPER_N ("midr_el1", TM_CPER_ALWAYS, 24, 8),
  TM_CPER_B ("running", 2, 32, 4, 0),
  TM_CPER_END,
};

/* How many errors there were: one, several, or their number less one. */
static void
decode_multiple (const TmCperReader *reader, JsonObject *object)
{
  guint64 value = tm_cper_reader_number (reader, 5, 2);
  JsonObject *multiple = json_object_new ();

  json_object_set_int_member (multiple, "value", (gint64) value);
  json_object_set_string_member (multiple, "name", value == 0 ? "Single Error" : "Multiple Errors");
  json_object_set_object_member (object, "multiple_error", multiple);
}

static void
decode_information (const TmCperReader *reader, JsonObject *object)
{
  guint64 type = tm_cper_reader_number (reader, 4, 1);
  guint64 valid = tm_cper_reader_number (reader, 8, 2);
  JsonObject *information = json_object_new ();
  gboolean is_known = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].type == type)
      {
        JsonObject *decoded = json_object_new ();

        tm_cper_fields_decode (kinds[i].fields, reader, valid, decoded);
        json_object_set_object_member (information, kinds[i].member, decoded);
        is_known = TRUE;
      }

  if (!is_known)
    tm_cper_set_hex (information, "value", tm_cper_reader_number (reader, 8, 8));
  json_object_set_object_member (object, "error_information", information);
}

static JsonObject *
decode_error (const TmCperReader *reader)
{
  JsonObject *object = json_object_new ();
  guint64 valid = tm_cper_reader_number (reader, 2, 2);

  tm_cper_fields_decode (error_fields, reader, valid, object);
  if (valid & 1)
    decode_multiple (reader, object);
  if (valid >> 2 & 1)
    decode_information (reader, object);
  return object;
}

static JsonObject *
decode_context (const TmCperReader *reader)
{
  JsonObject *object = json_object_new ();
  TmCperReader registers = tm_cper_reader_slice (reader, CONTEXT_HEAD_BYTES, reader->n_bytes);

  tm_cper_fields_decode (context_fields, reader, 0, object);
  if (reader->wants_all)
    json_object_set_object_member (
        object, "register_array",
        tm_cper_arm_registers_decode (tm_cper_reader_number (reader, 2, 2), &registers));
  return object;
}

static gsize
decode_errors (const TmCperReader *reader, JsonObject *object)
{
  guint64 n_errors = tm_cper_reader_number (reader, 4, 2);

  return tm_cper_list_decode (reader, HEAD_BYTES, n_errors, ERROR_BYTES, decode_error, object,
                              "error_info");
}

static gsize
decode_contexts (const TmCperReader *reader, gsize offset, JsonObject *object)
{
  guint64 n_contexts = tm_cper_reader_number (reader, 6, 2);
  JsonArray *array = json_array_new ();

  for (guint64 i = 0; i < n_contexts; i++)
    {
      gsize n_bytes = CONTEXT_HEAD_BYTES + tm_cper_reader_number (reader, offset + 4, 4);
      TmCperReader context = tm_cper_reader_slice (reader, offset, n_bytes);

      if (!tm_cper_reader_has (reader, offset, n_bytes))
        break;
      if (i < tm_cper_list_get_max (reader))
        json_array_add_object_element (array, decode_context (&context));
      offset = tm_cper_reader_skip_padded (reader, offset, n_bytes);
    }

  json_object_set_array_member (object, "context_info", array);
  return offset;
}

static void
decode_rest (const TmCperReader *reader, JsonObject *object)
{
  guint64 valid = tm_cper_reader_number (reader, 0, 4);
  guint64 section_bytes = tm_cper_reader_number (reader, 8, 4);
  TmCperReader section = tm_cper_reader_slice (reader, 0, section_bytes);
  TmCperReader vendor;
  gsize offset;

  /* The power state has no bit of its own: it stands where the processor did not run. */
  if (tm_cper_reader_has (reader, 32, 8) && tm_cper_reader_number (reader, 32, 4) >> 31 == 0)
    json_object_set_int_member (object, "psci_state",
                                (gint64) tm_cper_reader_number (reader, 36, 4));

  offset = decode_errors (&section, object);
  offset = decode_contexts (&section, offset, object);
  vendor = tm_cper_reader_slice (&section, offset, section.n_bytes);
  if (valid >> 3 & 1 && reader->wants_all)
    json_object_set_object_member (object, "vendor_specific_info", tm_cper_bytes_to_json (&vendor));
}

const TmCperType tm_cper_arm_processor = {
  .guid = "e19e3d16-bc11-11e4-9caa-c2051d5d46b0",
  .name = "ARM",
  .kind = "processor",
  .fields = fields,
  .valid_bytes = 4,
  .decode_rest = decode_rest,
  .error_paths = { "error_info.error_type.name" },
  .location_paths = { "error_affinity.value" },
};
