/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Since when a category is active without a break. A probe keeps where it stopped reading together
 * with this time: after a no and another yes it is another one, and nothing from in between is
 * read.
 */
#include "tm-consent-private.h"

void
tm_consent_note_since (TmConsent *self, const char *category, gint64 since_usec)
{
  g_hash_table_insert (self->since, g_strdup (category),
                       g_memdup2 (&since_usec, sizeof since_usec));
}

gint64
tm_consent_get_since (TmConsent *self, const char *category)
{
  const gint64 *since_usec = g_hash_table_lookup (self->since, category);

  return since_usec != NULL ? *since_usec : 0;
}

TmConsent *
tm_consent_begin_periods (TmConsent *self, TmConsent *before, gint64 now_usec)
{
  TmConsent *next = tm_consent_copy (self);
  g_auto (GStrv) active = tm_consent_get_active (self, now_usec);

  for (guint i = 0; active[i] != NULL; i++)
    {
      gint64 since_usec = tm_consent_is_active (before, active[i], now_usec)
                              ? tm_consent_get_since (before, active[i])
                              : 0;

      tm_consent_note_since (next, active[i], since_usec > 0 ? since_usec : now_usec);
    }

  return next;
}
