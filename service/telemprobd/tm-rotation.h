/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rotation: gives the machine another pseudonym, when its time has come, when the owner asks, when
 * consent ends, and when the store had to begin anew. A new identity comes into force only after it
 * is on disk, because whoever can't show its secret can't erase what was sent under it.
 *
 * One timer, due when the present identity expires, and only while telemetry is on.
 */
#pragma once

#include "tm-committer.h"
#include "tm-standing.h"

G_BEGIN_DECLS

#define TM_TYPE_ROTATION (tm_rotation_get_type ())
G_DECLARE_FINAL_TYPE (TmRotation, tm_rotation, TM, ROTATION, GObject)

/* Consent that is off and an identity that is used mean that a withdrawal was cut off by a crash:
 * the new one makes good for it. */
TmRotation *tm_rotation_new (TmClock *clock, TmStanding *standing, TmCommitter *committer);

/* Another identity; used, if telemetry is on. A static one succeeds and stays. One saving at a
 * time: a call during another one joins it. These three end in tm_rotation_finish(), and fail with
 * TELEMETRY_ERROR_STORAGE; the present identity then stays in force. */
void tm_rotation_renew_async (TmRotation *self, GAsyncReadyCallback callback, gpointer user_data);
/* The present identity is on disk as one that records are made under: before consent is. */
void tm_rotation_use_async (TmRotation *self, GAsyncReadyCallback callback, gpointer user_data);
/* Another identity, that no record is made under: when consent ends. */
void tm_rotation_end_async (TmRotation *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean tm_rotation_finish (TmRotation *self, GAsyncResult *result, GError **error);

/* Renews if it is time; nobody waits for it. */
void tm_rotation_check (TmRotation *self);

G_END_DECLS
