/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See journal-reader.h. */
#include "journal-reader.h"

#include <string.h>

#include "tm-journal-report.h"
#include "tm-probe-agreement.h"
#include "tm-probe-boot.h"
#include "tm-probe-drops.h"
#include "tm-unit-file.h"
#include "tm-unit.h"

#define LIMITS "/org/telemetrics/journalprobe/journal-limits.list"
#define SOURCE "journal"
#define SEVERITY 2
#define GROUP "journalprobe"
#define KEY_STARTED "started" /* the boot whose start is over */
#define CATEGORY_BOOT "boot"

static const TmProbeReporterInfo info = {
  .classification = "org.telemetrics/journal/",
  .signature_version = 1,
  .over_kind = "match",
  .over_title = "journal entries over the limit",
};

struct _JournalReader
{
  TmProbe *probe;   /* (unowned) */
  GPtrArray *rules; /* (unowned) (element-type TmJournalRule) */
  TmProbeReporter *reporter;
  TmJournalUnits *units;
  TmOopsScrubber *scrubber;
  char *this_boot;
  char *boot; /* (nullable): of the entries that are read */
};

void
journal_reader_free (JournalReader *self)
{
  g_clear_pointer (&self->reporter, tm_probe_reporter_free);
  g_clear_pointer (&self->units, tm_journal_units_free);
  g_clear_pointer (&self->scrubber, tm_oops_scrubber_free);
  g_free (self->this_boot);
  g_free (self->boot);
  g_free (self);
}

JournalReader *
journal_reader_new (TmProbe *probe, GPtrArray *rules, GError **error)
{
  g_autoptr (JournalReader) self = g_new0 (JournalReader, 1);
  g_autofree char *limits = tm_probe_load_list (probe, LIMITS, error);

  self->probe = probe;
  self->rules = rules;
  self->units = tm_journal_units_new ();
  self->scrubber = tm_oops_scrubber_new ();
  self->this_boot = tm_probe_boot_read_id (probe);
  if (limits != NULL)
    self->reporter = tm_probe_reporter_new (probe, &info, limits, error);
  return self->reporter != NULL ? g_steal_pointer (&self) : NULL;
}

gboolean
journal_reader_has_failed (JournalReader *self)
{
  return tm_probe_reporter_has_failed (self->reporter);
}

static void
note_started (JournalReader *self, const char *boot)
{
  g_key_file_set_string (tm_probe_reporter_get_state (self->reporter), GROUP, KEY_STARTED, boot);
}

char *
journal_reader_begin (JournalReader *self)
{
  g_autofree char *state = tm_probe_load_state (self->probe);
  char *place = tm_probe_reporter_begin (self->reporter, SOURCE, state);

  g_clear_pointer (&self->boot, g_free);
  g_clear_pointer (&self->units, tm_journal_units_free);
  self->units = tm_journal_units_new ();
  /* The start in which somebody agrees bootprobe does not report. */
  if (place == NULL)
    note_started (self, self->this_boot);
  return place;
}

static void
check_boot (JournalReader *self, const TmJournalEntry *entry)
{
  g_autofree char *boot = tm_journal_entry_get (entry, "_BOOT_ID");

  if (boot == NULL || g_strcmp0 (boot, self->boot) == 0)
    return;

  tm_probe_reporter_set_boot (boot, self->reporter);
  g_free (self->boot);
  self->boot = g_steal_pointer (&boot);
}

static gboolean
is_of_the_start (JournalReader *self)
{
  g_autofree char *started = g_key_file_get_string (tm_probe_reporter_get_state (self->reporter),
                                                    GROUP, KEY_STARTED, NULL);

  return tm_probe_get_input (self->probe) == NULL && g_strcmp0 (self->boot, self->this_boot) == 0 &&
         g_strcmp0 (self->boot, started) != 0 && tm_probe_is_agreed (CATEGORY_BOOT);
}

static gint64
get_time (const TmJournalEntry *entry)
{
  g_autofree char *text = tm_journal_entry_get (entry, "__REALTIME_TIMESTAMP");
  gint64 usec = text != NULL ? g_ascii_strtoll (text, NULL, 10) : 0;

  /* A wall clock that was set back: then it counts as now. */
  return usec <= g_get_real_time () ? MAX (usec, 0) : 0;
}

