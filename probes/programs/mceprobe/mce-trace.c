/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See mce-trace.h. */
#include "mce-trace.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "mce-formats.h"

/* How many pages are read at most before the question whether to go on. */
#define ASK_PAGES 64
/* The one that goes on while the machine sleeps. */
#define CLOCK "boot"
#define NSEC_PER_SEC G_GINT64_CONSTANT (1000000000)

struct _MceTrace
{
  char *directory; /* of the instance */
  TmRasReader *reader;
  GArray *fds; /* (element-type int) */
  guint8 *page;
  gboolean has_time; /* its clock is the boot's, suspend included */
  guint64 n_lost;
};

static gboolean
set_error (GError **error, const char *what, const char *file)
{
  int saved_errno = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno), "%s “%s”: %s", what, file,
               g_strerror (saved_errno));
  return FALSE;
}

void
mce_trace_free (MceTrace *self)
{
  for (guint i = 0; i < self->fds->len; i++)
    close (g_array_index (self->fds, int, i));
  g_array_unref (self->fds);
  g_clear_pointer (&self->reader, tm_ras_reader_free);
  g_free (self->page);
  g_free (self->directory);
  g_free (self);
}

static char *
get_instance (const char *tracefs, const char *name)
{
  return g_build_filename (tracefs, "instances", name, NULL);
}

void
mce_trace_remove (const char *tracefs, const char *name)
{
  g_autofree char *directory = get_instance (tracefs, name);

  g_rmdir (directory);
}

static gboolean
write_file (const char *directory, const char *name, const char *text, GError **error)
{
  g_autofree char *file = g_build_filename (directory, name, NULL);
  int fd = open (file, O_WRONLY | O_CLOEXEC);
  gssize n_bytes;
  int saved_errno;

  if (fd < 0)
    return set_error (error, "cannot open", file);

  n_bytes = write (fd, text, strlen (text));
  saved_errno = errno;
  close (fd);
  errno = saved_errno;
  return n_bytes == (gssize) strlen (text) || set_error (error, "cannot write to", file);
}

/* What was recorded before somebody agreed is thrown away unread. *out_is_new: FALSE: it was there,
 * and is ours. */
static gboolean
make_instance (MceTrace *self, gboolean keeps, gboolean *out_is_new, GError **error)
{
  if (!keeps)
    g_rmdir (self->directory);
  *out_is_new = g_mkdir (self->directory, 0700) == 0;
  if (*out_is_new || (errno == EEXIST && keeps))
    return TRUE;

  return set_error (error, "cannot make the trace instance", self->directory);
}

/* Each of these would throw away what is recorded. Kernels that cannot are no worse. */
static void
set_up (MceTrace *self)
{
  g_autofree char *size = g_strdup_printf ("%d", MCE_TRACE_BUFFER_KIB);

  write_file (self->directory, "buffer_size_kb", size, NULL);
  write_file (self->directory, "trace_clock", CLOCK, NULL);
}

/* The clock that is set stands in brackets among the others. */
static gboolean
has_clock (MceTrace *self)
{
  g_autofree char *file = g_build_filename (self->directory, "trace_clock", NULL);
  g_autofree char *text = NULL;

  return g_file_get_contents (file, &text, NULL, NULL) && strstr (text, "[" CLOCK "]") != NULL;
}

static gboolean
enable (MceTrace *self, GError **error)
{
  /* A single event is news: the default waits until half of the buffer is full. */
  write_file (self->directory, "buffer_percent", "0", NULL);
  for (guint i = 0; i < TM_RAS_N_EVENTS; i++)
    {
      g_autofree char *file =
          g_strdup_printf ("events/%s/%s/enable", tm_ras_events[i].system, tm_ras_events[i].name);

      if (tm_ras_reader_covers (self->reader, tm_ras_events[i].name) &&
          !write_file (self->directory, file, "1", error))
        return FALSE;
    }

  return TRUE;
}

/* Those that are off have a buffer, too: they may come back. */
static gboolean
open_processors (MceTrace *self, GError **error)
{
  g_autofree char *directory = g_build_filename (self->directory, "per_cpu", NULL);
  g_autoptr (GDir) processors = g_dir_open (directory, 0, error);
  const char *name;

  while (processors != NULL && (name = g_dir_read_name (processors)) != NULL)
    {
      g_autofree char *file = g_build_filename (directory, name, "trace_pipe_raw", NULL);
      int fd = open (file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

      if (fd < 0)
        return set_error (error, "cannot open", file);
      g_array_append_val (self->fds, fd);
    }

  return processors != NULL;
}

MceTrace *
mce_trace_open (const char *tracefs, const char *name, gboolean keeps, GError **error)
{
  g_autoptr (TmRasReader) reader = mce_formats_load (tracefs, error);
  g_autoptr (MceTrace) self = NULL;
  gboolean is_new;

  if (reader == NULL)
    return NULL;

  self = g_new0 (MceTrace, 1);
  self->directory = get_instance (tracefs, name);
  self->page = g_malloc (tm_ras_reader_get_page_bytes (reader));
  self->reader = g_steal_pointer (&reader);
  self->fds = g_array_new (FALSE, FALSE, sizeof (int));
  if (!make_instance (self, keeps, &is_new, error))
    return NULL;
  if (is_new)
    set_up (self);
  self->has_time = has_clock (self);
  if (enable (self, error) && open_processors (self, error))
    return g_steal_pointer (&self);

  g_clear_pointer (&self, mce_trace_free);
  mce_trace_remove (tracefs, name);
  return NULL;
}

GArray *
mce_trace_get_fds (MceTrace *self)
{
  return self->fds;
}

gboolean
mce_trace_covers (MceTrace *self, const char *event)
{
  return tm_ras_reader_covers (self->reader, event);
}

/* From the boot's clock to the wall's. */
static gint64
get_offset_nsec (MceTrace *self)
{
  struct timespec boot;

  if (!self->has_time || clock_gettime (CLOCK_BOOTTIME, &boot) != 0)
    return 0;

  return g_get_real_time () * 1000 - (boot.tv_sec * NSEC_PER_SEC + boot.tv_nsec);
}

static gboolean
read_processor (MceTrace *self,
                int fd,
                TmFaultFunc func,
                gboolean (*go_on) (gpointer user_data),
                gpointer user_data,
                GError **error)
{
  gsize n_page = tm_ras_reader_get_page_bytes (self->reader);
  gint64 offset_nsec = get_offset_nsec (self);

  for (guint i = 1;; i++)
    {
      gssize n_bytes = read (fd, self->page, n_page);

      if (n_bytes == 0 || (n_bytes < 0 && errno == EAGAIN))
        return TRUE;
      if (n_bytes < 0 && errno != EINTR)
        return set_error (error, "cannot read the trace in", self->directory);
      if (n_bytes > 0)
        self->n_lost += tm_ras_reader_feed (self->reader, self->page, (gsize) n_bytes, offset_nsec,
                                            func, user_data);
      if (i % ASK_PAGES == 0 && !go_on (user_data))
        return FALSE;
    }
}

gboolean
mce_trace_read (MceTrace *self,
                TmFaultFunc func,
                gboolean (*go_on) (gpointer user_data),
                gpointer user_data,
                GError **error)
{
  for (guint i = 0; i < self->fds->len; i++)
    if (!read_processor (self, g_array_index (self->fds, int, i), func, go_on, user_data, error))
      return FALSE;

  return TRUE;
}

guint64
mce_trace_take_lost (MceTrace *self)
{
  guint64 n_lost = self->n_lost;

  self->n_lost = 0;
  return n_lost;
}
