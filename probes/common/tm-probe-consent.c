/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What somebody has agreed to, as telemprobd writes it for everybody to read:
 * /run/telemetrics/active has the ids of the active categories, /run/telemetrics/since when each
 * became so. --root does not move them: a probe that reads another tree still needs the agreement
 * of this system.
 */
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "tm-probe-private.h"

#define RUN_DIRECTORY "/run/telemetrics"

static char *
get_path (const char *name)
{
  const char *root = g_getenv ("TELEMETRICS_ROOT");

  return g_build_filename (root != NULL ? root : "/", RUN_DIRECTORY, name, NULL);
}

static char **
read_lines (const char *name)
{
  g_autofree char *file = get_path (name);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (file, &text, NULL, NULL))
    return g_new0 (char *, 1);

  return g_strsplit (text, "\n", -1);
}

static gboolean
is_active (const char *category)
{
  g_auto (GStrv) categories = read_lines ("active");

  return g_strv_contains ((const char *const *) categories, category);
}

gboolean
tm_probe_is_agreed (const char *category)
{
  return is_active (category);
}

static gboolean
needs_consent (TmProbe *self)
{
  return !self->is_dry_run || self->input == NULL;
}

/* NULL: nobody can tell. */
static char *
read_since (const char *category)
{
  g_auto (GStrv) lines = read_lines ("since");
  gsize n_bytes = strlen (category);

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], category) && lines[i][n_bytes] == ' ')
      return g_strdup (lines[i] + n_bytes + 1);

  return NULL;
}

char *
tm_probe_read_since (const char *category)
{
  /* This order: of a no and another yes in between, the time tells. */
  g_autofree char *since = read_since (category);

  return is_active (category) ? g_steal_pointer (&since) : NULL;
}

gboolean
tm_probe_may_observe (TmProbe *self)
{
  g_autofree char *before = g_steal_pointer (&self->since);

  if (!needs_consent (self))
    return TRUE;

  /* This order: of a no and another yes in between, the time tells. */
  self->since = read_since (self->info->category);
  if (!is_active (self->info->category))
    {
      tm_probe_forget_state (self);
      return FALSE;
    }

  if (g_strcmp0 (before, self->since) != 0)
    tm_probe_forget_drops (self);
  return TRUE;
}

gint64
tm_probe_get_since (TmProbe *self)
{
  return self->since != NULL ? g_ascii_strtoll (self->since, NULL, 10) : 0;
}

static void
drain (int fd)
{
  char buffer[4096];

  while (fd >= 0 && read (fd, buffer, sizeof buffer) > 0)
    continue;
}

gboolean
tm_probe_may_continue (TmProbe *self)
{
  g_autofree char *since = NULL;

  if (!needs_consent (self))
    return TRUE;

  drain (self->consent_fd);
  since = read_since (self->info->category);
  if (is_active (self->info->category) && g_strcmp0 (since, self->since) == 0)
    return TRUE;

  tm_probe_forget_state (self);
  return FALSE;
}

int
tm_probe_get_consent_fd (TmProbe *self)
{
  g_autofree char *directory = get_path ("");

  if (self->consent_fd >= 0 || !needs_consent (self))
    return self->consent_fd;

  self->consent_fd = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);
  if (self->consent_fd >= 0 &&
      inotify_add_watch (self->consent_fd, directory,
                         IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM |
                             IN_DELETE_SELF | IN_MOVE_SELF) < 0)
    {
      close (self->consent_fd);
      self->consent_fd = -1;
    }

  return self->consent_fd;
}
