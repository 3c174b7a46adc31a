/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One connection to the message bus, without a thread of its own.
 *
 * GDBusConnection would leave its worker thread in every program that ever reported anything, does
 * not survive fork(), and hands each call over to that thread and back. A reporter needs none of
 * what it pays for with that: no signals, no objects, one peer. So the socket is ours, and GDBus
 * gives what it does best, the wire format (GDBusMessage).
 *
 * A wire belongs to one thread at a time. It is either used step by step (queue, write, read: the
 * sender's loop) or for one call that blocks (call).
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _TmWire TmWire;

/* Connects, proves who we are and says Hello, in one round trip. */
TmWire *tm_wire_open (gint64 deadline_usec, GCancellable *cancellable, GError **error);
/* The same on a connected, non-blocking socket, which it takes over, also when it fails. */
TmWire *
tm_wire_new_for_socket (int fd, gint64 deadline_usec, GCancellable *cancellable, GError **error);
void tm_wire_close (TmWire *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmWire, tm_wire_close)

int tm_wire_get_fd (TmWire *self);
/* What poll() shall wait for. */
short tm_wire_get_events (TmWire *self);
gboolean tm_wire_is_writing (TmWire *self);

/* Takes a message for writing; none may be being written. fd: sent along, -1 for none; it stays the
 * caller's. Returns the serial, or 0 if the message cannot be put on the wire. */
guint32 tm_wire_queue (TmWire *self, GDBusMessage *message, int fd, GError **error);
/* Writes what the socket takes now; reads one message if a whole one has come, else gives NULL. */
gboolean tm_wire_write (TmWire *self, GError **error);
gboolean tm_wire_read (TmWire *self, GDBusMessage **out_message, GError **error);

/* Sends and waits for the reply, which may be an error reply. After a failure the wire is of no
 * more use. */
GDBusMessage *tm_wire_call (TmWire *self,
                            GDBusMessage *message,
                            int fd,
                            gint64 deadline_usec,
                            GCancellable *cancellable,
                            GError **error);

/* A place that keeps one idle wire between uses; any thread may take and put. Zero-initialise. */
typedef struct
{
  gpointer wire; /* (nullable) (owned): a TmWire; touched atomically */
} TmWireSlot;

TmWire *tm_wire_slot_take (TmWireSlot *self,
                           gint64 deadline_usec,
                           GCancellable *cancellable,
                           GError **error);
void tm_wire_slot_put (TmWireSlot *self, TmWire *wire);
void tm_wire_slot_clear (TmWireSlot *self);

G_END_DECLS
