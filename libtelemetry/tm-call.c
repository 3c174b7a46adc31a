/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-call.h. */
#include "tm-call.h"

#include "tm-answer.h"

GVariant *
tm_call (TmWireSlot *slot,
         TmParcel *parcel,
         gint64 deadline_usec,
         GCancellable *cancellable,
         GError **error)
{
  g_autoptr (TmWire) wire = tm_wire_slot_take (slot, deadline_usec, cancellable, error);
  if (wire == NULL)
    return NULL;

  g_autoptr (GDBusMessage) message = tm_parcel_to_message (parcel);
  g_autoptr (GDBusMessage) reply =
      tm_wire_call (wire, message, parcel->fd, deadline_usec, cancellable, error);
  if (reply == NULL)
    return NULL; /* and the wire is closed: an answer to this may still come on it */

  tm_wire_slot_put (slot, g_steal_pointer (&wire));
  return tm_answer_from_reply (reply, parcel->kind == TM_PARCEL_BATCH ? "(a(ss))" : "(s)", error);
}
