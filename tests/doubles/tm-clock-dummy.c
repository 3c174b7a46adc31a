/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A clock that stands still until a test moves it, so that a test of thirty days takes no time. The
 * two clocks are read from any thread (the commit thread does), timers belong to the test's thread.
 */
#include "tm-clock-dummy.h"

struct _TmClockDummy
{
  GObject parent_instance;
  GMutex mutex; /* guards the two times */
  gint64 realtime_usec;
  gint64 boottime_usec;
  GPtrArray *timers; /* (owned) (element-type Timer), in the order they were added */
  guint next_id;
};

typedef struct
{
  guint id;
  gint64 due_usec;
  GSourceFunc func;
  gpointer user_data;
  GDestroyNotify destroy; /* (nullable) */
} Timer;

static void tm_clock_dummy_clock_iface_init (TmClockInterface *iface);

G_DEFINE_TYPE_WITH_CODE (TmClockDummy,
                         tm_clock_dummy,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (TM_TYPE_CLOCK, tm_clock_dummy_clock_iface_init))

static void
timer_free (gpointer data)
{
  Timer *timer = data;

  if (timer->destroy != NULL)
    timer->destroy (timer->user_data);
  g_free (timer);
}

static gint64
tm_clock_dummy_get_realtime_usec (TmClock *clock)
{
  TmClockDummy *self = TM_CLOCK_DUMMY (clock);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->realtime_usec;
}

static gint64
tm_clock_dummy_get_boottime_usec (TmClock *clock)
{
  TmClockDummy *self = TM_CLOCK_DUMMY (clock);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->boottime_usec;
}

static guint
tm_clock_dummy_add_timer (
    TmClock *clock, gint64 due_usec, GSourceFunc func, gpointer user_data, GDestroyNotify destroy)
{
  TmClockDummy *self = TM_CLOCK_DUMMY (clock);
  Timer *timer = g_new0 (Timer, 1);

  timer->id = self->next_id++;
  timer->due_usec = due_usec;
  timer->func = func;
  timer->user_data = user_data;
  timer->destroy = destroy;
  g_ptr_array_add (self->timers, timer);

  return timer->id;
}

static void
tm_clock_dummy_remove_timer (TmClock *clock, guint timer_id)
{
  TmClockDummy *self = TM_CLOCK_DUMMY (clock);

  for (guint i = 0; i < self->timers->len; i++)
    if (((Timer *) self->timers->pdata[i])->id == timer_id)
      {
        g_ptr_array_remove_index (self->timers, i);
        return;
      }

  g_error ("timer %u is not there: it has fired or was removed", timer_id);
}

static void
tm_clock_dummy_clock_iface_init (TmClockInterface *iface)
{
  iface->get_realtime_usec = tm_clock_dummy_get_realtime_usec;
  iface->get_boottime_usec = tm_clock_dummy_get_boottime_usec;
  iface->add_timer = tm_clock_dummy_add_timer;
  iface->remove_timer = tm_clock_dummy_remove_timer;
}

static void
tm_clock_dummy_finalize (GObject *object)
{
  TmClockDummy *self = TM_CLOCK_DUMMY (object);

  g_ptr_array_unref (self->timers);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (tm_clock_dummy_parent_class)->finalize (object);
}

static void
tm_clock_dummy_class_init (TmClockDummyClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tm_clock_dummy_finalize;
}

static void
tm_clock_dummy_init (TmClockDummy *self)
{
  g_mutex_init (&self->mutex);
  self->timers = g_ptr_array_new_with_free_func (timer_free);
  self->next_id = 1;
  self->realtime_usec = G_GINT64_CONSTANT (1767225600) * G_USEC_PER_SEC;
  self->boottime_usec = G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC;
}

TmClockDummy *
tm_clock_dummy_new (void)
{
  return g_object_new (TM_TYPE_CLOCK_DUMMY, NULL);
}

static void
move (TmClockDummy *self, gint64 usec)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->realtime_usec += usec;
  self->boottime_usec += usec;
}

static gboolean
find_next (TmClockDummy *self, guint *out_index)
{
  gint64 first = G_MAXINT64;

  for (guint i = 0; i < self->timers->len; i++)
    {
      Timer *timer = self->timers->pdata[i];

      if (timer->due_usec >= first)
        continue;
      first = timer->due_usec;
      *out_index = i;
    }

  return first != G_MAXINT64;
}

/* A timer sees the time at which it is due, not the end of the step. */
void
tm_clock_dummy_advance (TmClockDummy *self, gint64 usec)
{
  gint64 end = self->boottime_usec + usec;
  guint index = 0;

  while (find_next (self, &index) && ((Timer *) self->timers->pdata[index])->due_usec <= end)
    {
      Timer *timer = g_ptr_array_steal_index (self->timers, index);

      move (self, MAX (timer->due_usec - self->boottime_usec, 0));
      timer->func (timer->user_data);
      timer_free (timer);
    }

  move (self, end - self->boottime_usec);
}

void
tm_clock_dummy_set_realtime (TmClockDummy *self, gint64 usec)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->realtime_usec = usec;
}

guint
tm_clock_dummy_get_n_timers (TmClockDummy *self)
{
  return self->timers->len;
}

gint64
tm_clock_dummy_get_next_due (TmClockDummy *self)
{
  guint index = 0;

  return find_next (self, &index) ? ((Timer *) self->timers->pdata[index])->due_usec : -1;
}
