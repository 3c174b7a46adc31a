/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors of a processor as any architecture can tell them. */
#include "tm-cper-type.h"

static const TmCperName type_names[] = {
  { 0, "IA32/X64" },
  { 1, "IA64" },
  { 2, "ARM" },
  { 0, NULL },
};

static const TmCperName isa_names[] = {
  { 0, "IA32" }, { 1, "IA64" }, { 2, "X64" }, { 3, "ARM A32/T32" }, { 4, "ARM A64" }, { 0, NULL },
};

static const TmCperName error_names[] = {
  { 0, "Unknown" },
  { 1, "Cache Error" },
  { 2, "TLB Error" },
  { 4, "Bus Error" },
  { 8, "Micro-Architectural Error" },
  { 0, NULL },
};

static const TmCperName operation_names[] = {
  { 0, "Unknown or Generic" },    { 1, "Data Read" }, { 2, "Data Write" },
  { 3, "Instruction Execution" }, { 0, NULL },
};

static const TmCperField flags[] = {
  TM_CPER_B ("restartable", TM_CPER_ALWAYS, 12, 1, 0),
  TM_CPER_B ("precise_ip", TM_CPER_ALWAYS, 12, 1, 1),
  TM_CPER_B ("overflow", TM_CPER_ALWAYS, 12, 1, 2),
  TM_CPER_B ("corrected", TM_CPER_ALWAYS, 12, 1, 3),
  TM_CPER_END,
};

static const TmCperField fields[] = {
  TM_CPER_V ("processor_type", 0, 8, 1, type_names),
  TM_CPER_V ("processor_isa", 1, 9, 1, isa_names),
  TM_CPER_V ("error_type", 2, 10, 1, error_names),
  TM_CPER_V ("operation", 3, 11, 1, operation_names),
  TM_CPER_G ("flags", 4, flags),
  TM_CPER_N ("level", 5, 13, 1),
  TM_CPER_N ("cpu_version_info", 6, 16, 8),
  TM_CPER_X ("cpu_brand_string", TM_CPER_TEXT, 7, 24, 128, FALSE),
  TM_CPER_N ("processor_id", 8, 152, 8),
  TM_CPER_P ("target_address", 9, 160, 8),
  TM_CPER_P ("requestor_id", 10, 168, 8),
  TM_CPER_P ("responder_id", 11, 176, 8),
  TM_CPER_P ("instruction_ip", 12, 184, 8),
  TM_CPER_END,
};

const TmCperType tm_cper_generic_processor = {
  .guid = "9876ccad-47b4-4bdb-b65e-16f193c4f3db",
  .name = "Processor Generic",
  .kind = "processor",
  .fields = fields,
  .valid_bytes = 8,
  .error_paths = { "error_type.name" },
  .location_paths = { "level" },
};
