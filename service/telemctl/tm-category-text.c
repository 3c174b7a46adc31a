/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-category-text.h. */
#include "tm-category-text.h"

char *
tm_category_text (GVariant *details, const char *key, const char *english)
{
  g_autoptr (GVariant) translations =
      g_variant_lookup_value (details, "translations", G_VARIANT_TYPE ("a{sa{ss}}"));
  const char *const *languages = g_get_language_names ();

  for (guint i = 0; translations != NULL && languages[i] != NULL; i++)
    {
      g_autoptr (GVariant) texts =
          g_variant_lookup_value (translations, languages[i], G_VARIANT_TYPE ("a{ss}"));
      char *text = NULL;
      if (texts != NULL && g_variant_lookup (texts, key, "s", &text))
        return text;
    }
  return g_strdup (english);
}
