/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-category-variant.h; the keys of the details are documented in the XML. */
#include "tm-category-variant.h"

/* A category whose file is broken may lack any of them. */
static const char *
text_or_empty (const char *text)
{
  return text != NULL ? text : "";
}

static void
add_expiry (GVariantBuilder *details, const TmCategory *category, gint64 now_usec)
{
  if (category->expires_usec == 0)
    return;

  g_autoptr (GDateTime) day =
      g_date_time_new_from_unix_utc (category->expires_usec / G_USEC_PER_SEC);
  g_autofree char *text = g_date_time_format (day, "%Y-%m-%d");

  g_variant_builder_add (details, "{sv}", "expires", g_variant_new_string (text));
}

GVariant *
tm_category_to_variant (const TmCategory *category, TmConsent *consent, gint64 now_usec)
{
  g_auto (GVariantBuilder) details = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  gboolean is_locked = g_strv_contains (tm_consent_get_locked (consent), category->id);

  g_variant_builder_add (&details, "{sv}", "purpose",
                         g_variant_new_string (text_or_empty (category->purpose)));
  g_variant_builder_add (&details, "{sv}", "retention-days",
                         g_variant_new_uint32 (category->retention_days));
  g_variant_builder_add (&details, "{sv}", "classifications",
                         g_variant_new_strv ((const char *const *) category->globs, -1));
  g_variant_builder_add (&details, "{sv}", "example",
                         g_variant_new_string (text_or_empty (category->example)));
  if (category->translations != NULL)
    g_variant_builder_add (&details, "{sv}", "translations", category->translations);
  add_expiry (&details, category, now_usec);
  g_variant_builder_add (&details, "{sv}", "expired",
                         g_variant_new_boolean (tm_category_is_expired (category, now_usec)));
  g_variant_builder_add (&details, "{sv}", "locked", g_variant_new_boolean (is_locked));
  g_variant_builder_add (
      &details, "{sv}", "active",
      g_variant_new_boolean (tm_consent_is_active (consent, category->id, now_usec)));

  return g_variant_new ("(sssua{sv})", category->id, text_or_empty (category->title),
                        text_or_empty (category->explanation),
                        (guint32) tm_consent_get_decision (consent, category->id), &details);
}
