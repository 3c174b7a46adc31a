/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The thread that carries parcels from an outbox to the service.
 *
 * A call that would carry less than it could waits while another is under way, and takes along
 * what comes until that is answered (as Nagle's algorithm does for TCP): a lone record goes at
 * once, a stream of them goes in full batches, and the service's commits set the pace in between.
 * At most 64 calls are under way, half of what the bus allows a connection.
 *
 *   start -> connect -> [ feed: take, queue, write ] <-> [ turn: wait, read, answer ] -> end
 *               \________________ any failure: answer all with it ________________/
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* outbox: (transfer full): a TmOutbox. */
gpointer tm_sender_run (gpointer outbox);

G_END_DECLS
