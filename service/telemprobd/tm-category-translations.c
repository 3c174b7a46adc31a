/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Collects Title[de]=..., Explanation[de]=... and the like; see tm-category-translations.h. */
#include "tm-category-translations.h"

#include <string.h>

/* The keys that are texts for people, and their names on the bus. */
static const struct
{
  const char *key;
  const char *name;
} texts[] = {
  { "Title", "title" },
  { "Explanation", "explanation" },
  { "Purpose", "purpose" },
};

/* "Title[de]" -> "de" and the name of "Title". NULL: the key is not a translated text. */
static char *
parse_key (const char *key, const char **out_name)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      gsize n_bytes = strlen (texts[i].key);

      if (!g_str_has_prefix (key, texts[i].key) || key[n_bytes] != '[' ||
          !g_str_has_suffix (key, "]"))
        continue;

      *out_name = texts[i].name;
      return g_strndup (key + n_bytes + 1, strlen (key) - n_bytes - 2);
    }

  return NULL;
}

/* The texts of one locale, made when it is met first. (transfer none) */
static GVariantDict *
find_locale (GHashTable *locales, const char *locale)
{
  GVariantDict *found = g_hash_table_lookup (locales, locale);

  if (found != NULL)
    return found;

  found = g_variant_dict_new (NULL);
  g_hash_table_insert (locales, g_strdup (locale), found);

  return found;
}

/* a{sv} of strings -> a{ss}. (transfer floating) */
static GVariant *
end_locale (GVariantDict *dict)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const char *text;

      if (g_variant_dict_lookup (dict, texts[i].name, "&s", &text))
        g_variant_builder_add (&builder, "{ss}", texts[i].name, text);
    }

  return g_variant_builder_end (&builder);
}

GVariant *
tm_category_translations_new (GKeyFile *file, const char *group)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, group, NULL, NULL);
  g_autoptr (GHashTable) locales = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                          (GDestroyNotify) g_variant_dict_unref);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{sa{ss}}"));
  GHashTableIter iter;
  gpointer locale;
  gpointer dict;

  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      const char *name = NULL;
      g_autofree char *key_locale = parse_key (keys[i], &name);
      g_autofree char *text = NULL;

      if (key_locale == NULL)
        continue;
      text = g_key_file_get_string (file, group, keys[i], NULL);
      if (text != NULL && *text != '\0')
        g_variant_dict_insert (find_locale (locales, key_locale), name, "s", text);
    }

  if (g_hash_table_size (locales) == 0)
    return NULL;

  g_hash_table_iter_init (&iter, locales);
  while (g_hash_table_iter_next (&iter, &locale, &dict))
    g_variant_builder_add (&builder, "{s@a{ss}}", locale, end_locale (dict));

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}
