/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libtelemetry offers carries this mark; everything else is compiled hidden, so that an
 * internal name can never become part of the ABI by accident. A test compares the result with
 * libtelemetry/libtelemetry.abi.
 */
#pragma once

#define TELEMETRY_EXPORT __attribute__ ((visibility ("default"))) extern
