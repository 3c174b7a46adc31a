/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The capability structure of a PCI Express device: what it can do and how it was set up. */
#include "tm-cper-type.h"

#define CAP 52
#define N(name, offset, n_bytes, bit, n_bits)                                                      \
  TM_CPER_NB (name, TM_CPER_ALWAYS, CAP + offset, n_bytes, bit, n_bits)
#define B(name, offset, n_bytes, bit) TM_CPER_B (name, TM_CPER_ALWAYS, CAP + offset, n_bytes, bit)

static const TmCperField header[] = {
  N ("capability_id", 0, 1, 0, 8),
  N ("next_capability_pointer", 1, 1, 0, 8),
  TM_CPER_END,
};

static const TmCperField capabilities[] = {
  N ("capability_version", 2, 2, 0, 4), N ("device_port_type", 2, 2, 4, 4),
  B ("slot_implemented", 2, 2, 8),      N ("interrupt_message_number", 2, 2, 9, 5),
  B ("flit_mode_supported", 2, 2, 15),  TM_CPER_END,
};

static const TmCperField device_capabilities[] = {
  N ("max_payload_size_supported", 4, 4, 0, 3),
  N ("phantom_functions_supported", 4, 4, 3, 2),
  B ("extended_tag_field_supported", 4, 4, 5),
  N ("endpoint_l0s_acceptable_latency", 4, 4, 6, 3),
  N ("endpoint_l1_acceptable_latency", 4, 4, 9, 3),
  B ("role_based_error_reporting", 4, 4, 15),
  B ("err_cor_subclass_capable", 4, 4, 16),
  N ("captured_slot_power_limit_value", 4, 4, 18, 8),
  N ("captured_slot_power_limit_scale", 4, 4, 26, 2),
  B ("rx_mps_fixed", 4, 4, 17),
  B ("function_level_reset_capability_supported", 4, 4, 28),
  B ("mixed_mps_supported", 4, 4, 29),
  B ("tee_io_supported", 4, 4, 30),
  TM_CPER_END,
};

static const TmCperField device_control[] = {
  B ("correctable_error_reporting_enable", 8, 2, 0),
  B ("non_fatal_error_reporting_enable", 8, 2, 1),
  B ("fatal_error_reporting_enable", 8, 2, 2),
  B ("unsupported_request_reporting_enabled", 8, 2, 3),
  B ("relaxed_ordering_enable", 8, 2, 4),
  N ("max_payload_size", 8, 2, 5, 3),
  B ("extended_tag_field_enable", 8, 2, 8),
  B ("phantom_functions_enable", 8, 2, 9),
  B ("aux_power_pm_enable", 8, 2, 10),
  B ("enable_no_snoop", 8, 2, 11),
  N ("max_read_request_size", 8, 2, 12, 3),
  B ("function_level_reset", 8, 2, 15),
  TM_CPER_END,
};

static const TmCperField device_status[] = {
  B ("correctable_error_detected", 10, 2, 0),   B ("non_fatal_error_detected", 10, 2, 1),
  B ("fatal_error_detected", 10, 2, 2),         B ("unsupported_request_detected", 10, 2, 3),
  B ("aux_power_detected", 10, 2, 4),           B ("transactions_pending", 10, 2, 5),
  N ("emergency_power_reduction", 10, 2, 6, 2), TM_CPER_END,
};

static const TmCperField link_capabilities[] = {
  N ("max_link_speed", 12, 4, 0, 4),
  N ("maximum_link_width", 12, 4, 4, 6),
  N ("aspm_support", 12, 4, 10, 2),
  N ("l0s_exit_latency", 12, 4, 12, 3),
  N ("l1_exit_latency", 12, 4, 15, 3),
  B ("clock_power_management", 12, 4, 18),
  B ("surprise_down_error_reporting_capable", 12, 4, 19),
  B ("data_link_layer_link_active_reporting_capable", 12, 4, 20),
  B ("link_bandwidth_notification_capability", 12, 4, 21),
  B ("aspm_optionality_compliance", 12, 4, 22),
  N ("port_number", 12, 4, 24, 8),
  TM_CPER_END,
};

static const TmCperField link_control[] = {
  N ("aspm_control", 16, 2, 0, 2),    B ("ptm_prop_delay_adaptation_interpretation", 16, 2, 2),
  B ("link_disable", 16, 2, 4),       B ("retrain_link", 16, 2, 5),
  B ("extended_synch", 16, 2, 7),     B ("sris_clocking", 16, 2, 12),
  B ("flit_mode_disable", 16, 2, 13), TM_CPER_END,
};

static const TmCperField link_status[] = {
  N ("current_link_speed", 18, 2, 0, 4),
  N ("negotiated_link_width", 18, 2, 4, 6),
  B ("link_training", 18, 2, 11),
  TM_CPER_END,
};

