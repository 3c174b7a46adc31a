/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bounded queue between the program and its sender thread, and what became of what went
 * through it. Any thread may use it.
 *
 * The thread exists only while there is something to send: the first parcel starts it, it ends when
 * nothing waits and everything is answered, and flush and close join it.
 *
 * When the queue is full the newest parcel is refused: what was taken is not lost again, and the
 * caller is the one who can slow down.
 */
#pragma once

#include "tm-counts.h"
#include "tm-parcel.h"
#include "tm-wire.h"

G_BEGIN_DECLS

typedef struct _TmOutbox TmOutbox;

TmOutbox *tm_outbox_new (guint max_records, gsize max_bytes, guint timeout_msec);
TmOutbox *tm_outbox_ref (TmOutbox *self);
void tm_outbox_unref (TmOutbox *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmOutbox, tm_outbox_unref)

/* The process it was made in; a child made by fork() needs another one. */
gint64 tm_outbox_get_pid (TmOutbox *self);
guint tm_outbox_get_timeout_msec (TmOutbox *self);
TmWireSlot *tm_outbox_get_slot (TmOutbox *self);

/* FALSE if the queue is full or closed. */
gboolean tm_outbox_put (TmOutbox *self, TmParcel *parcel);
/* FALSE if not everything that was put before the call was answered by then. */
gboolean tm_outbox_flush (TmOutbox *self, gint64 deadline_usec);
/* Waits as flush does, then gives up on the rest, answers it and joins the thread. */
void tm_outbox_close (TmOutbox *self, gint64 deadline_usec);

TmCounts *tm_outbox_get_counts (TmOutbox *self);

/* For the sender thread. */
typedef enum
{
  TM_TAKE_ANY,  /* nothing is on its way: send what there is */
  TM_TAKE_FULL, /* something is: wait for a full call, or for the answer */
  TM_TAKE_NONE, /* the connection is busy enough */
} TmTake;

/* Returns what goes into the next call, or NULL. In that case, from now until the next call of this
 * function, the wake descriptor becomes readable when take would be answered otherwise. */
GPtrArray *tm_outbox_take (TmOutbox *self, TmTake take);
int tm_outbox_get_wake_fd (TmOutbox *self);
void tm_outbox_clear_wake (TmOutbox *self);
/* Cancelled when the outbox is closed: nothing may be waited for any more. */
GCancellable *tm_outbox_get_closing (TmOutbox *self);
/* Tells flush that the next parcels, in the order in which they were taken, were answered. */
void tm_outbox_settle (TmOutbox *self, guint n_parcels);
/* TRUE if nothing waits: the thread must end then. */
gboolean tm_outbox_retire (TmOutbox *self);

G_END_DECLS
