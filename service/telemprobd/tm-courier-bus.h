/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The courier of the service: telempostd, started by the bus when there is something to carry. */
#pragma once

#include "tm-courier.h"

G_BEGIN_DECLS

#define TM_TYPE_COURIER_BUS (tm_courier_bus_get_type ())
G_DECLARE_FINAL_TYPE (TmCourierBus, tm_courier_bus, TM, COURIER_BUS, GObject)

TmCourier *tm_courier_bus_new (GDBusConnection *connection);

G_END_DECLS
