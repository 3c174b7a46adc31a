/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Refusals, and who gets them when. The bus reads all connections in turn, a few messages each
 * time, and every answer of ours goes over one connection: thousands of "no" to one user's flood
 * would stand before another user's "yes". So a user gets TM_REFUSALS_PER_SECOND at once, and the
 * rest wait for the next second. Meanwhile the bus itself holds that user back: it lets a
 * connection have 128 calls unanswered, and so bounds what waits here.
 */
#pragma once

#include "tm-clock.h"
#include "tm-peers.h"

G_BEGIN_DECLS

/* What the bus carries for us in a second while hundreds of connections keep it busy; a program
 * that goes on asking after a hundred refusals loses nothing by waiting. */
#define TM_REFUSALS_PER_SECOND 100

#define TM_TYPE_REFUSALS (tm_refusals_get_type ())
G_DECLARE_FINAL_TYPE (TmRefusals, tm_refusals, TM, REFUSALS, GObject)

TmRefusals *tm_refusals_new (TmPeers *peers, TmClock *clock);

/* Answers with error, now or later. Takes invocation. */
void tm_refusals_send (TmRefusals *self,
                       TmPeer *peer,
                       GDBusMethodInvocation *invocation,
                       const GError *error);

G_END_DECLS
