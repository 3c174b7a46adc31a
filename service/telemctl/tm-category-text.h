/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Consent.ListCategories says of a category, in the person's language. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full): key is "title", "explanation" or "purpose"; english where there is no
 * translation. */
char *tm_category_text (GVariant *details, const char *key, const char *english);

G_END_DECLS
