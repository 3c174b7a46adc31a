/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Intake: what makes a record out of a submission. In this order: consent (nothing else is looked
 * at without it), limits of the user, then the fields that a caller can't set: id, origin, app
 * hint, machine, boot, clocks, system. The sequence number comes with the commit.
 *
 * Signals: "kept" (guint severity): records are on disk; severity is the highest among those that
 * may hurry delivery, 0 if none may.
 */
#pragma once

#include "tm-committer.h"
#include "tm-limits.h"
#include "tm-peer.h"
#include "tm-standing.h"
#include "tm-submission.h"

G_BEGIN_DECLS

/* Users below are the system's own: SYS_UID_MAX of every distribution is 999. */
#define TM_FIRST_USER_UID 1000

#define TM_TYPE_INTAKE (tm_intake_get_type ())
G_DECLARE_FINAL_TYPE (TmIntake, tm_intake, TM, INTAKE, GObject)

/* What intake needs to know of this machine; copied. */
typedef struct
{
  TmSystem *system;
  const char *boot_id; /* 32 hex */
  guint32 service_uid; /* the service's own user: may tell of another system, as uid 0 may */
} TmIntakeMachine;

/* limits: (transfer full) */
TmIntake *tm_intake_new (const TmIntakeMachine *machine,
                         TmClock *clock,
                         TmStanding *standing,
                         TmLimits *limits,
                         TmCommitter *committer);

/* One submission becomes a draft; nothing is kept yet. Empties submission. Fails with
 * TELEMETRY_ERROR_DISABLED, RATE_LIMITED, QUOTA_EXCEEDED or INVALID_FIELDS. */
TmDraft *tm_intake_admit (TmIntake *self, TmPeer *peer, TmSubmission *submission, GError **error);

/* One group of drafts, (element-type TmDraft), in one durable commit; see tm-committer.h. */
void tm_intake_keep_async (TmIntake *self,
                           GPtrArray *drafts,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
GPtrArray *tm_intake_keep_finish (TmIntake *self, GAsyncResult *result, GError **error);

G_END_DECLS
