/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A recorder that does what the records it is given tell it to, for the ways of a service that the
 * real one cannot be brought to at will: slow, silent, refusing, dying. The last part of a
 * classification says how:
 *
 *   double/answer/now               the id is "1", "2", ... in the order of arrival
 *   double/slow/MILLISECONDS        the answer comes later
 *   double/gather/NUMBER            no answer before so many wait for one, and a little later for
 *                                   those who would be too many
 *   double/never/x                  no answer
 *   double/die/x                    the process ends without one
 *   double/refuse/NAME              the error org.telemetrics.Telemetry1.Error.NAME
 *
 * It owns the name on the system bus that it finds in its environment, prints "ready", and at its
 * end, when standard input is closed, one line of what it saw: calls, records, the largest batch
 * and the most calls that waited for an answer at once.
 */
#include "tm-dbus.h"

#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  GMainLoop *loop;
  TmDBusRecorder *recorder;
  guint n_calls;
  guint n_records;
  guint max_batch;
  guint n_waiting;
  guint max_waiting;
  guint n_gather;      /* 0: calls are not gathered */
  GPtrArray *gathered; /* (element-type Pending): until there are so many */
  guint64 last_bytes;  /* of the last payload that came in a memfd */
} Double;

typedef struct
{
  Double *self;
  GDBusMethodInvocation *invocation;
  GVariant *answer; /* (nullable): NULL with error_name */
  char *error_name;
} Pending;

static const char *
last_part (const char *classification)
{
  return strrchr (classification, '/') + 1;
}

/* A call beyond the number has so long to come. On a slow machine it may come later, and the fault
 * is not seen; one that is right never fails. */
#define GATHER_MSEC 200

static void
begin_gathering (Double *self, const char *classification)
{
  if (self->gathered != NULL || !g_str_has_prefix (classification, "double/gather/"))
    return;

  self->gathered = g_ptr_array_new ();
  self->n_gather = atoi (last_part (classification));
}

static guint
delay_of (const char *classification)
{
  if (g_str_has_prefix (classification, "double/die/"))
    _exit (3);
  if (g_str_has_prefix (classification, "double/slow/"))
    return atoi (last_part (classification));
  return g_str_has_prefix (classification, "double/never/") ? G_MAXUINT : 0;
}

static char *
error_of (const char *classification)
{
  if (!g_str_has_prefix (classification, "double/refuse/"))
    return NULL;
  return g_strconcat (TELEMETRY_ERROR_BUS_PREFIX, last_part (classification), NULL);
}

static gboolean
answer (gpointer user_data)
{
  Pending *pending = user_data;

  pending->self->n_waiting--;
  if (pending->error_name != NULL)
    g_dbus_method_invocation_return_dbus_error (pending->invocation, pending->error_name,
                                                "as it was told; retry-after=7");
  else
    g_dbus_method_invocation_return_value (pending->invocation, pending->answer);
  g_clear_pointer (&pending->answer, g_variant_unref);
  g_free (pending->error_name);
  g_free (pending);
  return G_SOURCE_REMOVE;
}

static gboolean
answer_gathered (gpointer user_data)
{
  Double *self = user_data;

  self->n_gather = 0;
  for (guint i = 0; i < self->gathered->len; i++)
    answer (self->gathered->pdata[i]);
  g_ptr_array_set_size (self->gathered, 0);
  return G_SOURCE_REMOVE;
}

static void
gather (Double *self, Pending *pending)
{
  g_ptr_array_add (self->gathered, pending);
  if (self->gathered->len == self->n_gather)
    g_timeout_add (GATHER_MSEC, answer_gathered, self);
}

static void
answer_later (Double *self,
              GDBusMethodInvocation *invocation,
              guint delay_msec,
              GVariant *value,
              char *error_name)
{
  Pending *pending = g_new0 (Pending, 1);

  *pending = (Pending){ self, invocation, value, error_name };
  if (value != NULL)
    g_variant_ref_sink (value);
  self->n_calls++;
  self->n_waiting++;
  self->max_waiting = MAX (self->max_waiting, self->n_waiting);
  if (self->n_gather > 0)
    gather (self, pending);
  else if (delay_msec != G_MAXUINT)
    g_timeout_add (delay_msec, answer, pending);
}

