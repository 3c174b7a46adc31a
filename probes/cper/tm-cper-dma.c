/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors of what translates the addresses of devices: in general, Intel's VT-d, AMD's IOMMU. */
#include "tm-cper-type.h"

static const TmCperName reason_names[] = {
  { 1, "Domain Mapping Table Entry Not Present" },
  { 2, "Invalid Domain Mapping Table Entry" },
  { 3, "DMAr Unit's Attempt to Access Domain Mapping Table Failed" },
  { 4, "Reserved Bit Non-Zero in Domain Mapping Table" },
  { 5, "DMA Request Beyond Address Width" },
  { 6, "Invalid Read/Write" },
  { 7, "Invalid Interrupt Request" },
  { 8, "DMAr Unit's Attempt to Access Address Translation Table Failed" },
  { 9, "Reserved Bit Non-Zero in Address Translation Table" },
  { 10, "Illegal Command" },
  { 11, "DMAr Unit's Attempt to Access Command Buffer Failed" },
  { 0, NULL },
};

static const TmCperName access_names[] = { { 0, "DMA Write" }, { 1, "DMA Read" }, { 0, NULL } };

static const TmCperName address_names[] = {
  { 0, "Untranslated Request" },
  { 1, "Translation Request" },
  { 0, NULL },
};

static const TmCperName architecture_names[] = { { 0, "VT-d" }, { 1, "IOMMU" }, { 0, NULL } };

static const TmCperField dmar_fields[] = {
  TM_CPER_N ("requester_id", TM_CPER_ALWAYS, 0, 2),
  TM_CPER_N ("segment_number", TM_CPER_ALWAYS, 2, 2),
  TM_CPER_V ("fault_reason", TM_CPER_ALWAYS, 4, 1, reason_names),
  TM_CPER_V ("access_type", TM_CPER_ALWAYS, 5, 1, access_names),
  TM_CPER_V ("address_type", TM_CPER_ALWAYS, 6, 1, address_names),
  TM_CPER_V ("architecture_type", TM_CPER_ALWAYS, 7, 1, architecture_names),
  TM_CPER_P ("device_address", TM_CPER_ALWAYS, 8, 8),
  TM_CPER_END,
};

const TmCperType tm_cper_dmar = {
  .guid = "5b51fef7-c79d-4434-8f1b-aa62de3e2c64",
  .name = "DMAr Generic",
  .kind = "dma",
  .fields = dmar_fields,
  .error_paths = { "fault_reason.name" },
  .location_paths = { "segment_number", "requester_id" },
};

static const TmCperName request_names[] = {
  { 0, "Write Request" },
  { 1, "Read Request" },
  { 0, NULL },
};

/* The record has 128 bits from offset 48; the bits here are those of its upper half. */
static const TmCperField fault_record[] = {
  { "fault_information", TM_CPER_NUMBER, TM_CPER_ALWAYS, 48, 8, 12, 52, TRUE, NULL, NULL },
  TM_CPER_NB ("source_identifier", TM_CPER_ALWAYS, 56, 8, 0, 16),
  TM_CPER_B ("privilege_mode_requested", TM_CPER_ALWAYS, 56, 8, 29),
  TM_CPER_B ("execute_permission_requested", TM_CPER_ALWAYS, 56, 8, 30),
  TM_CPER_B ("pasid_present", TM_CPER_ALWAYS, 56, 8, 31),
  TM_CPER_NB ("fault_reason", TM_CPER_ALWAYS, 56, 8, 32, 8),
  TM_CPER_NB ("pasid_value", TM_CPER_ALWAYS, 56, 8, 40, 20),
  TM_CPER_NB ("address_type", TM_CPER_ALWAYS, 56, 8, 60, 2),
  TM_CPER_VB ("type", TM_CPER_ALWAYS, 56, 8, 62, 1, request_names),
  TM_CPER_END,
};

