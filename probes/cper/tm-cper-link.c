/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors of the links between chips, CCIX and CXL, and references to what firmware keeps itself. */
#include "tm-cper-type.h"

static const TmCperName record_names[] = {
  { 0, "IPF SAL Error Record" },
  { 1, "SOC Firmware Error Record Type1 (Legacy CrashLog)" },
  { 2, "SOC Firmware Error Record Type2" },
  { 0, NULL },
};

static const TmCperField firmware_fields[] = {
  TM_CPER_V ("error_record_type", TM_CPER_ALWAYS, 0, 1, record_names),
  TM_CPER_N ("revision", TM_CPER_ALWAYS, 1, 1),
  TM_CPER_P ("record_id", TM_CPER_ALWAYS, 8, 8),
  TM_CPER_X ("record_id_guid", TM_CPER_GUID, TM_CPER_ALWAYS, 16, 16, FALSE),
  TM_CPER_END,
};

const TmCperType tm_cper_firmware = {
  .guid = "81212a96-09ed-4996-9471-8d729c8e69ed",
  .name = "Firmware Error Record Reference",
  .kind = "firmware",
  .fields = firmware_fields,
  .error_paths = { "error_record_type.name" },
  .location_paths = { "record_id_guid" },
};

#define CCIX_HEAD_BYTES 16

static const TmCperField ccix_fields[] = {
  TM_CPER_N ("length", TM_CPER_ALWAYS, 0, 4),
  TM_CPER_N ("ccix_source_id", 0, 12, 1),
  TM_CPER_N ("ccix_port_id", 1, 13, 1),
  TM_CPER_END,
};

static void
decode_ccix_log (const TmCperReader *reader, JsonObject *object)
{
  guint64 length = tm_cper_reader_number (reader, 0, 4);
  guint64 valid = tm_cper_reader_number (reader, 4, 8);
  TmCperReader log;

  if ((valid >> 2 & 1) == 0 || length < CCIX_HEAD_BYTES || !reader->wants_all)
    return;

  log = tm_cper_reader_slice (reader, CCIX_HEAD_BYTES, length - CCIX_HEAD_BYTES);
  json_object_set_object_member (object, "ccix_per_log", tm_cper_bytes_to_json (&log));
}

const TmCperType tm_cper_ccix = {
  .guid = "91335ef6-ebfb-4478-a6a6-88b728cf75d7",
  .name = "CCIX PER Log Error",
  .kind = "ccix",
  .fields = ccix_fields,
  .valid_offset = 4,
  .valid_bytes = 8,
  .decode_rest = decode_ccix_log,
  .location_paths = { "ccix_source_id", "ccix_port_id" },
};

#define CXL_HEAD_BYTES 116
/* The host's downstream port is known by the address of its registers, all others as on PCI. */
#define CXL_HOST_PORT 1

static const TmCperName agent_names[] = {
  { 0, "CXL 1.1 Device" },
  { 1, "CXL 1.1 Host Downstream Port" },
  { 2, "CXL Device" },
  { 3, "CXL Logical Device" },
  { 4, "CXL Fabric Manager Managed Logical Device" },
  { 5, "CXL Root Port" },
  { 6, "CXL Downstream Switch Port" },
  { 7, "CXL Upstream Switch Port" },
  { 0, NULL },
};

static const TmCperField agent_address[] = {
  TM_CPER_N ("function_number", TM_CPER_ALWAYS, 16, 1),
  TM_CPER_N ("device_number", TM_CPER_ALWAYS, 17, 1),
  TM_CPER_N ("bus_number", TM_CPER_ALWAYS, 18, 1),
  TM_CPER_N ("segment_number", TM_CPER_ALWAYS, 19, 2),
  TM_CPER_END,
};

static const TmCperField port_address[] = {
  TM_CPER_P ("rcrb_base_address", 1, 16, 8),
  TM_CPER_END,
};

static const TmCperField device_id[] = {
  TM_CPER_N ("vendor_id", TM_CPER_ALWAYS, 24, 2),
  TM_CPER_N ("device_id", TM_CPER_ALWAYS, 26, 2),
  TM_CPER_N ("subsystem_vendor_id", TM_CPER_ALWAYS, 28, 2),
  TM_CPER_N ("subsystem_device_id", TM_CPER_ALWAYS, 30, 2),
  TM_CPER_N ("class_code", TM_CPER_ALWAYS, 32, 2),
  TM_CPER_NB ("slot_number", TM_CPER_ALWAYS, 34, 2, 3, 13),
  TM_CPER_END,
};

static const TmCperField cxl_fields[] = {
  TM_CPER_V ("agent_type", 0, 8, 1, agent_names),
  TM_CPER_G ("device_id", 2, device_id),
  TM_CPER_P ("device_serial", 3, 40, 8),
  TM_CPER_X ("capability_structure", TM_CPER_BYTES, 4, 48, 60, TRUE),
  TM_CPER_N ("dvsec_length", 5, 108, 2),
  TM_CPER_N ("error_log_length", 6, 110, 2),
  TM_CPER_END,
};

static const TmCperField agent_fields[] = {
  TM_CPER_G ("agent_address", 1, agent_address),
  TM_CPER_END,
};

static void
decode_cxl_logs (const TmCperReader *reader, guint64 valid, JsonObject *object)
{
  guint64 dvsec_bytes = tm_cper_reader_number (reader, 108, 2);
  guint64 log_bytes = tm_cper_reader_number (reader, 110, 2);
  TmCperReader dvsec = tm_cper_reader_slice (reader, CXL_HEAD_BYTES, dvsec_bytes);
  TmCperReader log = tm_cper_reader_slice (reader, CXL_HEAD_BYTES + dvsec_bytes, log_bytes);

  if (valid >> 5 & 1)
    json_object_set_object_member (object, "cxl_dvsec", tm_cper_bytes_to_json (&dvsec));
  if (valid >> 6 & 1)
    json_object_set_object_member (object, "cxl_error_log", tm_cper_bytes_to_json (&log));
}

static void
decode_cxl_rest (const TmCperReader *reader, JsonObject *object)
{
  guint64 valid = tm_cper_reader_number (reader, 0, 8);
  gboolean is_port = tm_cper_reader_number (reader, 8, 1) == CXL_HOST_PORT;

  tm_cper_fields_decode (is_port ? port_address : agent_fields, reader, valid, object);
  if (valid >> 2 & 1 && tm_cper_reader_has (reader, 24, 4))
    tm_cper_set_pci_model (object, tm_cper_reader_number (reader, 24, 2),
                           tm_cper_reader_number (reader, 26, 2));
  if (reader->wants_all)
    decode_cxl_logs (reader, valid, object);
}

const TmCperType tm_cper_cxl_protocol = {
  .guid = "80b9efb4-52b5-4de3-a777-68784b771048",
  .name = "CXL Protocol Error",
  .kind = "cxl",
  .fields = cxl_fields,
  .valid_bytes = 8,
  .decode_rest = decode_cxl_rest,
  .error_paths = { "agent_type.name" },
  .location_paths = { "model" },
};
