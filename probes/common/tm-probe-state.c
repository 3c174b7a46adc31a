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

/* "since 1767225600000000\n", then the text. NULL: it was noted under another agreement. */
static const char *
skip_head (TmProbe *self, const char *text)
{
  g_autofree char *head = g_strdup_printf ("since %s\n", self->since);

  return g_str_has_prefix (text, head) ? text + strlen (head) : NULL;
}

char *
tm_probe_load_state (TmProbe *self)
{
  return is_stateless (self) ? NULL : tm_probe_peek_state (self);
}

char *
tm_probe_peek_state (TmProbe *self)
{
  g_autofree char *file = get_file (self);
  g_autofree char *text = NULL;
  gsize n_bytes;

  if (self->input != NULL || self->since == NULL ||
      !g_file_get_contents (file, &text, &n_bytes, NULL))
    return NULL;
  if (n_bytes > STATE_MAX_BYTES || strlen (text) != n_bytes)
    return NULL;

  return g_strdup (skip_head (self, text));
}

static gboolean
make_directory (const char *directory, GError **error)
{
  int saved_errno;

  if (g_mkdir_with_parents (directory, 0700) == 0)
    return TRUE;

  saved_errno = errno;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (saved_errno),
               "cannot make the directory “%s”: %s", directory, g_strerror (saved_errno));
  return FALSE;
}

gboolean
tm_probe_save_state (TmProbe *self, const char *text, GError **error)
{
  g_autofree char *directory = get_directory (self);
  g_autofree char *file = get_file (self);
  g_autofree char *whole = NULL;

  if (is_stateless (self) || self->since == NULL)
    return TRUE;
  if (!make_directory (directory, error))
    return FALSE;

  whole = g_strdup_printf ("since %s\n%s", self->since, text);
  return g_file_set_contents_full (file, whole, strlen (whole),
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   0600, error);
}

void
tm_probe_forget_state (TmProbe *self)
{
  g_autofree char *file = get_file (self);

  /* Where it cannot be removed it is still not believed. */
  if (!is_stateless (self))
    g_unlink (file);
}