static gboolean
report (JournalReader *self,
        const char *kind,
        const TmJournalRule *rule,
        const TmJournalEntry *entry,
        const TmJournalReport *what)
{
  const TmProbeReport record = {
    .kind = kind,
    .title = what->title,
    .group = what->group,
    .exact = what->exact,
    .severity = SEVERITY,
    .weight = rule->weight,
    .created_at_usec = get_time (entry),
    .payload = what->payload,
  };

  return !tm_probe_reporter_wants (self->reporter, what->exact, rule->weight) ||
         tm_probe_reporter_report (self->reporter, &record);
}

/* (transfer full) (nullable): whose name may not be said. A file that somebody named may be of
 * another system: whoever named it has read it. */
static char *
get_public_name (JournalReader *self, const char *unit)
{
  if (!tm_unit_is_name (unit))
    return NULL;

  return tm_probe_get_input (self->probe) != NULL
             ? tm_unit_get_public_name (unit)
             : tm_unit_file_get_public_name (tm_probe_get_root (self->probe), "system", unit);
}

/* The names of other units are private, and so is that there are such. */
static gboolean
report_failure (JournalReader *self,
                const TmJournalRule *rule,
                const TmJournalEntry *entry,
                const TmJournalFailure *failure)
{
  g_autofree char *unit = get_public_name (self, failure->unit);
  g_auto (TmJournalReport) what = { 0 };

  if (unit == NULL)
    {
      tm_probe_drop (self->probe, "private", 1);
      return TRUE;
    }

  tm_journal_report_init_failure (&what, failure, unit);
  return report (self, "unit-failed", rule, entry, &what);
}

static gboolean
report_match (JournalReader *self, const TmJournalRule *rule, const TmJournalEntry *entry)
{
  g_autofree char *said = tm_journal_entry_get (entry, "_SYSTEMD_UNIT");
  g_autofree char *unit = said != NULL ? get_public_name (self, said) : NULL;
  g_auto (TmJournalReport) what = { 0 };

  tm_journal_report_init_match (&what, rule, entry, unit, self->scrubber);
  return report (self, "match", rule, entry, &what);
}

/* One that two rules want is still one failure. */
static gboolean
take_failure (JournalReader *self, const TmJournalEntry *entry, const TmJournalFailure *failure)
{
  if (is_of_the_start (self))
    return TRUE;

  for (guint i = 0; i < self->rules->len; i++)
    {
      const TmJournalRule *rule = g_ptr_array_index (self->rules, i);

      if (rule->kind == TM_JOURNAL_RULE_KIND_UNIT_FAILED && tm_journal_rule_matches (rule, entry))
        return report_failure (self, rule, entry, failure);
    }

  return TRUE;
}

static gboolean
take_matches (JournalReader *self, const TmJournalEntry *entry)
{
  for (guint i = 0; i < self->rules->len; i++)
    {
      const TmJournalRule *rule = g_ptr_array_index (self->rules, i);

      if (rule->kind == TM_JOURNAL_RULE_KIND_MATCH && tm_journal_rule_matches (rule, entry) &&
          !report_match (self, rule, entry))
        return FALSE;
    }

  return TRUE;
}

gboolean
journal_reader_take (JournalReader *self, const TmJournalEntry *entry)
{
  g_auto (TmJournalFailure) failure = { 0 };
  TmJournalUnitsNews news;

  check_boot (self, entry);
  news = tm_journal_units_take (self->units, entry, &failure);
  if (news == TM_JOURNAL_UNITS_STARTED && self->boot != NULL)
    note_started (self, self->boot);
  if (news == TM_JOURNAL_UNITS_FAILED)
    take_failure (self, entry, &failure);
  take_matches (self, entry);
  return !journal_reader_has_failed (self);
}

gboolean
journal_reader_pause (JournalReader *self, const char *place)
{
  return tm_probe_reporter_pause (place, self->reporter);
}
