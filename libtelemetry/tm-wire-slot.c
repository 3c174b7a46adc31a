/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keeps one idle connection, so that a program that reports now and then does not log in to the bus
 * each time. No lock: whoever finds the place empty opens a connection of its own, and whoever
 * finds it taken closes the one it has.
 */
#include "tm-wire.h"

#include <poll.h>

/* On an idle wire nothing can be waiting but the bus's greeting signals, or the news that it has
 * gone; a wire that says either is cheap to find out about here and expensive later. */
static gboolean
is_fresh (TmWire *wire)
{
  for (;;)
    {
      g_autoptr (GDBusMessage) message = NULL;
      if (!tm_wire_read (wire, &message, NULL))
        return FALSE;
      if (message == NULL)
        return TRUE;
    }
}

TmWire *
tm_wire_slot_take (TmWireSlot *self,
                   gint64 deadline_usec,
                   GCancellable *cancellable,
                   GError **error)
{
  g_autoptr (TmWire) wire = g_atomic_pointer_exchange (&self->wire, NULL);

  if (wire != NULL && is_fresh (wire))
    return g_steal_pointer (&wire);
  return tm_wire_open (deadline_usec, cancellable, error);
}

void
tm_wire_slot_put (TmWireSlot *self, TmWire *wire)
{
  if (!g_atomic_pointer_compare_and_exchange (&self->wire, NULL, wire))
    tm_wire_close (wire);
}

void
tm_wire_slot_clear (TmWireSlot *self)
{
  TmWire *wire = g_atomic_pointer_exchange (&self->wire, NULL);

  if (wire != NULL)
    tm_wire_close (wire);
}
