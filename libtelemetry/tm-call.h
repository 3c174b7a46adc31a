/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One parcel, delivered by the calling thread, which waits for the answer. */
#pragma once

#include "tm-parcel.h"
#include "tm-wire.h"

G_BEGIN_DECLS

/* Returns the record's id ("s") or the results of a batch ("a(ss)"). Fails with what the service
 * answered, or as tm_socket_wait() does. */
GVariant *tm_call (TmWireSlot *slot,
                   TmParcel *parcel,
                   gint64 deadline_usec,
                   GCancellable *cancellable,
                   GError **error);

G_END_DECLS
