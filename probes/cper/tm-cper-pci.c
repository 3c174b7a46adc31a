/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors of buses and devices from before PCI Express. */
#include "tm-cper-type.h"

#define DEVICE_HEAD_BYTES 40
#define PAIR_BYTES 16

static const TmCperName bus_error_names[] = {
  { 0, "Unknown" },
  { 1, "Data Parity Error" },
  { 2, "System Error" },
  { 3, "Master Abort" },
  { 4, "Bus Timeout" },
  { 5, "Master Data Parity Error" },
  { 6, "Address Parity Error" },
  { 7, "Command Parity Error" },
  { 0, NULL },
};

static const TmCperField error_status[] = TM_CPER_ERROR_STATUS (8);

static const TmCperField bus_id[] = {
  TM_CPER_N ("bus_number", TM_CPER_ALWAYS, 18, 1),
  TM_CPER_N ("segment_number", TM_CPER_ALWAYS, 19, 1),
  TM_CPER_END,
};

static const TmCperName protocol_names[] = { { 0, "PCI" }, { 1, "PCI-X" }, { 0, NULL } };

static const TmCperField bus_fields[] = {
  TM_CPER_G ("error_status", 0, error_status),
  TM_CPER_V ("error_type", 1, 16, 2, bus_error_names),
  TM_CPER_G ("bus_id", 2, bus_id),
  TM_CPER_P ("bus_address", 3, 24, 8),
  TM_CPER_P ("bus_data", 4, 32, 8),
  TM_CPER_VB ("bus_command_type", 5, 40, 8, 56, 1, protocol_names),
  TM_CPER_P ("bus_requestor_id", 6, 48, 8),
  TM_CPER_P ("bus_completer_id", 7, 56, 8),
  TM_CPER_P ("target_id", 8, 64, 8),
  TM_CPER_END,
};

const TmCperType tm_cper_pci_bus = {
  .guid = "c5753963-3b84-4095-bf78-eddad3f9c9dd",
  .name = "PCI/PCI-X Bus",
  .kind = "pci-bus",
  .fields = bus_fields,
  .valid_bytes = 8,
  .error_paths = { "error_type.name", "error_status.error_type.name" },
  .location_paths = { "bus_id.segment_number", "bus_id.bus_number" },
};

static const TmCperField device_id[] = {
  TM_CPER_N ("vendor_id", TM_CPER_ALWAYS, 16, 2),
  TM_CPER_N ("device_id", TM_CPER_ALWAYS, 18, 2),
  TM_CPER_N ("class_code", TM_CPER_ALWAYS, 20, 3),
  TM_CPER_N ("function_number", TM_CPER_ALWAYS, 23, 1),
  TM_CPER_N ("device_number", TM_CPER_ALWAYS, 24, 1),
  TM_CPER_N ("bus_number", TM_CPER_ALWAYS, 25, 1),
  TM_CPER_N ("segment_number", TM_CPER_ALWAYS, 26, 1),
  TM_CPER_END,
};

static const TmCperField device_fields[] = {
  TM_CPER_G ("error_status", 0, error_status),
  TM_CPER_G ("id_info", 1, device_id),
  TM_CPER_N ("memory_number", 2, 32, 4),
  TM_CPER_N ("io_number", 3, 36, 4),
  TM_CPER_END,
};

static const TmCperField pair[] = {
  TM_CPER_N ("first_half", TM_CPER_ALWAYS, 0, 8),
  TM_CPER_N ("second_half", TM_CPER_ALWAYS, 8, 8),
  TM_CPER_END,
};

static void
decode_pairs (const TmCperReader *reader, JsonObject *object)
{
  guint64 n_pairs = tm_cper_reader_number (reader, 32, 4) + tm_cper_reader_number (reader, 36, 4);
  gsize n_there =
      reader->n_bytes < DEVICE_HEAD_BYTES ? 0 : (reader->n_bytes - DEVICE_HEAD_BYTES) / PAIR_BYTES;
  JsonArray *array = json_array_new ();

  for (gsize i = 0; i < MIN (MIN (n_pairs, n_there), tm_cper_list_get_max (reader)); i++)
    {
      TmCperReader bytes =
          tm_cper_reader_slice (reader, DEVICE_HEAD_BYTES + i * PAIR_BYTES, PAIR_BYTES);
      JsonObject *decoded = json_object_new ();

      tm_cper_fields_decode (pair, &bytes, 0, decoded);
      json_array_add_object_element (array, decoded);
    }

  json_object_set_array_member (object, "register_data_pairs", array);
}

static void
decode_rest (const TmCperReader *reader, JsonObject *object)
{
  guint64 valid = tm_cper_reader_number (reader, 0, 8);

  if (valid >> 1 & 1 && tm_cper_reader_has (reader, 16, 4))
    tm_cper_set_pci_model (object, tm_cper_reader_number (reader, 16, 2),
                           tm_cper_reader_number (reader, 18, 2));
  if (valid >> 4 & 1 && reader->wants_all)
    decode_pairs (reader, object);
}

const TmCperType tm_cper_pci_device = {
  .guid = "eb5e4685-ca66-4769-b6a2-26068b001326",
  .name = "PCI Component/Device",
  .kind = "pci-device",
  .fields = device_fields,
  .valid_bytes = 8,
  .decode_rest = decode_rest,
  .error_paths = { "error_status.error_type.name" },
  .location_paths = { "model" },
};
