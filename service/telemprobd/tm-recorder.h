/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* org.telemetrics.Telemetry1.Recorder: hand over records. */
#pragma once

#include "tm-dbus.h"
#include "tm-intake.h"
#include "tm-peers.h"

G_BEGIN_DECLS

#define TM_TYPE_RECORDER (tm_recorder_get_type ())
G_DECLARE_FINAL_TYPE (TmRecorder, tm_recorder, TM, RECORDER, TmDBusRecorderSkeleton)

TmRecorder *
tm_recorder_new (TmPeers *peers, TmStanding *standing, TmIntake *intake, TmClock *clock);

/* Calls that were refused since the service started, by the error's name: a{st}. (transfer
 * floating) */
GVariant *tm_recorder_get_refused (TmRecorder *self);

G_END_DECLS
