/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tm-clock.h"

G_BEGIN_DECLS

#define TM_TYPE_CLOCK_SYSTEM (tm_clock_system_get_type ())
G_DECLARE_FINAL_TYPE (TmClockSystem, tm_clock_system, TM, CLOCK_SYSTEM, GObject)

TmClock *tm_clock_system_new (void);

G_END_DECLS
