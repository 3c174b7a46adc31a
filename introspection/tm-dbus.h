/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The names of the bus API in one place, and the code generated from its XML. The XML files beside
 * this header are the manual of the API.
 *
 * telemprobd owns the first two names on two connections, because a rule of the bus policy that
 * admits a caller for one name admits it to everything on that connection.
 */
#pragma once

#include "tm-bus-errors.h"
#include "tm-dbus-manager.h"
#include "tm-dbus-post.h"
#include "tm-dbus-telemetry.h"

#define TM_BUS_NAME "org.telemetrics.Telemetry1"
#define TM_BUS_PATH "/org/telemetrics/Telemetry1"
#define TM_BUS_RECORDER_INTERFACE TM_BUS_NAME ".Recorder"

#define TM_MANAGER_BUS_NAME "org.telemetrics.TelemetryManager1"
#define TM_MANAGER_BUS_PATH "/org/telemetrics/TelemetryManager1"
#define TM_MANAGER_BUS_CONSENT_INTERFACE TM_MANAGER_BUS_NAME ".Consent"
#define TM_MANAGER_BUS_RECORDS_INTERFACE TM_MANAGER_BUS_NAME ".Records"
#define TM_MANAGER_BUS_DELIVERY_INTERFACE TM_MANAGER_BUS_NAME ".Delivery"
#define TM_MANAGER_BUS_IDENTITY_INTERFACE TM_MANAGER_BUS_NAME ".Identity"
#define TM_MANAGER_BUS_HEALTH_INTERFACE TM_MANAGER_BUS_NAME ".Health"

#define TM_POST_BUS_NAME "org.telemetrics.TelemetryPost1"
#define TM_POST_BUS_PATH "/org/telemetrics/TelemetryPost1"
#define TM_POST_BUS_TRANSPORT_INTERFACE TM_POST_BUS_NAME ".Transport"
