/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The network, as far as it matters here; see tm-online.h. */
#include "tm-online.h"

struct _TmOnline
{
  GObject parent_instance;

  GNetworkMonitor *monitor; /* (owned) */
  gboolean server_is_loopback;
};

G_DEFINE_FINAL_TYPE (TmOnline, tm_online, G_TYPE_OBJECT)

/* One who waits; lives as long as its task. */
typedef struct
{
  gulong changed_id;
  gulong cancelled_id;
} Wait;

static void
tm_online_dispose (GObject *object)
{
  g_clear_object (&TM_ONLINE (object)->monitor);

  G_OBJECT_CLASS (tm_online_parent_class)->dispose (object);
}

static void
tm_online_class_init (TmOnlineClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tm_online_dispose;
}

static void
tm_online_init (TmOnline *self)
{
}

TmOnline *
tm_online_new (GNetworkMonitor *monitor, gboolean server_is_loopback)
{
  TmOnline *self = g_object_new (TM_TYPE_ONLINE, NULL);

  self->monitor = g_object_ref (monitor);
  self->server_is_loopback = server_is_loopback;
  return self;
}

gboolean
tm_online_is_available (TmOnline *self)
{
  return self->server_is_loopback || g_network_monitor_get_network_available (self->monitor);
}

gboolean
tm_online_is_metered (TmOnline *self)
{
  return !self->server_is_loopback && g_network_monitor_get_network_metered (self->monitor);
}

static void
end_wait (GTask *task)
{
  TmOnline *self = g_task_get_source_object (task);
  Wait *wait = g_task_get_task_data (task);

  g_clear_signal_handler (&wait->changed_id, self->monitor);
  g_clear_signal_handler (&wait->cancelled_id, g_task_get_cancellable (task));
  if (!g_task_return_error_if_cancelled (task))
    g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
on_network_changed (GNetworkMonitor *monitor, gboolean available, gpointer user_data)
{
  if (available)
    end_wait (G_TASK (user_data));
}

/* Not g_cancellable_connect(): its handler must not disconnect itself. All of this is one thread.
 */
static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  end_wait (G_TASK (user_data));
}

void
tm_online_wait_async (TmOnline *self,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Wait *wait = g_new0 (Wait, 1);

  g_task_set_name (task, G_STRFUNC);
  g_task_set_task_data (task, wait, g_free);
  if (tm_online_is_available (self) || g_cancellable_is_cancelled (cancellable))
    {
      end_wait (task);
      return;
    }

  wait->changed_id =
      g_signal_connect (self->monitor, "network-changed", G_CALLBACK (on_network_changed), task);
  wait->cancelled_id = g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_cancelled), task);
}

gboolean
tm_online_wait_finish (TmOnline *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