#define PAGE_TABLE(offset)                                                                         \
  TM_CPER_P ("page_table_entry_level6", TM_CPER_ALWAYS, offset, 8),                                \
      TM_CPER_P ("page_table_entry_level5", TM_CPER_ALWAYS, offset + 8, 8),                        \
      TM_CPER_P ("page_table_entry_level4", TM_CPER_ALWAYS, offset + 16, 8),                       \
      TM_CPER_P ("page_table_entry_level3", TM_CPER_ALWAYS, offset + 24, 8),                       \
      TM_CPER_P ("page_table_entry_level2", TM_CPER_ALWAYS, offset + 32, 8),                       \
      TM_CPER_P ("page_table_entry_level1", TM_CPER_ALWAYS, offset + 40, 8)

static const TmCperField vtd_fields[] = {
  TM_CPER_N ("version", TM_CPER_ALWAYS, 0, 1),
  TM_CPER_N ("revision", TM_CPER_ALWAYS, 1, 1),
  TM_CPER_N ("oem_id", TM_CPER_ALWAYS, 2, 6),
  TM_CPER_N ("capability_register", TM_CPER_ALWAYS, 8, 8),
  TM_CPER_N ("extended_capability_register", TM_CPER_ALWAYS, 16, 8),
  TM_CPER_N ("global_command_register", TM_CPER_ALWAYS, 24, 4),
  TM_CPER_N ("global_status_register", TM_CPER_ALWAYS, 28, 4),
  TM_CPER_N ("fault_status_register", TM_CPER_ALWAYS, 32, 4),
  TM_CPER_G ("fault_record", TM_CPER_ALWAYS, fault_record),
  TM_CPER_X ("root_entry", TM_CPER_BYTES, TM_CPER_ALWAYS, 64, 16, TRUE),
  TM_CPER_X ("context_entry", TM_CPER_BYTES, TM_CPER_ALWAYS, 80, 16, TRUE),
  PAGE_TABLE (96),
  TM_CPER_END,
};

const TmCperType tm_cper_vtd = {
  .guid = "71761d37-32b2-45cd-a7d0-b0fedd93e8cf",
  .name = "Intel VT for Directed I/O Specific DMAr",
  .kind = "dma",
  .fields = vtd_fields,
  .error_paths = { "fault_record.fault_reason" },
  .location_paths = { "fault_record.source_identifier" },
};

static const TmCperName event_names[] = {
  { 1, "Illegal Device Table Entry" },
  { 2, "I/O Page Fault" },
  { 3, "Device Table Hardware Error" },
  { 4, "Page Table Hardware Error" },
  { 5, "Illegal Command" },
  { 6, "Command Hardware Error" },
  { 7, "IOTLB Invalidation Timeout" },
  { 8, "Invalid Device Request" },
  { 9, "Invalid Page Request" },
  { 0, NULL },
};

static const TmCperField iommu_fields[] = {
  TM_CPER_N ("revision", TM_CPER_ALWAYS, 0, 1),
  TM_CPER_N ("control_register", TM_CPER_ALWAYS, 8, 8),
  TM_CPER_N ("status_register", TM_CPER_ALWAYS, 16, 8),
  TM_CPER_VB ("event", TM_CPER_ALWAYS, 32, 8, 60, 4, event_names),
  TM_CPER_NB ("source_identifier", TM_CPER_ALWAYS, 32, 8, 0, 16),
  TM_CPER_X ("event_log_entry", TM_CPER_BYTES, TM_CPER_ALWAYS, 32, 16, TRUE),
  TM_CPER_X ("device_table_entry", TM_CPER_BYTES, TM_CPER_ALWAYS, 64, 32, TRUE),
  PAGE_TABLE (96),
  TM_CPER_END,
};

const TmCperType tm_cper_iommu = {
  .guid = "036f84e1-7f37-428c-a79e-575fdfaa84ec",
  .name = "IOMMU Specific DMAr",
  .kind = "dma",
  .fields = iommu_fields,
  .error_paths = { "event.name" },
  .location_paths = { "source_identifier" },
};
