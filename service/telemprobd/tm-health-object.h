/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* org.telemetrics.TelemetryManager1.Health: whether the service itself is well. */
#pragma once

#include "tm-committer.h"
#include "tm-dbus.h"
#include "tm-delivery.h"
#include "tm-recorder.h"

G_BEGIN_DECLS

#define TM_TYPE_HEALTH_OBJECT (tm_health_object_get_type ())
G_DECLARE_FINAL_TYPE (TmHealthObject, tm_health_object, TM, HEALTH_OBJECT, TmDBusHealthSkeleton)

/* problems: what was found wrong at the start, one sentence each. */
TmHealthObject *tm_health_object_new (TmRecorder *recorder,
                                      TmStanding *standing,
                                      TmCommitter *committer,
                                      TmDelivery *delivery,
                                      TmClock *clock,
                                      const char *const *problems);

/* Why programs cannot see what is active; NULL: they can. */
void tm_health_object_set_active_problem (TmHealthObject *self, const char *problem);

G_END_DECLS
