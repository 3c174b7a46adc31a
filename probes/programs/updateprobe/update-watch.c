/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See update-watch.h. inotify itself in place of GFileMonitor, which would wake up for every line
 * of every log that lies next to a history.
 */
#include "update-watch.h"

#include <glib-unix.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "update-bus.h"

/* Where two package managers follow each other, one look is enough. */
#define SETTLE_MSEC 300

typedef struct
{
  const UpdateWatch *watch;
  GMainLoop *loop;
  int fd;              /* inotify; -1: there is none */
  guint settle_source; /* 0: nothing has changed */
} Watcher;

/* Also again: watching twice is watching once. A package manager closes its history when it is
 * done; a new file takes the place of a rotated one. */
static void
add_watches (Watcher *self)
{
  for (guint i = 0; self->fd >= 0 && i < UPDATE_N_HISTORIES; i++)
    {
      g_autofree char *file = tm_probe_get_path (self->watch->probe, update_histories[i].path);
      g_autofree char *directory = g_path_get_dirname (file);

      inotify_add_watch (self->fd, directory, IN_CREATE | IN_MOVED_TO);
      inotify_add_watch (self->fd, file, IN_CLOSE_WRITE);
    }
}

static gboolean
settled (gpointer user_data)
{
  Watcher *self = user_data;

  self->settle_source = 0;
  add_watches (self);
  if (!self->watch->on_change (self->watch->user_data))
    g_main_loop_quit (self->loop);
  return G_SOURCE_REMOVE;
}

static gboolean
changed (int fd, GIOCondition condition, gpointer user_data)
{
  Watcher *self = user_data;
  char buffer[4096];

  while (read (fd, buffer, sizeof buffer) > 0)
    continue;
  if (self->settle_source == 0)
    self->settle_source = g_timeout_add (SETTLE_MSEC, settled, self);
  return G_SOURCE_CONTINUE;
}

static void
heard (TmUpdate *update, gpointer user_data)
{
  Watcher *self = user_data;

  if (!self->watch->on_update (update, self->watch->user_data))
    g_main_loop_quit (self->loop);
}

static gboolean
consent_changed (int fd, GIOCondition condition, gpointer user_data)
{
  Watcher *self = user_data;

  if (!tm_probe_may_continue (self->watch->probe))
    g_main_loop_quit (self->loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
ask_consent (gpointer user_data)
{
  return consent_changed (-1, 0, user_data);
}

void
update_watch_run (const UpdateWatch *watch)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Watcher self = {
    .watch = watch,
    .loop = loop,
    .fd = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC),
  };
  int consent_fd = tm_probe_get_consent_fd (watch->probe);
  guint consent_source = 0;
  guint change_source = 0;
  UpdateBus *bus = update_bus_new (watch->rules, heard, &self);

  /* First watch, then look: nothing can happen in between. */
  add_watches (&self);
  if (self.fd >= 0)
    change_source = g_unix_fd_add (self.fd, G_IO_IN, changed, &self);
  consent_source = consent_fd >= 0 ? g_unix_fd_add (consent_fd, G_IO_IN, consent_changed, &self)
                                   : g_timeout_add (TM_PROBE_ASK_MSEC, ask_consent, &self);
  if (tm_probe_may_continue (watch->probe) && watch->on_change (watch->user_data))
    g_main_loop_run (loop);

  update_bus_free (bus);
  g_clear_handle_id (&self.settle_source, g_source_remove);
  g_clear_handle_id (&consent_source, g_source_remove);
  g_clear_handle_id (&change_source, g_source_remove);
  if (self.fd >= 0)
    close (self.fd);
}
