/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-sender.h. */
#include "tm-sender.h"

#include "tm-answer.h"
#include "tm-fork.h"
#include "tm-outbox.h"
#include "tm-socket.h"

#include <errno.h>
#include <poll.h>

#define MAX_CALLS 64

typedef struct
{
  guint32 serial;
  GPtrArray *parcels; /* (element-type TmParcel) */
  gint64 deadline_usec;
  gboolean answered; /* waits only for the calls before it */
} Call;

typedef struct
{
  TmOutbox *outbox;
  TmWire *wire;      /* (nullable) (owned) */
  GQueue calls;      /* (element-type Call): in the order of sending */
  guint n_under_way; /* of those, not answered */
} Sender;

static void
call_free (Call *call)
{
  g_ptr_array_unref (call->parcels);
  g_free (call);
}

static void
count_results (Sender *self, GVariant *results)
{
  GVariantIter iter;
  const char *id, *error_name;

  g_variant_iter_init (&iter, results);
  while (g_variant_iter_next (&iter, "(&s&s)", &id, &error_name))
    {
      TelemetryCounter counter = TELEMETRY_COUNTER_ACCEPTED;
      if (*error_name != '\0')
        {
          g_autoptr (GError) error = tm_answer_to_error (error_name, NULL);
          counter = tm_answer_to_counter (error);
        }
      tm_counts_add (tm_outbox_get_counts (self->outbox), counter, 1);
    }
}

/* answer: the record's id, or the results of a batch; NULL with an error. */
static void
answer_parcel (Sender *self, TmParcel *parcel, GVariant *answer, const GError *error)
{
  TmCounts *counts = tm_outbox_get_counts (self->outbox);

  if (answer == NULL)
    tm_counts_add (counts, tm_answer_to_counter (error), parcel->n_records);
  else if (parcel->kind == TM_PARCEL_BATCH)
    count_results (self, answer);
  else
    tm_counts_add (counts, TELEMETRY_COUNTER_ACCEPTED, 1);
  tm_parcel_answer (parcel, answer, error);
}

static void
answer_all (Sender *self, GPtrArray *parcels, const GError *error)
{
  for (guint i = 0; i < parcels->len; i++)
    answer_parcel (self, g_ptr_array_index (parcels, i), NULL, error);
}

/* Of several records that shared a call: each has its own id or its own error. */
static void
answer_each (Sender *self, GPtrArray *parcels, GVariant *results)
{
  for (guint i = 0; i < parcels->len; i++)
    {
      const char *error_name;
      g_autoptr (GVariant) id = NULL;
      g_variant_get_child (results, i, "(@s&s)", &id, &error_name);

      g_autoptr (GError) error = NULL;
      if (*error_name != '\0')
        error = tm_answer_to_error (error_name, NULL);
      answer_parcel (self, g_ptr_array_index (parcels, i), error == NULL ? id : NULL, error);
    }
}

static void
answer_call (Sender *self, Call *call, GDBusMessage *reply)
{
  TmParcel *first = g_ptr_array_index (call->parcels, 0);
  gboolean has_results = call->parcels->len > 1 || first->kind == TM_PARCEL_BATCH;
  guint n_records = call->parcels->len > 1 ? call->parcels->len : first->n_records;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer =
      tm_answer_from_reply (reply, has_results ? "(a(ss))" : "(s)", &error);

  if (answer != NULL && has_results && g_variant_n_children (answer) != n_records)
    {
      g_clear_pointer (&answer, g_variant_unref);
      g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           "the telemetry service answered for another number of records");
    }

  if (answer == NULL)
    answer_all (self, call->parcels, error);
  else if (call->parcels->len > 1)
    answer_each (self, call->parcels, answer);
  else
    answer_parcel (self, first, answer, NULL);
}

/* flush() waits for the first so many parcels, so they are reported settled in their order. */
static void
settle_answered (Sender *self)
{
  Call *call;

  while ((call = g_queue_peek_head (&self->calls)) != NULL && call->answered)
    {
      tm_outbox_settle (self->outbox, call->parcels->len);
      call_free (g_queue_pop_head (&self->calls));
    }
}

static void
handle_message (Sender *self, GDBusMessage *message)
{
  guint32 serial = g_dbus_message_get_reply_serial (message);

  for (GList *link = self->calls.head; link != NULL; link = link->next)
    {
      Call *call = link->data;
      if (call->serial != serial || call->answered)
        continue;

      answer_call (self, call, message);
      call->answered = TRUE;
      self->n_under_way--;
      break;
    }
  settle_answered (self);
}

/* A message that cannot be encoded concerns its parcels only. */
static void
reject (Sender *self, GPtrArray *parcels, const GError *error)
{
  Call *call = g_new0 (Call, 1);

  answer_all (self, parcels, error);
  call->parcels = g_ptr_array_ref (parcels);
  call->answered = TRUE;
  g_queue_push_tail (&self->calls, call);
  settle_answered (self);
}

