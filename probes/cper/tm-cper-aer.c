/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Advanced Error Reporting of PCI Express, as a copy of its registers within a section. */
#include "tm-cper-type.h"

#define AER 112

const TmCperName tm_cper_aer_uncorrectable_names[] = {
  { 4, "data_link_protocol_error" },
  { 5, "surprise_down_error" },
  { 12, "poisoned_tlp_received" },
  { 13, "flow_control_protocol_error" },
  { 14, "completion_timeout" },
  { 15, "completer_abort" },
  { 16, "unexpected_completion" },
  { 17, "receiver_overflow" },
  { 18, "malformed_tlp" },
  { 19, "ecrc_error" },
  { 20, "unsupported_request_error" },
  { 21, "acs_violation" },
  { 22, "uncorrectable_internal_error" },
  { 23, "mc_blocked_tlp" },
  { 24, "atomicop_egress_blocked" },
  { 25, "tlp_prefix_blocked_error" },
  { 26, "poisoned_tlp_egress_blocked" },
  { 27, "dmwr_request_egress_blocked" },
  { 28, "ide_check_failed" },
  { 29, "misrouted_ide_tlp" },
  { 30, "pcrc_check_failed" },
  { 31, "tlp_translation_egress_blocked" },
  { 0, NULL },
};

const TmCperName tm_cper_aer_correctable_names[] = {
  { 0, "receiver_error" },
  { 6, "bad_tlp" },
  { 7, "bad_dllp" },
  { 8, "replay_num_rollover" },
  { 12, "replay_timer_timeout" },
  { 13, "advisory_non_fatal_error" },
  { 14, "corrected_internal_error" },
  { 15, "header_log_overflow" },
  { 0, NULL },
};

static const TmCperName root_error_names[] = {
  { 0, "err_cor_received" },
  { 1, "multiple_err_cor_received" },
  { 2, "err_fatal_nonfatal_received" },
  { 3, "multiple_err_fatal_nonfatal_received" },
  { 4, "first_uncorrectable_fatal" },
  { 5, "non_fatal_error_messages_received" },
  { 6, "fatal_error_messages_received" },
  { 0, NULL },
};

static const TmCperField header[] = {
  TM_CPER_N ("capability_id", TM_CPER_ALWAYS, AER, 2),
  TM_CPER_NB ("capability_version", TM_CPER_ALWAYS, AER + 2, 2, 0, 4),
  TM_CPER_NB ("next_capability_offset", TM_CPER_ALWAYS, AER + 2, 2, 4, 12),
  TM_CPER_END,
};

static const TmCperField control[] = {
  TM_CPER_NB ("first_error_pointer", TM_CPER_ALWAYS, AER + 24, 4, 0, 5),
  TM_CPER_NB ("header_log_size", TM_CPER_ALWAYS, AER + 24, 4, 13, 5),
  TM_CPER_NB ("logged_tlp_size", TM_CPER_ALWAYS, AER + 24, 4, 19, 5),
  TM_CPER_END,
};

static const TmCperField root_status[] = {
  TM_CPER_S ("errors", TM_CPER_ALWAYS, AER + 48, 4, root_error_names),
  TM_CPER_NB ("err_cor_subclass", TM_CPER_ALWAYS, AER + 48, 4, 7, 2),
  TM_CPER_NB ("advanced_error_interrupt_message_number", TM_CPER_ALWAYS, AER + 48, 4, 27, 5),
  TM_CPER_END,
};

static const TmCperField source[] = {
  TM_CPER_N ("err_cor_source_identification", TM_CPER_ALWAYS, AER + 52, 2),
  TM_CPER_N ("err_fatal_nonfatal_source_identification", TM_CPER_ALWAYS, AER + 54, 2),
  TM_CPER_END,
};

#define UNCORRECTABLE(name, offset)                                                                \
  TM_CPER_S (name, TM_CPER_ALWAYS, AER + offset, 4, tm_cper_aer_uncorrectable_names)
#define CORRECTABLE(name, offset)                                                                  \
  TM_CPER_S (name, TM_CPER_ALWAYS, AER + offset, 4, tm_cper_aer_correctable_names)

/* The log of the packet that failed is left out of a record: it holds addresses, maybe data. */
const TmCperField tm_cper_pcie_aer_fields[] = {
  TM_CPER_G ("capability_header", TM_CPER_ALWAYS, header),
  UNCORRECTABLE ("uncorrectable_error_status", 4),
  UNCORRECTABLE ("uncorrectable_error_mask", 8),
  UNCORRECTABLE ("uncorrectable_error_severity", 12),
  CORRECTABLE ("correctable_error_status", 16),
  CORRECTABLE ("correctable_error_mask", 20),
  TM_CPER_G ("advanced_error_capabilities_and_control", TM_CPER_ALWAYS, control),
  TM_CPER_G ("root_error_status", TM_CPER_ALWAYS, root_status),
  TM_CPER_G ("error_source_id", TM_CPER_ALWAYS, source),
  TM_CPER_X ("data", TM_CPER_BYTES, TM_CPER_ALWAYS, AER, 96, TRUE),
  TM_CPER_END,
};
