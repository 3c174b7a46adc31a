/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The real clock. A timer is a timerfd on CLOCK_BOOTTIME: a main loop's own timeouts stand still
 * while the machine sleeps, so a laptop would never come to its daily delivery.
 */
#include "tm-clock-system.h"

#include <glib-unix.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

struct _TmClockSystem
{
  GObject parent_instance;
};

static void tm_clock_system_clock_iface_init (TmClockInterface *iface);

G_DEFINE_TYPE_WITH_CODE (TmClockSystem,
                         tm_clock_system,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (TM_TYPE_CLOCK, tm_clock_system_clock_iface_init))

typedef struct
{
  GSourceFunc func;
  gpointer user_data;
  GDestroyNotify destroy; /* (nullable) */
  int fd;
} Timer;

static gint64
read_clock (clockid_t id)
{
  struct timespec now;

  clock_gettime (id, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static gint64
tm_clock_system_get_realtime_usec (TmClock *clock)
{
  return read_clock (CLOCK_REALTIME);
}

static gint64
tm_clock_system_get_boottime_usec (TmClock *clock)
{
  return read_clock (CLOCK_BOOTTIME);
}

static void
timer_free (gpointer data)
{
  Timer *timer = data;

  if (timer->destroy != NULL)
    timer->destroy (timer->user_data);
  if (timer->fd >= 0)
    close (timer->fd);
  g_free (timer);
}

static gboolean
on_fd_due (int fd, GIOCondition condition, gpointer data)
{
  Timer *timer = data;

  timer->func (timer->user_data);
  return G_SOURCE_REMOVE;
}

static gboolean
on_fallback_due (gpointer data)
{
  return on_fd_due (-1, 0, data);
}

/* A point of zero would disarm the timer; any point in the past fires at once. */
static int
timer_fd_new (gint64 due_usec)
{
  struct itimerspec spec = { 0 };
  int fd = timerfd_create (CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);

  due_usec = MAX (due_usec, 1);
  spec.it_value.tv_sec = due_usec / G_USEC_PER_SEC;
  spec.it_value.tv_nsec = (due_usec % G_USEC_PER_SEC) * 1000;
  if (fd >= 0 && timerfd_settime (fd, TFD_TIMER_ABSTIME, &spec, NULL) != 0)
    {
      close (fd);
      return -1;
    }

  return fd;
}

static guint
tm_clock_system_add_timer (
    TmClock *clock, gint64 due_usec, GSourceFunc func, gpointer user_data, GDestroyNotify destroy)
{
  g_autoptr (GSource) source = NULL;
  Timer *timer = g_new0 (Timer, 1);

  timer->func = func;
  timer->user_data = user_data;
  timer->destroy = destroy;
  timer->fd = timer_fd_new (due_usec);

  if (timer->fd >= 0)
    {
      source = g_unix_fd_source_new (timer->fd, G_IO_IN);
      g_source_set_callback (source, G_SOURCE_FUNC (on_fd_due), timer, timer_free);
    }
  else
    {
      /* Out of descriptors: a timer that stands still while the machine sleeps beats none. */
      gint64 wait_usec = MAX (due_usec - read_clock (CLOCK_BOOTTIME), 0);

      source = g_timeout_source_new (MIN (wait_usec / 1000 + 1, G_MAXINT));
      g_source_set_callback (source, on_fallback_due, timer, timer_free);
    }

  return g_source_attach (source, g_main_context_get_thread_default ());
}

static void
tm_clock_system_remove_timer (TmClock *clock, guint timer_id)
{
  GSource *source =
      g_main_context_find_source_by_id (g_main_context_get_thread_default (), timer_id);

  g_return_if_fail (source != NULL);

  g_source_destroy (source);
}

static void
tm_clock_system_clock_iface_init (TmClockInterface *iface)
{
  iface->get_realtime_usec = tm_clock_system_get_realtime_usec;
  iface->get_boottime_usec = tm_clock_system_get_boottime_usec;
  iface->add_timer = tm_clock_system_add_timer;
  iface->remove_timer = tm_clock_system_remove_timer;
}

static void
tm_clock_system_class_init (TmClockSystemClass *klass)
{
}

static void
tm_clock_system_init (TmClockSystem *self)
{
}

TmClock *
tm_clock_system_new (void)
{
  return g_object_new (TM_TYPE_CLOCK_SYSTEM, NULL);
}
