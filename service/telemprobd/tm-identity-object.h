/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* org.telemetrics.TelemetryManager1.Identity: the machine's pseudonym, without telling it. */
#pragma once

#include "tm-dbus.h"
#include "tm-permits.h"
#include "tm-rotation.h"

G_BEGIN_DECLS

#define TM_TYPE_IDENTITY_OBJECT (tm_identity_object_get_type ())
G_DECLARE_FINAL_TYPE (
    TmIdentityObject, tm_identity_object, TM, IDENTITY_OBJECT, TmDBusIdentitySkeleton)

TmIdentityObject *
tm_identity_object_new (TmPermits *permits, TmStanding *standing, TmRotation *rotation);

G_END_DECLS
