/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-outbox.h. */
#include "tm-outbox.h"

#include "tm-sender.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* One call carries at most this. 100 records is where the cost of a call no longer shows; 256 KiB
 * keeps a call of large records well below the bus's limits and its copying short. */
#define CALL_MAX_RECORDS 100
#define CALL_MAX_BYTES (256 * 1024)

struct _TmOutbox
{
  gatomicrefcount ref_count;
  gint64 pid;
  guint max_records;
  gsize max_bytes;
  guint timeout_msec;
  TmWireSlot slot;
  TmCounts counts;
  GCancellable *closing;

  GMutex lock; /* everything below */
  GCond settled;
  GQueue waiting; /* (element-type TmParcel) */
  guint n_records;
  gsize n_bytes;
  guint n_express;   /* waiting parcels that make a call of their own */
  guint64 n_put;     /* parcels since the beginning */
  guint64 n_settled; /* of those, the first so many are answered */
  TmTake wanted;     /* what the sender waits for; NONE: do not wake it */
  GThread *thread;   /* (nullable): to be joined, running or not */
  gboolean running;
  int wake_fd; /* -1 until the first thread */
};

TmOutbox *
tm_outbox_new (guint max_records, gsize max_bytes, guint timeout_msec)
{
  TmOutbox *self = g_new0 (TmOutbox, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->pid = getpid ();
  self->max_records = max_records;
  self->max_bytes = max_bytes;
  self->timeout_msec = timeout_msec;
  tm_counts_init (&self->counts);
  self->closing = g_cancellable_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->settled);
  self->wanted = TM_TAKE_NONE;
  self->wake_fd = -1;
  return self;
}

TmOutbox *
tm_outbox_ref (TmOutbox *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
tm_outbox_unref (TmOutbox *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_assert (g_queue_is_empty (&self->waiting));
  tm_wire_slot_clear (&self->slot);
  if (self->wake_fd >= 0)
    close (self->wake_fd);
  g_object_unref (self->closing);
  tm_counts_clear (&self->counts);
  g_cond_clear (&self->settled);
  g_mutex_clear (&self->lock);
  g_free (self);
}

gint64
tm_outbox_get_pid (TmOutbox *self)
{
  return self->pid;
}

guint
tm_outbox_get_timeout_msec (TmOutbox *self)
{
  return self->timeout_msec;
}

TmWireSlot *
tm_outbox_get_slot (TmOutbox *self)
{
  return &self->slot;
}

TmCounts *
tm_outbox_get_counts (TmOutbox *self)
{
  return &self->counts;
}

GCancellable *
tm_outbox_get_closing (TmOutbox *self)
{
  return self->closing;
}

/* The program's signals are the program's: none may be delivered to a thread it does not know. */
static GThread *
start_thread (TmOutbox *self)
{
  sigset_t all, old;
  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &old);
  GThread *thread = g_thread_try_new ("telemetry", tm_sender_run, tm_outbox_ref (self), NULL);
  pthread_sigmask (SIG_SETMASK, &old, NULL);

  if (thread == NULL)
    tm_outbox_unref (self);
  return thread;
}

/* With the lock. FALSE if the machine has no thread or descriptor left for us. */
static gboolean
ensure_running (TmOutbox *self)
{
  if (self->running)
    return TRUE;

  if (self->wake_fd < 0)
    self->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (self->wake_fd < 0)
    return FALSE;

  /* It has let go of the lock for the last time before running became FALSE: no deadlock. */
  g_clear_pointer (&self->thread, g_thread_join);
  self->thread = start_thread (self);
  self->running = self->thread != NULL;
  return self->running;
}

static void
wake_sender (TmOutbox *self)
{
  guint64 one = 1;

  self->wanted = TM_TAKE_NONE;
  /* Can only fail when the counter is about to overflow: then it is readable anyway. */
  (void) !write (self->wake_fd, &one, sizeof one);
}

static gboolean
has_full_call (TmOutbox *self)
{
  return self->n_express > 0 || self->n_records >= CALL_MAX_RECORDS ||
         self->n_bytes >= CALL_MAX_BYTES;
}

