/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-journal-filter.h. */
#include "tm-journal-filter.h"

#include <glib/gi18n.h>
#include <string.h>

void
tm_journal_filter_clear (TmJournalFilter *self)
{
  g_free (self->classification);
  g_free (self->category);
  g_free (self->state);
  g_free (self->scope);
  g_free (self->record_id);
  g_free (self->event_id);
  g_free (self->boot_id);
  g_free (self->since);
  g_free (self->until);
}

void
tm_journal_filter_get_entries (TmJournalFilter *self,
                               GOptionEntry out_entries[TM_JOURNAL_FILTER_N_ENTRIES])
{
  const GOptionEntry entries[TM_JOURNAL_FILTER_N_ENTRIES] = {
    { "classification", 'c', 0, G_OPTION_ARG_STRING, &self->classification,
      N_ ("Only this one; * stands for any text in a part"), N_ ("CLASS") },
    { "category", 0, 0, G_OPTION_ARG_STRING, &self->category, N_ ("Only of this category"),
      N_ ("ID") },
    { "severity", 's', 0, G_OPTION_ARG_INT, &self->severity,
      N_ ("Only this severity or higher: 1 to 4"), N_ ("NUMBER") },
    { "state", 0, 0, G_OPTION_ARG_STRING, &self->state,
      N_ ("Only these: pending, sent or rejected"), N_ ("STATE") },
    { "scope", 0, 0, G_OPTION_ARG_STRING, &self->scope, N_ ("Whose: own, system or all"),
      N_ ("SCOPE") },
    { "record-id", 'r', 0, G_OPTION_ARG_STRING, &self->record_id, N_ ("Only this record"),
      N_ ("ID") },
    { "record_id", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &self->record_id, NULL, NULL },
    { "event-id", 'e', 0, G_OPTION_ARG_STRING, &self->event_id, N_ ("Only of this event"),
      N_ ("ID") },
    { "event_id", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &self->event_id, NULL, NULL },
    { "boot-id", 'b', 0, G_OPTION_ARG_STRING, &self->boot_id, N_ ("Only of this boot"), N_ ("ID") },
    { "since", 0, 0, G_OPTION_ARG_STRING, &self->since,
      N_ ("Not older than this: 2026-11-22, 2026-11-22T13:00"), N_ ("TIME") },
    { "until", 0, 0, G_OPTION_ARG_STRING, &self->until, N_ ("Older than this"), N_ ("TIME") },
  };

  memcpy (out_entries, entries, sizeof entries);
}

/* ISO 8601, in local time if it does not say otherwise; hours, minutes and seconds may be missing.
 */
static gboolean
parse_time (const char *text, gint64 *out_usec, GError **error)
{
  static const char *const endings[] = { "", ":00", "T00:00:00" };
  g_autoptr (GTimeZone) local = g_time_zone_new_local ();

  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *whole = g_strconcat (text, endings[i], NULL);
      g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (whole, local);
      if (time == NULL)
        continue;
      *out_usec = g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time);
      return TRUE;
    }

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               _ ("“%s” is no time like 2026-11-22 or 2026-11-22T13:00:00"), text);
  return FALSE;
}

static void
add_text (GVariantBuilder *builder, const char *key, const char *text)
{
  if (text != NULL)
    g_variant_builder_add (builder, "{sv}", key, g_variant_new_string (text));
}

GVariant *
tm_journal_filter_to_variant (const TmJournalFilter *self, GError **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  gint64 usec;

  add_text (&builder, "classification", self->classification);
  add_text (&builder, "category", self->category);
  add_text (&builder, "state", self->state);
  add_text (&builder, "scope", self->scope);
  add_text (&builder, "record-id", self->record_id);
  add_text (&builder, "event-id", self->event_id);
  if (self->severity != 0)
    g_variant_builder_add (&builder, "{sv}", "severity", g_variant_new_uint32 (self->severity));
  if (self->since != NULL)
    {
      if (!parse_time (self->since, &usec, error))
        return NULL;
      g_variant_builder_add (&builder, "{sv}", "since", g_variant_new_int64 (usec));
    }
  if (self->until != NULL)
    {
      if (!parse_time (self->until, &usec, error))
        return NULL;
      g_variant_builder_add (&builder, "{sv}", "until", g_variant_new_int64 (usec));
    }
  return g_variant_builder_end (&builder);
}

gboolean
tm_journal_filter_matches (const TmJournalFilter *self, GVariant *record)
{
  const char *boot_id = NULL;

  if (self->boot_id == NULL)
    return TRUE;
  g_variant_lookup (record, "boot_id", "&s", &boot_id);
  return g_strcmp0 (boot_id, self->boot_id) == 0;
}
