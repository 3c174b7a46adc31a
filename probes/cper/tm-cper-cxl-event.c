/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Events of CXL memory, as its own firmware logs them and that of the platform passes them on: a
 * head that says which device, then the event in the form of the CXL specification, without its
 * UUID. The event has a validation word of its own; what it has no bit for is always there.
 *
 *    0 u32 length   4 u64 valid {device, serial number, event}   12 device   24 serial number
 *   32 the event: 32 bytes of head, then what its kind is about
 */
#include "tm-cper-type.h"

#define HEAD_BYTES 32
#define VALID_DEVICE 1u
#define VALID_EVENT 4u
#define EVENT_VALID_OFFSET 75

static const TmCperField device_id[] = {
  TM_CPER_N ("vendor_id", TM_CPER_ALWAYS, 12, 2),
  TM_CPER_N ("device_id", TM_CPER_ALWAYS, 14, 2),
  TM_CPER_N ("function_number", TM_CPER_ALWAYS, 16, 1),
  TM_CPER_N ("device_number", TM_CPER_ALWAYS, 17, 1),
  TM_CPER_N ("bus_number", TM_CPER_ALWAYS, 18, 1),
  TM_CPER_N ("segment_number", TM_CPER_ALWAYS, 19, 2),
  TM_CPER_NB ("slot_number", TM_CPER_ALWAYS, 21, 2, 3, 13),
  TM_CPER_END,
};

static const TmCperField fields[] = {
  TM_CPER_N ("length", TM_CPER_ALWAYS, 0, 4),
  TM_CPER_G ("device_id", 0, device_id),
  TM_CPER_P ("device_serial", 1, 24, 8),
  TM_CPER_END,
};

static const TmCperName descriptor_names[] = {
  { 0, "uncorrectable_event" },
  { 1, "threshold_event" },
  { 2, "poison_list_overflow" },
  { 0, NULL },
};

static const TmCperName transaction_names[] = {
  { 0, "Unknown" },
  { 1, "Host Read" },
  { 2, "Host Write" },
  { 3, "Host Scan Media" },
  { 4, "Host Inject Poison" },
  { 5, "Internal Media Scrub" },
  { 6, "Internal Media Management" },
  { 7, "Internal Media Error Check Scrub" },
  { 8, "Media Initialization" },
  { 0, NULL },
};

static const TmCperName media_names[] = {
  { 0, "Media ECC Error" },
  { 1, "Invalid Address" },
  { 2, "Data Path Error" },
  { 3, "TE State Violation" },
  { 4, "Scrub Media ECC Error" },
  { 5, "Advanced Programmable Corrected Memory Error Counter Expiration" },
  { 6, "CKID Violation" },
  { 0, NULL },
};

static const TmCperName dram_names[] = {
  { 0, "Media ECC Error" },
  { 1, "Scrub Media ECC Error" },
  { 2, "Invalid Address" },
  { 3, "Data Path Error" },
  { 4, "TE State Violation" },
  { 5, "Advanced Programmable Corrected Memory Error Counter Expiration" },
  { 6, "CKID Violation" },
  { 0, NULL },
};

static const TmCperName module_names[] = {
  { 0, "Health Status Change" },
  { 1, "Media Status Change" },
  { 2, "Life Used Change" },
  { 3, "Temperature Change" },
  { 4, "Data Path Error" },
  { 5, "LSA Error" },
  { 6, "Unrecoverable Internal Sideband Bus Error" },
  { 7, "Memory Media FRU Error" },
  { 8, "Power Management Fault" },
  { 0, NULL },
};

/* Where the events of media and of DRAM are alike. */
#define MEDIA_FIELDS(names)                                                                        \
  TM_CPER_P ("physical_address", TM_CPER_ALWAYS, 64, 8),                                           \
      TM_CPER_S ("memory_event_descriptor", TM_CPER_ALWAYS, 72, 1, descriptor_names),              \
      TM_CPER_V ("memory_event_type", TM_CPER_ALWAYS, 73, 1, names),                               \
      TM_CPER_V ("transaction_type", TM_CPER_ALWAYS, 74, 1, transaction_names),                    \
      TM_CPER_N ("channel", 0, 77, 1), TM_CPER_N ("rank", 1, 78, 1)