gboolean
tm_outbox_put (TmOutbox *self, TmParcel *parcel)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (g_cancellable_is_cancelled (self->closing) ||
      self->n_records + parcel->n_records > self->max_records ||
      self->n_bytes + parcel->n_bytes > self->max_bytes || !ensure_running (self))
    return FALSE;

  g_queue_push_tail (&self->waiting, tm_parcel_ref (parcel));
  self->n_put++;
  self->n_records += parcel->n_records;
  self->n_bytes += parcel->n_bytes;
  if (parcel->kind != TM_PARCEL_RECORD)
    self->n_express++;

  if (self->wanted == TM_TAKE_ANY || (self->wanted == TM_TAKE_FULL && has_full_call (self)))
    wake_sender (self);
  return TRUE;
}

static TmParcel *
pop_parcel (TmOutbox *self)
{
  TmParcel *parcel = g_queue_pop_head (&self->waiting);

  self->n_records -= parcel->n_records;
  self->n_bytes -= parcel->n_bytes;
  if (parcel->kind != TM_PARCEL_RECORD)
    self->n_express--;
  return parcel;
}

GPtrArray *
tm_outbox_take (TmOutbox *self, TmTake take)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->wanted = TM_TAKE_NONE;
  if (take == TM_TAKE_NONE || g_queue_is_empty (&self->waiting) ||
      (take == TM_TAKE_FULL && !has_full_call (self)))
    {
      self->wanted = take;
      return NULL;
    }

  GPtrArray *parcels = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_parcel_unref);
  gsize n_bytes = 0;
  do
    {
      TmParcel *next = g_queue_peek_head (&self->waiting);
      gboolean alone = next->kind != TM_PARCEL_RECORD;
      if (parcels->len > 0 && (alone || n_bytes + next->n_bytes > CALL_MAX_BYTES))
        break;
      n_bytes += next->n_bytes;
      g_ptr_array_add (parcels, pop_parcel (self));
      if (alone)
        break;
    }
  while (!g_queue_is_empty (&self->waiting) && parcels->len < CALL_MAX_RECORDS);

  return parcels;
}

int
tm_outbox_get_wake_fd (TmOutbox *self)
{
  return self->wake_fd;
}

void
tm_outbox_clear_wake (TmOutbox *self)
{
  guint64 count;

  (void) !read (self->wake_fd, &count, sizeof count);
}

void
tm_outbox_settle (TmOutbox *self, guint n_parcels)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->n_settled += n_parcels;
  g_cond_broadcast (&self->settled);
}

gboolean
tm_outbox_retire (TmOutbox *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (!g_queue_is_empty (&self->waiting))
    return FALSE;

  self->wanted = TM_TAKE_NONE;
  self->running = FALSE;
  g_cond_broadcast (&self->settled);
  return TRUE;
}

/* With the lock. Waits until the first so many parcels are answered, and for the end of the thread
 * if there is nothing left for it to do. */
static gboolean
wait_settled (TmOutbox *self, guint64 n_parcels, gint64 deadline_usec)
{
  while (self->n_settled < n_parcels || (self->running && self->n_settled == self->n_put))
    if (!g_cond_wait_until (&self->settled, &self->lock, deadline_usec))
      return self->n_settled >= n_parcels;

  return TRUE;
}

static void
join_thread (GThread *thread)
{
  /* The last reference to a client may go in an answer that the sender itself delivers. */
  if (thread == g_thread_self ())
    g_thread_unref (thread);
  else if (thread != NULL)
    g_thread_join (thread);
}

gboolean
tm_outbox_flush (TmOutbox *self, gint64 deadline_usec)
{
  g_mutex_lock (&self->lock);
  gboolean settled = wait_settled (self, self->n_put, deadline_usec);
  GThread *ended = self->running ? NULL : g_steal_pointer (&self->thread);
  g_mutex_unlock (&self->lock);

  join_thread (ended);
  return settled;
}

void
tm_outbox_close (TmOutbox *self, gint64 deadline_usec)
{
  g_mutex_lock (&self->lock);
  if (self->thread != g_thread_self ())
    wait_settled (self, self->n_put, deadline_usec);
  g_cancellable_cancel (self->closing);
  if (self->running)
    wake_sender (self);
  GThread *thread = g_steal_pointer (&self->thread);
  g_mutex_unlock (&self->lock);

  /* A sender that still runs answers the rest itself, and ends at once. */
  join_thread (thread);
}
