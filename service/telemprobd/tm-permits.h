/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The way from a call on the bus to a yes or no, the same for every object: who calls (TmPeers),
 * uid 0 passes (a broken polkit must not keep telemetry on), the authority is asked, and the
 * question is taken back when the caller leaves. Honours the caller's flag that allows interaction.
 *
 * A question may stay open as long as a person thinks, so callers can make us keep questions: each
 * connection and each user may have a bounded number of them open, more get Busy.
 */
#pragma once

#include "tm-authority.h"
#include "tm-peers.h"

G_BEGIN_DECLS

/* A settings panel asks one thing at a time; polkit shows one dialog at a time. */
#define TM_PERMITS_MAX_PER_CONNECTION 4
#define TM_PERMITS_MAX_PER_UID 16

#define TM_TYPE_PERMITS (tm_permits_get_type ())
G_DECLARE_FINAL_TYPE (TmPermits, tm_permits, TM, PERMITS, GObject)

TmPermits *tm_permits_new (TmPeers *peers, TmAuthority *authority);

/* Fails with G_DBUS_ERROR_AUTH_FAILED, TM_AUTHORITY_ERROR_INTERACTION_REQUIRED or
 * TELEMETRY_ERROR_BUSY. What the caller wanted to change may have changed while the question was
 * open: look at it again after a yes. */
void tm_permits_ask_async (TmPermits *self,
                           GDBusMethodInvocation *invocation,
                           const char *action,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
/* (transfer full): the caller who may */
TmPeer *tm_permits_ask_finish (TmPermits *self, GAsyncResult *result, GError **error);

G_END_DECLS