static const TmCperField slot_capabilities[] = {
  N ("slot_power_limit_value", 20, 4, 7, 8),
  N ("slot_power_limit_scale", 20, 4, 15, 2),
  N ("physical_slot_number", 20, 4, 19, 13),
  TM_CPER_END,
};

static const TmCperField slot_control[] = {
  N ("attention_indicator_control", 24, 2, 6, 2),
  N ("power_indicator_control", 24, 2, 8, 2),
  TM_CPER_END,
};

static const TmCperField slot_status[] = {
  B ("command_completed", 26, 2, 4),
  B ("mrl_sensor_changed", 26, 2, 2),
  B ("mrl_sensor_state", 26, 2, 5),
  TM_CPER_END,
};

static const TmCperField root_status[] = {
  N ("pme_requester_id", 32, 4, 0, 16),
  B ("pme_status", 32, 4, 16),
  B ("pme_pending", 32, 4, 17),
  TM_CPER_END,
};

static const TmCperField device_capabilities2[] = {
  N ("completion_timeout_ranges_supported", 36, 4, 0, 4),
  B ("completion_timeout_disable_supported", 36, 4, 4),
  B ("ari_forwarding_supported", 36, 4, 5),
  B ("atomic_op_routing_supported", 36, 4, 6),
  B ("32_bit_atomicop_completer_supported", 36, 4, 7),
  B ("64_bit_atomicop_completer_supported", 36, 4, 8),
  B ("128_bit_cas_completer_supported", 36, 4, 9),
  B ("no_ro_enabled_pr_pr_passing", 36, 4, 10),
  B ("ltr_mechanism_supported", 36, 4, 11),
  N ("tph_completer_supported", 36, 4, 12, 2),
  N ("obff_supported", 36, 4, 18, 2),
  N ("max_end_end_tlp_prefixes", 36, 4, 22, 2),
  N ("emergency_power_reduction_supported", 36, 4, 24, 2),
  N ("dmwr_lengths_supported", 36, 4, 29, 2),
  TM_CPER_END,
};

static const TmCperField device_control2[] = {
  N ("completion_timeout_value", 40, 2, 0, 4),
  B ("ari_forwarding_enable", 40, 2, 5),
  B ("atomicop_requester_enable", 40, 2, 6),
  B ("atomicop_egress_blocking", 40, 2, 7),
  B ("ido_request_enable", 40, 2, 8),
  B ("ido_completion_enable", 40, 2, 9),
  B ("ltr_mechanism_enable", 40, 2, 10),
  B ("emergency_power_reduction_request", 40, 2, 11),
  B ("bit_tag_requester_10_enable", 40, 2, 12),
  N ("obff_enable", 40, 2, 13, 2),
  TM_CPER_END,
};

static const TmCperField link_status2[] = {
  B ("current_de_emphasis_level", 50, 2, 0),
  B ("equalization_8gts_complete", 50, 2, 1),
  B ("equalization_8gts_phase1_successful", 50, 2, 2),
  B ("equalization_8gts_phase2_successful", 50, 2, 3),
  B ("equalization_8gts_phase3_successful", 50, 2, 4),
  B ("link_equalization_request_8gts", 50, 2, 5),
  TM_CPER_END,
};

const TmCperField tm_cper_pcie_capability_fields[] = {
  TM_CPER_G ("pcie_capability_header", TM_CPER_ALWAYS, header),
  TM_CPER_G ("pcie_capabilities", TM_CPER_ALWAYS, capabilities),
  TM_CPER_G ("device_capabilities", TM_CPER_ALWAYS, device_capabilities),
  TM_CPER_G ("device_control", TM_CPER_ALWAYS, device_control),
  TM_CPER_G ("device_status", TM_CPER_ALWAYS, device_status),
  TM_CPER_G ("link_capabilities", TM_CPER_ALWAYS, link_capabilities),
  TM_CPER_G ("link_control", TM_CPER_ALWAYS, link_control),
  TM_CPER_G ("link_status", TM_CPER_ALWAYS, link_status),
  TM_CPER_G ("slot_capabilities", TM_CPER_ALWAYS, slot_capabilities),
  TM_CPER_G ("slot_control", TM_CPER_ALWAYS, slot_control),
  TM_CPER_G ("slot_status", TM_CPER_ALWAYS, slot_status),
  TM_CPER_G ("root_status", TM_CPER_ALWAYS, root_status),
  TM_CPER_G ("device_capabilities2", TM_CPER_ALWAYS, device_capabilities2),
  TM_CPER_G ("device_control2", TM_CPER_ALWAYS, device_control2),
  TM_CPER_G ("link_status2", TM_CPER_ALWAYS, link_status2),
  TM_CPER_X ("data", TM_CPER_BYTES, TM_CPER_ALWAYS, CAP, 60, TRUE),
  TM_CPER_END,
};