static const TmCperField media_event[] = {
  MEDIA_FIELDS (media_names),
  TM_CPER_NB ("device", 2, 79, 3, 0, 24),
  TM_CPER_X ("component_identifier", TM_CPER_BYTES, 3, 82, 16, TRUE),
  TM_CPER_END,
};

static const TmCperField dram_event[] = {
  MEDIA_FIELDS (dram_names),
  TM_CPER_NB ("nibble_mask", 2, 79, 3, 0, 24),
  TM_CPER_N ("bank_group", 3, 82, 1),
  TM_CPER_N ("bank", 4, 83, 1),
  TM_CPER_NB ("row", 5, 84, 3, 0, 24),
  TM_CPER_N ("column", 6, 87, 2),
  TM_CPER_END,
};

static const TmCperField module_event[] = {
  TM_CPER_V ("device_event_type", TM_CPER_ALWAYS, 64, 1, module_names),
  TM_CPER_N ("health_status", TM_CPER_ALWAYS, 65, 1),
  TM_CPER_N ("media_status", TM_CPER_ALWAYS, 66, 1),
  TM_CPER_N ("additional_status", TM_CPER_ALWAYS, 67, 1),
  TM_CPER_N ("life_used", TM_CPER_ALWAYS, 68, 1),
  TM_CPER_N ("device_temperature", TM_CPER_ALWAYS, 69, 2),
  TM_CPER_N ("dirty_shutdown_count", TM_CPER_ALWAYS, 71, 4),
  TM_CPER_N ("corrected_volatile_error_count", TM_CPER_ALWAYS, 75, 4),
  TM_CPER_N ("corrected_persistent_error_count", TM_CPER_ALWAYS, 79, 4),
  TM_CPER_END,
};

static void
decode (const TmCperReader *reader,
        const TmCperField *event_fields,
        guint64 event_valid,
        JsonObject *object)
{
  guint64 valid = tm_cper_reader_number (reader, 4, 8);
  TmCperReader log = tm_cper_reader_slice (reader, HEAD_BYTES, reader->n_bytes);
  JsonObject *event;

  if ((valid & VALID_DEVICE) != 0 && tm_cper_reader_has (reader, 12, 4))
    tm_cper_set_pci_model (object, tm_cper_reader_number (reader, 12, 2),
                           tm_cper_reader_number (reader, 14, 2));
  if ((valid & VALID_EVENT) == 0)
    return;

  event = json_object_new ();
  tm_cper_fields_decode (event_fields, reader, event_valid, event);
  json_object_set_object_member (object, "event", event);
  if (reader->wants_all)
    json_object_set_object_member (object, "cxl_component_event_log", tm_cper_bytes_to_json (&log));
}

static void
decode_media (const TmCperReader *reader, JsonObject *object)
{
  decode (reader, media_event, tm_cper_reader_number (reader, EVENT_VALID_OFFSET, 2), object);
}

static void
decode_dram (const TmCperReader *reader, JsonObject *object)
{
  decode (reader, dram_event, tm_cper_reader_number (reader, EVENT_VALID_OFFSET, 2), object);
}

static void
decode_module (const TmCperReader *reader, JsonObject *object)
{
  decode (reader, module_event, 0, object);
}

#define COMMON                                                                                     \
  .kind = "cxl", .fields = fields, .valid_offset = 4, .valid_bytes = 8,                            \
  .location_paths = { "model" }

const TmCperType tm_cper_cxl_media = {
  .guid = "fbcd0a77-c260-417f-85a9-088b1621eba6",
  .name = "CXL General Media",
  .decode_rest = decode_media,
  .error_paths = { "event.memory_event_type.name" },
  COMMON,
};

const TmCperType tm_cper_cxl_dram = {
  .guid = "601dcbb3-9c06-4eab-b8af-4e9bfb5c9624",
  .name = "CXL DRAM",
  .decode_rest = decode_dram,
  .error_paths = { "event.memory_event_type.name" },
  COMMON,
};

const TmCperType tm_cper_cxl_module = {
  .guid = "fe927475-dd59-4339-a586-79bab113b774",
  .name = "CXL Memory Module",
  .decode_rest = decode_module,
  .error_paths = { "event.device_event_type.name" },
  COMMON,
};
