/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A category as Consent.ListCategories gives it. */
#pragma once

#include "tm-consent.h"

G_BEGIN_DECLS

/* (sssua{sv}): id, title, explanation, decision, details. (transfer floating) */
GVariant *tm_category_to_variant (const TmCategory *category, TmConsent *consent, gint64 now_usec);

G_END_DECLS
