/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tm-clock.h"

G_BEGIN_DECLS

#define TM_TYPE_CLOCK_DUMMY (tm_clock_dummy_get_type ())
G_DECLARE_FINAL_TYPE (TmClockDummy, tm_clock_dummy, TM, CLOCK_DUMMY, GObject)

/* Starts at 2026-01-01 00:00:00 UTC, one hour after boot. */
TmClockDummy *tm_clock_dummy_new (void);
/* Lets time pass on both clocks; timers that become due fire, in their order, before it returns. */
void tm_clock_dummy_advance (TmClockDummy *self, gint64 usec);
/* Somebody sets the wall clock; the boot-time clock does not move. */
void tm_clock_dummy_set_realtime (TmClockDummy *self, gint64 usec);
guint tm_clock_dummy_get_n_timers (TmClockDummy *self);
/* When the next timer is due on the boot-time clock, or -1. */
gint64 tm_clock_dummy_get_next_due (TmClockDummy *self);

G_END_DECLS
