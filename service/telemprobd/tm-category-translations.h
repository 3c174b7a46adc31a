/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The texts of a category in other languages. The service itself speaks English: it does not know
 * who will read the text, so it hands over all languages and the settings panel chooses.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* file: loaded with G_KEY_FILE_KEEP_TRANSLATIONS. Returns a{sa{ss}}: locale to "title",
 * "explanation" and "purpose", as far as they are there. (transfer full) (nullable): NULL if there
 * is no translation */
GVariant *tm_category_translations_new (GKeyFile *file, const char *group);

G_END_DECLS
