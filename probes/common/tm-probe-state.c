/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a probe stopped reading. The place is what systemd says (STATE_DIRECTORY), else the fixed
 * one for probes that are started by hand.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tm-probe-private.h"

/* A cursor of the journal has about 150 bytes; a state that is longer is not ours. */
#define STATE_MAX_BYTES (64 * 1024)

static char *
get_directory (TmProbe *self)
{
  const char *directory = g_getenv ("STATE_DIRECTORY");

  if (directory != NULL && directory[0] == '/')
    return g_strdup (directory);

  return tm_probe_get_path (self, "/var/lib/telemetrics-probes");
}

static char *
get_file (TmProbe *self)
{
  g_autofree char *directory = get_directory (self);

  return g_strdup_printf ("%s/%s.state", directory, self->info->name);
}

static gboolean
is_stateless (TmProbe *self)
{
  return self->is_dry_run || self->input != NULL;
}

char *
tm_probe_load_state (TmProbe *self)
{
  g_autofree char *file = get_file (self);
  g_autofree char *text = NULL;
  gsize n_bytes;

  if (is_stateless (self) || !g_file_get_contents (file, &text, &n_bytes, NULL))
    return NULL;

  return n_bytes <= STATE_MAX_BYTES && strlen (text) == n_bytes ? g_steal_pointer (&text) : NULL;
}

gboolean
tm_probe_save_state (TmProbe *self, const char *text, GError **error)
{
  g_autofree char *directory = get_directory (self);
  g_autofree char *file = get_file (self);

  if (is_stateless (self))
    return TRUE;

  if (g_mkdir_with_parents (directory, 0700) != 0)
    {
      int saved_errno = errno;

      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (saved_errno),
                   "cannot make the directory “%s”: %s", directory, g_strerror (saved_errno));
      return FALSE;
    }

  return g_file_set_contents_full (file, text, strlen (text),
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   0600, error);
}
