/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors of PCI Express: which port, which device, and what its error reporting registers say. */
#include "tm-cper-type.h"

#define AER 112

static const TmCperName port_names[] = {
  { 0, "PCI Express End Point" },
  { 1, "Legacy PCI Express End Point Device" },
  { 4, "Root Port" },
  { 5, "Upstream Switch Port" },
  { 6, "Downstream Switch Port" },
  { 7, "PCI Express to PCI/PCI-X Bridge" },
  { 8, "PCI/PCI-X Bridge to PCI Express Bridge" },
  { 9, "Root Complex Integrated Endpoint Device" },
  { 10, "Root Complex Event Collector" },
  { 0, NULL },
};

static const TmCperField version[] = {
  TM_CPER_N ("minor", TM_CPER_ALWAYS, 12, 1),
  TM_CPER_N ("major", TM_CPER_ALWAYS, 13, 1),
  TM_CPER_END,
};

static const TmCperField command_status[] = {
  TM_CPER_N ("command_register", TM_CPER_ALWAYS, 16, 2),
  TM_CPER_N ("status_register", TM_CPER_ALWAYS, 18, 2),
  TM_CPER_END,
};

static const TmCperField device_id[] = {
  TM_CPER_N ("vendor_id", TM_CPER_ALWAYS, 24, 2),
  TM_CPER_N ("device_id", TM_CPER_ALWAYS, 26, 2),
  TM_CPER_N ("class_code", TM_CPER_ALWAYS, 28, 3),
  TM_CPER_N ("function_number", TM_CPER_ALWAYS, 31, 1),
  TM_CPER_N ("device_number", TM_CPER_ALWAYS, 32, 1),
  TM_CPER_N ("segment_number", TM_CPER_ALWAYS, 33, 2),
  TM_CPER_N ("primary_or_device_bus_number", TM_CPER_ALWAYS, 35, 1),
  TM_CPER_N ("secondary_bus_number", TM_CPER_ALWAYS, 36, 1),
  TM_CPER_NB ("slot_number", TM_CPER_ALWAYS, 37, 2, 3, 13),
  TM_CPER_END,
};

static const TmCperField bridge[] = {
  TM_CPER_N ("secondary_status_register", TM_CPER_ALWAYS, 48, 2),
  TM_CPER_N ("control_register", TM_CPER_ALWAYS, 50, 2),
  TM_CPER_END,
};

static const TmCperField fields[] = {
  TM_CPER_V ("port_type", 0, 8, 4, port_names),
  TM_CPER_G ("version", 1, version),
  TM_CPER_G ("command_status", 2, command_status),
  TM_CPER_G ("device_id", 3, device_id),
  TM_CPER_P ("device_serial_number", 4, 40, 8),
  TM_CPER_G ("bridge_control_status", 5, bridge),
  TM_CPER_G ("capability_structure", 6, tm_cper_pcie_capability_fields),
  TM_CPER_G ("aer_info", 7, tm_cper_pcie_aer_fields),
  TM_CPER_END,
};

/* What was reported: uncorrectable errors that are not masked, else correctable ones. */
static void
decode_reported (const TmCperReader *reader, JsonObject *object)
{
  static const TmCperField uncorrectable[] = {
    TM_CPER_S ("reported", TM_CPER_ALWAYS, 0, 4, tm_cper_aer_uncorrectable_names),
    TM_CPER_END,
  };
  static const TmCperField correctable[] = {
    TM_CPER_S ("reported", TM_CPER_ALWAYS, 0, 4, tm_cper_aer_correctable_names),
    TM_CPER_END,
  };
  TmCperReader aer = tm_cper_reader_slice (reader, AER, reader->n_bytes);
  guint64 errors[] = {
    tm_cper_reader_number (&aer, 4, 4) & ~tm_cper_reader_number (&aer, 8, 4),
    tm_cper_reader_number (&aer, 16, 4) & ~tm_cper_reader_number (&aer, 20, 4),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      guint32 bits = GUINT32_TO_LE ((guint32) errors[i]);
      TmCperReader reported = { (const guint8 *) &bits, sizeof bits, FALSE };

      if (bits == 0)
        continue;
      tm_cper_fields_decode (i == 0 ? uncorrectable : correctable, &reported, 0, object);
      return;
    }
}

static void
decode_rest (const TmCperReader *reader, JsonObject *object)
{
  guint64 valid = tm_cper_reader_number (reader, 0, 8);

  if (valid >> 3 & 1 && tm_cper_reader_has (reader, 24, 4))
    tm_cper_set_pci_model (object, tm_cper_reader_number (reader, 24, 2),
                           tm_cper_reader_number (reader, 26, 2));
  if (valid >> 7 & 1)
    decode_reported (reader, object);
}

const TmCperType tm_cper_pcie = {
  .guid = "d995e954-bbc1-430f-ad91-b44dcb3c6f35",
  .name = "PCIe",
  .kind = "pcie",
  .fields = fields,
  .valid_bytes = 8,
  .decode_rest = decode_rest,
  .error_paths = { "reported" },
  .location_paths = { "port_type.name", "model" },
};
