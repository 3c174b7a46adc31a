/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a probe stopped reading, and what it left out. The place is what systemd says
 * (STATE_DIRECTORY), else the fixed one for probes that are started by hand.
 *
 *   since 1767225600000000                              when the agreement began
 *   drops CATEGORY 1767225500000000 EPOCH quota=3       if something was left out: under which
 *                                                       agreement to the heartbeat, and how much
 *   ...                                                 the rest is the probe's own
 *
 * The file is replaced as a whole, under a lock of its directory.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tm-probe-drops.h"
#include "tm-probe-private.h"

#define HEAD_SINCE "since "
#define HEAD_DROPS "drops "

char *
tm_probe_get_state_directory (TmProbe *self)
{
  const char *directory = g_getenv ("STATE_DIRECTORY");

  if (directory != NULL && directory[0] == '/')
    return g_strdup (directory);

  return tm_probe_get_path (self, "/var/lib/telemetrics-probes");
}

static char *
get_file (TmProbe *self)
{
  g_autofree char *directory = tm_probe_get_state_directory (self);

  return g_strdup_printf ("%s/%s.state", directory, self->info->name);
}

/* The line that begins with head, which ends here. NULL: it is another one. */
static const char *
take_line (char **rest, const char *head)
{
  char *line = *rest;
  char *end = strchr (line, '\n');

  if (end == NULL || !g_str_has_prefix (line, head))
    return NULL;

  *end = '\0';
  *rest = end + 1;
  return line + strlen (head);
}

gboolean
tm_probe_split_state (char *text, TmProbeStateParts *out_parts)
{
  out_parts->since = take_line (&text, HEAD_SINCE);
  out_parts->drops = out_parts->since != NULL ? take_line (&text, HEAD_DROPS) : NULL;
  out_parts->text = text;
  return out_parts->since != NULL;
}

/* NULL: there is none, or it was noted under another agreement. out_parts point into it. */
static char *
read_state (TmProbe *self, TmProbeStateParts *out_parts)
{
  g_autofree char *file = get_file (self);
  g_autofree char *text = NULL;
  gsize n_bytes;

  if (self->since == NULL || !g_file_get_contents (file, &text, &n_bytes, NULL))
    return NULL;
  if (n_bytes > TM_PROBE_STATE_MAX_BYTES || strlen (text) != n_bytes)
    return NULL;
  if (!tm_probe_split_state (text, out_parts) || strcmp (out_parts->since, self->since) != 0)
    return NULL;

  return g_steal_pointer (&text);
}

char *
tm_probe_load_state (TmProbe *self)
{
  return tm_probe_is_stateless (self) ? NULL : tm_probe_peek_state (self);
}

char *
tm_probe_peek_state (TmProbe *self)
{
  TmProbeStateParts parts;
  g_autofree char *whole = self->input != NULL ? NULL : read_state (self, &parts);

  /* One that has only counts is none. */
  return whole != NULL && parts.text[0] != '\0' ? g_strdup (parts.text) : NULL;
}

static gboolean
set_error (GError **error, const char *format, const char *directory)
{
  int saved_errno = errno;

  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (saved_errno),
               "cannot %s the directory “%s”: %s", format, directory, g_strerror (saved_errno));
  return FALSE;
}

gboolean
tm_probe_lock_state (TmProbe *self, GError **error)
{
  g_autofree char *directory = tm_probe_get_state_directory (self);

  if (g_mkdir_with_parents (directory, 0700) != 0)
    return set_error (error, "make", directory);
  self->lock_fd = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (self->lock_fd < 0)
    return set_error (error, "open", directory);
  if (TEMP_FAILURE_RETRY (flock (self->lock_fd, LOCK_EX)) == 0)
    return TRUE;

  set_error (error, "lock", directory);
  tm_probe_unlock_state (self);
  return FALSE;
}

void
tm_probe_unlock_state (TmProbe *self)
{
  if (self->lock_fd >= 0)
    close (self->lock_fd);
  self->lock_fd = -1;
}

/* What root wrote by hand is to be read by the service, too. */
static void
give_to_owner (TmProbe *self, const char *file)
{
  struct stat info;

  if (geteuid () == 0 && fstat (self->lock_fd, &info) == 0 && info.st_uid != 0 &&
      lchown (file, info.st_uid, info.st_gid) != 0)
    g_debug ("“%s” stays root's: %s", file, g_strerror (errno));
}

/* text: NULL: as it is. */
static gboolean
replace (TmProbe *self, const char *text, GError **error)
{
  g_autofree char *file = get_file (self);
  TmProbeStateParts parts = { .text = "" };
  g_autofree char *before = read_state (self, &parts);
  g_autofree char *drops = tm_probe_merge_drops (self, before != NULL ? parts.drops : NULL);
  g_autoptr (GString) whole = g_string_new (NULL);

  g_string_append_printf (whole, HEAD_SINCE "%s\n", self->since);
  if (drops != NULL)
    g_string_append_printf (whole, HEAD_DROPS "%s\n", drops);
  if (text == NULL && before != NULL)
    text = parts.text;
  if (text != NULL)
    g_string_append (whole, text);

  if (!g_file_set_contents_full (file, whole->str, (gssize) whole->len,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                 error))
    return FALSE;

  tm_probe_forget_drops (self);
  give_to_owner (self, file);
  return TRUE;
}

static gboolean
save (TmProbe *self, const char *text, GError **error)
{
  gboolean is_locked = self->lock_fd >= 0;
  gboolean done;

  if (tm_probe_is_stateless (self) || self->since == NULL)
    return TRUE;
  if (!is_locked && !tm_probe_lock_state (self, error))
    return FALSE;

  done = replace (self, text, error);
  if (!is_locked)
    tm_probe_unlock_state (self);
  return done;
}

gboolean
tm_probe_save_state (TmProbe *self, const char *text, GError **error)
{
  return save (self, text, error);
}

gboolean
tm_probe_save_drops (TmProbe *self, GError **error)
{
  return self->drops == NULL || save (self, NULL, error);
}

void
tm_probe_forget_state (TmProbe *self)
{
  g_autofree char *file = get_file (self);

  tm_probe_forget_drops (self);
  /* Where it cannot be removed it is still not believed. */
  if (!tm_probe_is_stateless (self))
    g_unlink (file);
}
