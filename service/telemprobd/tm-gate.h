/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bound on what callers can make us hold. GDBus reads as fast as the bus delivers and keeps
 * every call until the main loop gets to it; without a bound one user could fill our memory. So
 * every call is charged to its sender when it is read and settled when its answer is sent, and a
 * call that is over the bound is refused before it costs anything.
 *
 * When all together hold too much, a sender who holds nothing may still hand over one small call: a
 * flood by one user does not lock out another.
 *
 * Used from GDBus's worker thread and from the main loop: every function locks.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the bus itself allows a connection to have unanswered; calls without an answer are not in
 * the bus's count, but in ours. */
#define TM_GATE_MAX_CALLS_PER_SENDER 128
/* A full window of the library: 64 batches of 100 records of 1 KiB are 6.4 MiB. */
#define TM_GATE_MAX_BYTES_PER_SENDER (16 * 1024 * 1024)
#define TM_GATE_MAX_FDS_PER_SENDER 16
#define TM_GATE_MAX_BYTES (64 * 1024 * 1024)
#define TM_GATE_MAX_FDS 512
/* An inline payload of the largest size with its options. */
#define TM_GATE_SMALL_BYTES (64 * 1024)

typedef struct _TmGate TmGate;

TmGate *tm_gate_new (void);
void tm_gate_free (TmGate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmGate, tm_gate_free)

/* Returns (nullable): NULL if the call may pass, else why not. is_silent: the caller wants no
 * answer; remembered until the call is settled. */
const char *tm_gate_enter (TmGate *self,
                           const char *sender,
                           guint32 serial,
                           gsize n_bytes,
                           guint n_fds,
                           gboolean is_silent);

/* The call has been answered. Returns FALSE if it never passed here. */
gboolean tm_gate_leave (TmGate *self, const char *sender, guint32 serial, gboolean *out_is_silent);

guint tm_gate_get_n_calls (TmGate *self);

G_END_DECLS
