/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Time as the services see it: a seam, so that tests move time instead of waiting for it. The real
 * one is TmClockSystem, the one of the tests is tests/doubles/tm-clock-dummy.h.
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define TM_USEC_PER_DAY (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

#define TM_TYPE_CLOCK (tm_clock_get_type ())
G_DECLARE_INTERFACE (TmClock, tm_clock, TM, CLOCK, GObject)

struct _TmClockInterface
{
  GTypeInterface parent;

  gint64 (*get_realtime_usec) (TmClock *self);
  gint64 (*get_boottime_usec) (TmClock *self);
  guint (*add_timer) (TmClock *self,
                      gint64 due_boottime_usec,
                      GSourceFunc func,
                      gpointer user_data,
                      GDestroyNotify destroy);
  void (*remove_timer) (TmClock *self, guint timer_id);
};

/* Microseconds since 1970 UTC; steps when somebody sets the clock. Any thread. */
gint64 tm_clock_get_realtime_usec (TmClock *self);
/* Microseconds since boot, sleep included; never steps. Any thread. */
gint64 tm_clock_get_boottime_usec (TmClock *self);
/* Both, for one moment: two readings one after the other may have a night's sleep between them, or
 * a second on a busy machine. Any thread. */
void tm_clock_get_both_usec (TmClock *self, gint64 *out_realtime_usec, gint64 *out_boottime_usec);

/* Calls func once in the thread-default main context of the caller, at or after the point of the
 * boot-time clock; at once if that is past. func's return value is ignored. destroy (nullable) runs
 * after func, or when the timer is removed. Returns the timer's id, never 0. */
guint tm_clock_add_timer (TmClock *self,
                          gint64 due_boottime_usec,
                          GSourceFunc func,
                          gpointer user_data,
                          GDestroyNotify destroy);
/* Removes a timer that has not fired yet, from the thread that added it. */
void tm_clock_remove_timer (TmClock *self, guint timer_id);
/* The same for a field: does nothing if it is 0, and sets it to 0. */
void tm_clock_clear_timer (TmClock *self, guint *timer_id);

G_END_DECLS
