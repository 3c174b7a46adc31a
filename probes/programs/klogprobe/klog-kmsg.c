/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's buffer of messages, a record with each read(); see klog-source.h. Anybody who may
 * write to it can put lines into it, but not with the kernel's facility: the reader of reports
 * passes those over. Where the kernel was faster than we are, read() says EPIPE once and goes on
 * with the oldest record there is.
 *
 * A place is "BOOT seq N", the number of the last record read, or "BOOT usec N": nothing was, since
 * then. Under another boot's place the whole buffer is new.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "klog-source.h"

/* The kernel's records have at most 8 KiB with their head. */
#define RECORD_BYTES (16 * 1024)
/* How many records are read at most before the question whether to go on. */
#define ASK_RECORDS 256

typedef struct
{
  KlogSource source;
  const KlogKmsg *options;
  gint64 begin_usec;   /* records from before are passed over; of the boot's clock */
  gint64 noted_usec;   /* the same for the place; the end of the buffer was found without it */
  gint64 last_number;  /* of the last record that was read, or is not to be; -1: none */
  gboolean is_overrun; /* and none was read since */
} Kmsg;

static gint64
get_number (const char *record)
{
  const char *comma = strchr (record, ',');

  return comma != NULL ? g_ascii_strtoll (comma + 1, NULL, 10) : -1;
}

/* The kernel was faster: what it has numbered and we did not read. */
static void
tell_lost (Kmsg *self, gint64 number)
{
  const KlogFollower *follower = self->source.follower;

  if (self->is_overrun && self->last_number >= 0 && follower->on_lost != NULL)
    follower->on_lost ((guint64) (number - self->last_number - 1), follower->user_data);
  self->is_overrun = FALSE;
}

static void
feed (Kmsg *self, const char *record)
{
  gint64 number = get_number (record);
  TmKlogLine line;

  /* What follows in lines of its own are the device's properties. */
  tm_klog_line_parse (record, strcspn (record, "\n"), &line);
  if (number <= self->last_number)
    return;
  tell_lost (self, number);

  self->last_number = number;
  if (line.facility == 0 && line.time_usec >= self->begin_usec)
    tm_oops_reader_feed (self->source.reader, &line);
}

static gboolean
read_waiting (KlogSource *source, guint *out_n_lines, GError **error)
{
  Kmsg *self = (Kmsg *) source;
  char record[RECORD_BYTES + 1];

  *out_n_lines = 0;
  for (guint i = 1;; i++)
    {
      gssize n_bytes = self->options->read_record (source->fd, record, RECORD_BYTES);

      if (n_bytes == 0 || (n_bytes < 0 && errno == EAGAIN))
        return TRUE;
      if (i % ASK_RECORDS == 0 && !klog_may_go_on (source))
        return FALSE;
      if (n_bytes > 0)
        {
          record[n_bytes] = '\0';
          feed (self, record);
          ++*out_n_lines;
        }
      else if (errno == EPIPE)
        {
          /* Lines are lost: those before and those behind do not belong together. */
          tm_oops_reader_flush (source->reader);
          self->is_overrun = TRUE;
        }
      else if (errno != EINTR)
        {
          int saved_errno = errno;

          g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno),
                       "cannot read “%s”: %s", self->options->device, g_strerror (saved_errno));
          return FALSE;
        }
    }
}

static char *
get_place (KlogSource *source)
{
  Kmsg *self = (Kmsg *) source;

  if (self->last_number >= 0)
    return g_strdup_printf ("%s seq %" G_GINT64_FORMAT, self->options->boot_id, self->last_number);

  return g_strdup_printf ("%s usec %" G_GINT64_FORMAT, self->options->boot_id, self->noted_usec);
}

/* Nothing from before somebody agreed is ever read. When that was is known by the clock that people
 * set; the kernel's records have one that nobody can be asked for and that drifts from all others.
 * So a first reading begins now, not then as in the journal, which has both clocks. */
static void
seek (Kmsg *self)
{
  const char *place = self->options->place;
  gsize n_boot = strlen (self->options->boot_id);

  if (place == NULL)
    {
      self->noted_usec = g_get_monotonic_time ();
      lseek (self->source.fd, 0, SEEK_END);
    }
  else if (g_str_has_prefix (place, self->options->boot_id))
    {
      /* One of the two matches; the other stays as it is. */
      sscanf (place + n_boot, " seq %" G_GINT64_FORMAT, &self->last_number);
      sscanf (place + n_boot, " usec %" G_GINT64_FORMAT, &self->begin_usec);
      self->noted_usec = self->begin_usec;
    }
}

gboolean
klog_read_kmsg (const KlogKmsg *options,
                const KlogFollower *follower,
                TmOopsReader *reader,
                GError **error)
{
  Kmsg self = {
    .source = { .reader = reader,
                .follower = follower,
                .fd = open (options->device, O_RDONLY | O_NONBLOCK | O_CLOEXEC),
                .events = POLLIN,
                .read_waiting = read_waiting,
                .get_place = get_place },
    .options = options,
    .last_number = -1,
  };
  int saved_errno = errno;
  gboolean done;

  if (self.source.fd < 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno), "cannot open “%s”: %s",
                   options->device, g_strerror (saved_errno));
      return FALSE;
    }

  follower->on_boot (options->boot_id, follower->user_data);
  seek (&self);
  done = klog_follow (&self.source, error);
  close (self.source.fd);
  return done;
}