static gboolean
on_submit (TmDBusRecorder *recorder,
           GDBusMethodInvocation *invocation,
           const char *classification,
           guint severity,
           const char *payload,
           GVariant *options,
           Double *self)
{
  g_autofree char *id = g_strdup_printf ("%u", ++self->n_records);

  begin_gathering (self, classification);
  self->max_batch = MAX (self->max_batch, 1);
  answer_later (self, invocation, delay_of (classification), g_variant_new ("(s)", id),
                error_of (classification));
  return TRUE;
}

static gboolean
on_submit_batch (TmDBusRecorder *recorder,
                 GDBusMethodInvocation *invocation,
                 GVariant *records,
                 GVariant *options,
                 Double *self)
{
  GVariantBuilder results;
  GVariantIter iter;
  const char *classification;
  guint delay_msec = 0;

  g_variant_builder_init (&results, G_VARIANT_TYPE ("a(ss)"));
  g_variant_iter_init (&iter, records);
  while (g_variant_iter_next (&iter, "(&su&s@a{sv})", &classification, NULL, NULL, NULL))
    {
      g_autofree char *id = g_strdup_printf ("%u", ++self->n_records);
      g_autofree char *error_name = error_of (classification);
      g_variant_builder_add (&results, "(ss)", error_name == NULL ? id : "",
                             error_name == NULL ? "" : error_name);
      delay_msec = MAX (delay_msec, delay_of (classification));
      begin_gathering (self, classification);
    }
  self->max_batch = MAX (self->max_batch, g_variant_n_children (records));
  answer_later (self, invocation, delay_msec, g_variant_new ("(a(ss))", &results), NULL);
  return TRUE;
}

static gboolean
on_submit_fd (TmDBusRecorder *recorder,
              GDBusMethodInvocation *invocation,
              GUnixFDList *fds,
              const char *classification,
              guint severity,
              GVariant *handle,
              GVariant *options,
              Double *self)
{
  const int all = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  int fd = fds == NULL ? -1 : g_unix_fd_list_get (fds, g_variant_get_handle (handle), NULL);
  struct stat status = { 0 };
  char *error_name = error_of (classification);

  if (fd < 0 || fcntl (fd, F_GET_SEALS) != all || fstat (fd, &status) != 0)
    error_name = g_strdup (TELEMETRY_ERROR_BUS_PREFIX "NotSealed");
  if (fd >= 0)
    close (fd);

  g_autofree char *id = g_strdup_printf ("%u", ++self->n_records);
  self->last_bytes = status.st_size;
  answer_later (self, invocation, delay_of (classification), g_variant_new ("(s)", id), error_name);
  return TRUE;
}

static gboolean
on_input (GIOChannel *channel, GIOCondition condition, gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

static void
on_name_acquired (GDBusConnection *bus, const char *name, gpointer user_data)
{
  g_print ("ready\n");
}

int
main (void)
{
  Double self = { .loop = g_main_loop_new (NULL, FALSE),
                  .recorder = tm_dbus_recorder_skeleton_new () };
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, &error);
  g_assert_no_error (error);

  g_signal_connect (self.recorder, "handle-submit", G_CALLBACK (on_submit), &self);
  g_signal_connect (self.recorder, "handle-submit-batch", G_CALLBACK (on_submit_batch), &self);
  g_signal_connect (self.recorder, "handle-submit-fd", G_CALLBACK (on_submit_fd), &self);
  g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self.recorder), bus, TM_BUS_PATH,
                                    &error);
  g_assert_no_error (error);
  g_bus_own_name_on_connection (bus, TM_BUS_NAME, G_BUS_NAME_OWNER_FLAGS_NONE, on_name_acquired,
                                NULL, NULL, NULL);

  g_autoptr (GIOChannel) input = g_io_channel_unix_new (STDIN_FILENO);
  g_io_add_watch (input, G_IO_IN | G_IO_HUP, on_input, self.loop);
  g_main_loop_run (self.loop);
  g_print ("calls=%u records=%u max_batch=%u max_waiting=%u last_bytes=%" G_GUINT64_FORMAT "\n",
           self.n_calls, self.n_records, self.max_batch, self.max_waiting, self.last_bytes);
  return 0;
}
