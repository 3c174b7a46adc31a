/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One change of consent, from the present one to another, in the order that makes a no trustworthy:
 *
 *   refuse new -> persist (fsync) -> cancel the transfer -> delete what is kept -> new identity
 *     -> bring into force and announce
 *
 * A step that has nothing to do is skipped: a change that only grants is "persist, announce". A no
 * is never stopped by an error: what can't be written now is still refused, cut and deleted, and
 * the first error is reported at the end. A yes that can't be written does not happen.
 */
#pragma once

#include "tm-committer.h"
#include "tm-delivery.h"
#include "tm-rotation.h"
#include "tm-standing.h"

G_BEGIN_DECLS

/* What a change works on; all borrowed, and alive as long as it runs. */
typedef struct
{
  TmClock *clock;
  TmStanding *standing;
  TmCommitter *committer;
  TmRotation *rotation;
  TmDelivery *delivery;
} TmConsentParts;

/* receipt_id: (nullable): leave a receipt under this id. One change at a time. Fails with
 * TELEMETRY_ERROR_STORAGE. */
void tm_consent_change_async (const TmConsentParts *parts,
                              TmConsent *after,
                              const char *receipt_id,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean tm_consent_change_finish (GAsyncResult *result, GError **error);

G_END_DECLS
