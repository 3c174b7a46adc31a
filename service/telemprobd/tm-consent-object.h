/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* org.telemetrics.TelemetryManager1.Consent: what is agreed to. */
#pragma once

#include "tm-consent-change.h"
#include "tm-dbus.h"
#include "tm-permits.h"

G_BEGIN_DECLS

#define TM_TYPE_CONSENT_OBJECT (tm_consent_object_get_type ())
G_DECLARE_FINAL_TYPE (TmConsentObject, tm_consent_object, TM, CONSENT_OBJECT, TmDBusConsentSkeleton)

/* parts: what it borrows outlives the object. */
TmConsentObject *tm_consent_object_new (TmPermits *permits,
                                        TmConfig *config,
                                        TmCategorySet *categories,
                                        const TmConsentParts *parts);

G_END_DECLS
