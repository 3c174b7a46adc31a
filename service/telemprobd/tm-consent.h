/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the owner of the machine has agreed to: the switch, one decision for each category, and the
 * version of the privacy policy they saw. No bus, no polkit, no waiting: a value.
 *
 *                grant                       withdraw, set_enabled (FALSE)
 *     off ---------------------------> on ---------------------------------> off
 *         set_enabled (TRUE): with no
 *         category granted, every
 *         undecided one is
 *
 * Immutable and reference counted: the functions that change it make another one, and it counts
 * from when it is saved (blocks: on the commit thread). Unset, every error in the file, and a
 * configuration that is not sound mean: nothing is recorded.
 *
 * A decision outlives a new version of the policy; categories that have none stay unset until the
 * owner is asked again (tm_consent_is_prompt_needed()).
 *
 * The file (consent.conf): group [Consent] with Enabled, AcceptedPolicyVersion; group [Decisions]
 * with ID=granted or ID=denied, group [Since] with ID=MICROSECONDS since 1970.
 */
#pragma once

#include "tm-category.h"
#include "tm-config.h"

G_BEGIN_DECLS

/* The values are those of the bus. */
typedef enum
{
  TM_DECISION_UNSET = 0,
  TM_DECISION_DENIED = 1,
  TM_DECISION_GRANTED = 2,
} TmDecision;

typedef struct _TmConsent TmConsent;

/* Reads the file; never fails, see tm_consent_get_problem(). Blocks, shortly. */
TmConsent *tm_consent_load (const char *path, TmConfig *config, TmCategorySet *categories);
TmConsent *tm_consent_ref (TmConsent *self);
void tm_consent_unref (TmConsent *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmConsent, tm_consent_unref)

gboolean tm_consent_is_enabled (TmConsent *self);
guint tm_consent_get_policy_version (TmConsent *self);
guint tm_consent_get_accepted_policy_version (TmConsent *self); /* 0 = none */
/* The owner has not been asked about this version of the policy. */
gboolean tm_consent_is_prompt_needed (TmConsent *self);
TmDecision tm_consent_get_decision (TmConsent *self, const char *category);
/* a{su}: every category, unset ones included. (transfer floating) */
GVariant *tm_consent_get_decisions (TmConsent *self);
TmCategorySet *tm_consent_get_categories (TmConsent *self); /* (transfer none) */
/* Ids of locked categories, sorted. (transfer none) */
const char *const *tm_consent_get_locked (TmConsent *self);
/* (nullable) (transfer none): one sentence */
const char *tm_consent_get_problem (TmConsent *self);
gboolean tm_consent_equal (TmConsent *a, TmConsent *b);

/* May records of this category be kept now? */
gboolean tm_consent_is_active (TmConsent *self, const char *category, gint64 now_usec);
/* When the next of the active categories ends by itself; 0: none does. */
gint64 tm_consent_get_next_expiry_usec (TmConsent *self, gint64 now_usec);
/* Ids of the active categories, sorted. (transfer full) */
char **tm_consent_get_active (TmConsent *self, gint64 now_usec);
/* The category a record of the classification may be kept under now, or NULL. (transfer none) */
const TmCategory *tm_consent_admit (TmConsent *self, const char *classification, gint64 now_usec);

/* The three ways to change it; (transfer full). decisions: a{su} with 1 (denied) and 2 (granted).
 * Fails with TELEMETRY_ERROR_POLICY_CHANGED, UNKNOWN_CATEGORY, INVALID_FIELDS or LOCKED. */
TmConsent *tm_consent_set_decisions (TmConsent *self,
                                     GVariant *decisions,
                                     guint policy_version,
                                     GError **error);
TmConsent *tm_consent_set_enabled (TmConsent *self, gboolean enabled);
TmConsent *tm_consent_withdraw (TmConsent *self);

/* TRUE if the decisions say yes to something: then polkit's set-consent is asked, else withdraw. */
gboolean tm_consent_decisions_grant (GVariant *decisions);
/* Ids of what was active in before and is not in after: to be deleted. (transfer full) */
char **tm_consent_get_lost (TmConsent *before, TmConsent *after, gint64 now_usec);

/* The same with the time at which each active category became so: now, unless it was active in
 * before. What was observed earlier is none of ours, and what was kept under an earlier agreement
 * counts no more. (transfer full) */
TmConsent *tm_consent_begin_periods (TmConsent *self, TmConsent *before, gint64 now_usec);
/* 0: the category is not active, or was not by a decision. */
gint64 tm_consent_get_since (TmConsent *self, const char *category);

/* Writes the file, and makes or removes the marker "enabled" beside it. Blocks. Atomic and synced,
 * in the order that a crash between the two leaves too little on, never too much. */
gboolean tm_consent_save (TmConsent *self, GError **error);

G_END_DECLS
