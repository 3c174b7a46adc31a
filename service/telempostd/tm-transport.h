/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The object on the bus: one finished body in, one outcome out.
 *
 *           Deliver                    the outcome
 *   idle ------------> transferring --------------> idle
 *                           \                        ^
 *                            `------> severed ------'
 *                Cancel, or the caller leaves the bus
 *
 * There is never more than one transfer. A caller that leaves has nobody to give the outcome to;
 * the batch is idempotent, so stopping costs a repetition and nothing else.
 */
#pragma once

#include "tm-batch.h"
#include "tm-dbus.h"
#include "tm-transport-parts.h"

G_BEGIN_DECLS

#define TM_BODY_MAX_BYTES TM_BATCH_MAX_BYTES

#define TM_TYPE_TRANSPORT (tm_transport_get_type ())
G_DECLARE_FINAL_TYPE (TmTransport, tm_transport, TM, TRANSPORT, TmDBusTransportSkeleton)

/* Keeps what it needs of parts. Export it with g_dbus_interface_skeleton_export(). */
TmTransport *tm_transport_new (const TmTransportParts *parts);

/* A transfer runs, or somebody waits for the network. Signal "activity" (no arguments): a call came
 * in or was answered. */
gboolean tm_transport_is_busy (TmTransport *self);

/* The name is about to be given up: calls that still come in are answered with
 * TELEMETRY_ERROR_BUSY, so that their caller turns to the next instance. */
void tm_transport_close (TmTransport *self);

G_END_DECLS