static void
queue_call (Sender *self, GPtrArray *parcels)
{
  TmParcel *first = g_ptr_array_index (parcels, 0);
  g_autoptr (GDBusMessage) message = tm_parcels_to_message (parcels);
  g_autoptr (GError) error = NULL;
  guint32 serial = tm_wire_queue (self->wire, message, first->fd, &error);
  if (serial == 0)
    {
      reject (self, parcels, error);
      return;
    }

  Call *call = g_new0 (Call, 1);
  call->serial = serial;
  call->parcels = g_ptr_array_ref (parcels);
  call->deadline_usec =
      g_get_monotonic_time () + tm_outbox_get_timeout_msec (self->outbox) * G_TIME_SPAN_MILLISECOND;
  g_queue_push_tail (&self->calls, call);
  self->n_under_way++;
}

static gboolean
feed (Sender *self, GError **error)
{
  while (!tm_wire_is_writing (self->wire))
    {
      TmTake take = TM_TAKE_NONE;
      if (self->n_under_way == 0)
        take = TM_TAKE_ANY;
      else if (self->n_under_way < MAX_CALLS)
        take = TM_TAKE_FULL;

      g_autoptr (GPtrArray) parcels = tm_outbox_take (self->outbox, take);
      if (parcels == NULL)
        return TRUE;
      queue_call (self, parcels);
      if (!tm_wire_write (self->wire, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
wait (Sender *self, GError **error)
{
  Call *oldest = g_queue_peek_head (&self->calls);
  struct pollfd polls[2] = {
    { .fd = tm_wire_get_fd (self->wire), .events = tm_wire_get_events (self->wire) },
    { .fd = tm_outbox_get_wake_fd (self->outbox), .events = POLLIN },
  };

  int remaining_msec = tm_socket_remaining_msec (oldest->deadline_usec);
  tm_fork_pause ();
  int n_ready = poll (polls, G_N_ELEMENTS (polls), remaining_msec);
  tm_fork_resume ();
  if (n_ready == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                           "the telemetry service did not answer in time");
      return FALSE;
    }
  if (n_ready > 0 && polls[1].revents != 0)
    tm_outbox_clear_wake (self->outbox);
  return !g_cancellable_set_error_if_cancelled (tm_outbox_get_closing (self->outbox), error);
}

static gboolean
turn (Sender *self, GError **error)
{
  if (!wait (self, error) || !tm_wire_write (self->wire, error))
    return FALSE;

  for (;;)
    {
      g_autoptr (GDBusMessage) message = NULL;
      if (!tm_wire_read (self->wire, &message, error))
        return FALSE;
      if (message == NULL)
        return TRUE;
      handle_message (self, message);
    }
}

static gboolean
work (Sender *self, GError **error)
{
  GCancellable *closing = tm_outbox_get_closing (self->outbox);
  gint64 deadline_usec =
      g_get_monotonic_time () + tm_outbox_get_timeout_msec (self->outbox) * G_TIME_SPAN_MILLISECOND;

  if (g_cancellable_set_error_if_cancelled (closing, error))
    return FALSE;
  self->wire = tm_wire_slot_take (tm_outbox_get_slot (self->outbox), deadline_usec, closing, error);
  if (self->wire == NULL)
    return FALSE;

  while (feed (self, error))
    {
      if (g_queue_is_empty (&self->calls))
        {
          tm_wire_slot_put (tm_outbox_get_slot (self->outbox), g_steal_pointer (&self->wire));
          return TRUE;
        }
      if (!turn (self, error))
        return FALSE;
    }

  return FALSE;
}

/* Nothing is sent twice: whether a call that was under way reached the disk cannot be known. What
 * waits still is given up too if there was no connection at all, else it has its turn on a new one.
 */
static void
give_up (Sender *self, const GError *error)
{
  gboolean was_connected = self->wire != NULL;
  g_clear_pointer (&self->wire, tm_wire_close);

  for (GList *link = self->calls.head; link != NULL; link = link->next)
    {
      Call *call = link->data;
      if (!call->answered)
        answer_all (self, call->parcels, error);
      call->answered = TRUE;
    }
  self->n_under_way = 0;
  settle_answered (self);
  if (was_connected && !g_cancellable_is_cancelled (tm_outbox_get_closing (self->outbox)))
    return;

  for (;;)
    {
      g_autoptr (GPtrArray) parcels = tm_outbox_take (self->outbox, TM_TAKE_ANY);
      if (parcels == NULL)
        return;
      reject (self, parcels, error);
    }
}

gpointer
tm_sender_run (gpointer data)
{
  tm_fork_begin_work ();

  g_autoptr (TmOutbox) outbox = data;
  Sender self = { .outbox = outbox };

  do
    {
      g_autoptr (GError) error = NULL;
      if (!work (&self, &error))
        give_up (&self, error);
    }
  while (!tm_outbox_retire (outbox));

  return NULL;
}
