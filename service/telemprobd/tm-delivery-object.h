/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* org.telemetrics.TelemetryManager1.Delivery: what telemctl and settings panels see of delivery. */
#pragma once

#include "tm-dbus.h"
#include "tm-delivery.h"
#include "tm-permits.h"

G_BEGIN_DECLS

#define TM_TYPE_DELIVERY_OBJECT (tm_delivery_object_get_type ())
G_DECLARE_FINAL_TYPE (
    TmDeliveryObject, tm_delivery_object, TM, DELIVERY_OBJECT, TmDBusDeliverySkeleton)

/* endpoint: the server as configured, "" for none. */
TmDeliveryObject *
tm_delivery_object_new (TmDelivery *delivery, TmPermits *permits, const char *endpoint);

G_END_DECLS
