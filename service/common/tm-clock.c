/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The seam of time; see tm-clock.h. */
#include "tm-clock.h"

/* Two readings take less than a microsecond, unless somebody comes between; who is stopped so often
 * is on a machine that has other troubles. */
#define PAIR_TOLERANCE_USEC (10 * 1000)
#define PAIR_MAX_TRIES 8

G_DEFINE_INTERFACE (TmClock, tm_clock, G_TYPE_OBJECT)

static void
tm_clock_default_init (TmClockInterface *iface)
{
}

gint64
tm_clock_get_realtime_usec (TmClock *self)
{
  return TM_CLOCK_GET_IFACE (self)->get_realtime_usec (self);
}

gint64
tm_clock_get_boottime_usec (TmClock *self)
{
  return TM_CLOCK_GET_IFACE (self)->get_boottime_usec (self);
}

void
tm_clock_get_both_usec (TmClock *self, gint64 *out_realtime_usec, gint64 *out_boottime_usec)
{
  gint64 before_usec;
  guint n_tries = 0;

  do
    {
      before_usec = tm_clock_get_boottime_usec (self);
      *out_realtime_usec = tm_clock_get_realtime_usec (self);
      *out_boottime_usec = tm_clock_get_boottime_usec (self);
    }
  while (*out_boottime_usec - before_usec > PAIR_TOLERANCE_USEC && ++n_tries < PAIR_MAX_TRIES);
}

guint
tm_clock_add_timer (TmClock *self,
                    gint64 due_boottime_usec,
                    GSourceFunc func,
                    gpointer user_data,
                    GDestroyNotify destroy)
{
  g_return_val_if_fail (func != NULL, 0);

  return TM_CLOCK_GET_IFACE (self)->add_timer (self, due_boottime_usec, func, user_data, destroy);
}

void
tm_clock_remove_timer (TmClock *self, guint timer_id)
{
  TM_CLOCK_GET_IFACE (self)->remove_timer (self, timer_id);
}

void
tm_clock_clear_timer (TmClock *self, guint *timer_id)
{
  guint id = *timer_id;

  if (id == 0)
    return;

  *timer_id = 0;
  tm_clock_remove_timer (self, id);
}
