/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is in force at this moment: the owner's consent and the machine's identity. Both are
 * immutable values that are replaced; this is the one place that holds the present ones and tells
 * when they change. It neither reads nor writes anything: who replaces a value has saved it before.
 *
 * On top of consent there is the refusal: categories that are refused at once, while the decision
 * to refuse them is still on its way to the disk.
 *
 * A category may also end by itself. One timer runs, due when the next active one does, and none if
 * none does. It is the wall clock that counts: when that is set, the timer follows as soon as it
 * fires or a record comes that is refused for it.
 *
 * Signals (no arguments): "consent-changed", "identity-changed", "refusal-changed",
 * "category-expired".
 */
#pragma once

#include "tm-consent.h"
#include "tm-identity.h"

G_BEGIN_DECLS

#define TM_TYPE_STANDING (tm_standing_get_type ())
G_DECLARE_FINAL_TYPE (TmStanding, tm_standing, TM, STANDING, GObject)

TmStanding *tm_standing_new (TmClock *clock, TmConsent *consent, TmIdentity *identity);

TmConsent *tm_standing_get_consent (TmStanding *self);   /* (transfer none) */
TmIdentity *tm_standing_get_identity (TmStanding *self); /* (transfer none) */

/* Ends the refusal. */
void tm_standing_set_consent (TmStanding *self, TmConsent *consent);
void tm_standing_set_identity (TmStanding *self, TmIdentity *identity);

/* categories: ids, NULL-terminated. */
void tm_standing_refuse (TmStanding *self, const char *const *categories);

gboolean tm_standing_is_enabled (TmStanding *self);
/* Ids of the categories whose records are kept now, sorted. (transfer full) */
char **tm_standing_get_active (TmStanding *self);
/* (nullable) (transfer none): the category such a record is kept under now */
const TmCategory *tm_standing_admit (TmStanding *self, const char *classification);

G_END_DECLS
