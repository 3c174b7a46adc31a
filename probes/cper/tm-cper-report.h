/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An error as a record of telemetry. Its signature says what failed and in which class of places,
 * never at which address: the same fault on two machines of one model has one signature. What
 * identifies one machine (serial numbers, addresses, contents of registers) is not in it.
 */
#pragma once

#include "tm-cper-event.h"

G_BEGIN_DECLS

#define TM_CPER_CLASSIFICATION "org.telemetrics/hardware/bert"
#define TM_CPER_SIGNATURE_VERSION 1

/* 4 fatal, else 3. */
guint tm_cper_report_get_severity (const TmCperEvent *event);
/* (transfer full): the payload, format version 1. */
JsonNode *tm_cper_report_to_payload (const TmCperEvent *event);
/* (transfer full): all that there is, to be looked at on this machine. */
JsonNode *tm_cper_report_to_json (const TmCperEvent *event);

G_END_DECLS
