/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors of memory, in both shapes: the second has wider numbers for newer modules. */
#include "tm-cper-type.h"

static const TmCperName error_names[] = {
  { 0, "Unknown" },
  { 1, "No Error" },
  { 2, "Single-bit ECC" },
  { 3, "Multi-bit ECC" },
  { 4, "Single-symbol ChipKill ECC" },
  { 5, "Multi-symbol ChipKill ECC" },
  { 6, "Master Abort" },
  { 7, "Target Abort" },
  { 8, "Parity Error" },
  { 9, "Watchdog Timeout" },
  { 10, "Invalid Address" },
  { 11, "Mirror Broken" },
  { 12, "Memory Sparing" },
  { 13, "Scrub Corrected Error" },
  { 14, "Scrub Uncorrected Error" },
  { 15, "Physical Memory Map-out Event" },
  { 0, NULL },
};

static const TmCperField error_status[] = TM_CPER_ERROR_STATUS (8);

/* Where both shapes are alike. */
#define COMMON_FIELDS                                                                              \
  TM_CPER_G ("error_status", 0, error_status), TM_CPER_P ("physical_address", 1, 16, 8),           \
      TM_CPER_P ("physical_address_mask", 2, 24, 8), TM_CPER_N ("node", 3, 32, 2),                 \
      TM_CPER_N ("card", 4, 34, 2), TM_CPER_N ("module", 5, 36, 2)

static const TmCperField bank[] = {
  TM_CPER_N ("value", 6, 38, 2),
  TM_CPER_N ("address", 20, 38, 1),
  TM_CPER_N ("group", 19, 39, 1),
  TM_CPER_END,
};

static const TmCperField extended[] = {
  TM_CPER_B ("row_bit16", 18, 73, 1, 0),
  TM_CPER_B ("row_bit17", 18, 73, 1, 1),
  TM_CPER_NB ("chip_identification", 21, 73, 1, 5, 3),
  TM_CPER_END,
};

static const TmCperField fields[] = {
  COMMON_FIELDS,
  TM_CPER_G ("bank", TM_CPER_ALWAYS, bank),
  TM_CPER_N ("device", 7, 40, 2),
  TM_CPER_N ("row", 8, 42, 2),
  TM_CPER_N ("column", 9, 44, 2),
  TM_CPER_N ("bit_position", 10, 46, 2),
  TM_CPER_P ("requestor_id", 11, 48, 8),
  TM_CPER_P ("responder_id", 12, 56, 8),
  TM_CPER_P ("target_id", 13, 64, 8),
  TM_CPER_V ("memory_error_type", 14, 72, 1, error_names),
  TM_CPER_G ("extended", TM_CPER_ALWAYS, extended),
  TM_CPER_N ("rank_number", 15, 74, 2),
  TM_CPER_N ("card_smbios_handle", 16, 76, 2),
  TM_CPER_N ("module_smbios_handle", 17, 78, 2),
  TM_CPER_END,
};

const TmCperType tm_cper_memory = {
  .guid = "a5bc1114-6f64-4ede-b863-3e83ed7c83b1",
  .name = "Platform Memory",
  .kind = "memory",
  .fields = fields,
  .valid_bytes = 8,
  .error_paths = { "memory_error_type.name", "error_status.error_type.name" },
  .location_paths = { "node", "card", "module" },
};

static const TmCperField bank2[] = {
  TM_CPER_N ("value", 6, 38, 2),
  TM_CPER_N ("address", 21, 38, 1),
  TM_CPER_N ("group", 20, 39, 1),
  TM_CPER_END,
};

static const TmCperName status_names[] = {
  { 0, "Corrected" },
  { 1, "Uncorrected" },
  { 0, NULL },
};

static const TmCperField fields2[] = {
  COMMON_FIELDS,
  TM_CPER_G ("bank", TM_CPER_ALWAYS, bank2),
  TM_CPER_N ("device", 7, 40, 4),
  TM_CPER_N ("row", 8, 44, 4),
  TM_CPER_N ("column", 9, 48, 4),
  TM_CPER_N ("rank", 10, 52, 4),
  TM_CPER_N ("bit_position", 11, 56, 4),
  TM_CPER_N ("chip_id", 12, 60, 1),
  TM_CPER_V ("memory_error_type", 13, 61, 1, error_names),
  TM_CPER_VB ("status", 14, 62, 1, 0, 1, status_names),
  TM_CPER_P ("requestor_id", 15, 64, 8),
  TM_CPER_P ("responder_id", 16, 72, 8),
  TM_CPER_P ("target_id", 17, 80, 8),
  TM_CPER_N ("card_smbios_handle", 18, 88, 4),
  TM_CPER_N ("module_smbios_handle", 19, 92, 4),
  TM_CPER_END,
};

const TmCperType tm_cper_memory2 = {
  .guid = "61ec04fc-48e6-d813-25c9-8daa44750b12",
  .name = "Platform Memory 2",
  .kind = "memory",
  .fields = fields2,
  .valid_bytes = 8,
  .error_paths = { "memory_error_type.name", "error_status.error_type.name" },
  .location_paths = { "node", "card", "module" },
};
