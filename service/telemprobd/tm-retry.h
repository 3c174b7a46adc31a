/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How long to wait, and how much to send: the numbers of delivery, without a clock and without
 * chance of their own. random is a number in [0, 1), from the caller.
 *
 * Full jitter: U(0, min(6 h, 60 s * 2^n)). Spreading over the whole range, from zero, is what
 * brings a fleet back after an outage with the fewest requests at the same time.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TM_RETRY_BASE_SECONDS 60
#define TM_RETRY_MAX_SECONDS (6 * 60 * 60)
#define TM_HOLD_SECONDS (24 * 60 * 60)
/* The longest wait there is: what a server may ask for at most (telempostd cuts there), with what
 * is added to it. A stored point in time that is farther away comes from another clock. */
#define TM_RETRY_FARTHEST_SECONDS (8 * 24 * 60 * 60)

/* After n_failures attempts of the same batch, 1 or more. retry_after_seconds: 0 = not said. */
gint64 tm_retry_delay_usec (guint n_failures, guint64 retry_after_seconds, double random);
/* After an answer that will not change by itself: once a day. */
gint64 tm_hold_delay_usec (guint64 retry_after_seconds, double random);
/* Until the next round: interval and up to jitter more. */
gint64 tm_round_delay_usec (guint64 interval_seconds, guint64 jitter_seconds, double random);

/* What is left until a stored point in time, at least 0; a minute if it is too far away to be
 * believed. */
gint64 tm_retry_remaining_usec (gint64 due_usec, gint64 now_usec);

/* Records of the next batch after one of n_records was too large for the server; 0: there is no
 * smaller one. */
guint tm_retry_halve (guint n_records);

G_END_DECLS
