/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A rule, an empty line of three dashes, and entries in the export format. What is refused is so in
 * words; what matches makes a payload that is UTF-8, is bounded, and has nothing of the fields that
 * the rule does not allow.
 */
#include "fuzz-fail.h"
#include "tm-journal-export.h"
#include "tm-journal-report.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

#define MARK "\n---\n"
#define MAX_INPUT_BYTES (64 * 1024)
/* 16 values, each byte escaped or replaced by a longer word, and the rest. */
#define PAYLOAD_MAX_BYTES (16 * TM_JOURNAL_REPORT_MAX_VALUE * 12 + 8192)

static void
check (TmJournalReport *report)
{
  g_autofree char *text = json_to_string (report->payload, FALSE);

  if (!g_utf8_validate (text, -1, NULL))
    FUZZ_FAIL ("the payload is not UTF-8");
  if (strlen (text) > PAYLOAD_MAX_BYTES)
    FUZZ_FAIL ("a payload of %zu bytes", strlen (text));
  if (strlen (report->exact) != 32 || strlen (report->group) != 32)
    FUZZ_FAIL ("a hash that is none");
}

static void
read_entries (const TmJournalRule *rule, const char *text, gsize n_bytes)
{
  g_autoptr (TmJournalExport) export = tm_journal_export_new (text, n_bytes);
  g_autoptr (TmJournalUnits) units = tm_journal_units_new ();
  g_autoptr (TmOopsScrubber) scrubber = tm_oops_scrubber_new ();
  TmJournalEntry entry;

  while (tm_journal_export_next (export, &entry))
    {
      g_auto (TmJournalFailure) failure = { 0 };
      g_auto (TmJournalReport) report = { 0 };

      if (tm_journal_units_take (units, &entry, &failure) == TM_JOURNAL_UNITS_FAILED)
        tm_journal_report_init_failure (&report, &failure, failure.unit);
      else if (rule->kind == TM_JOURNAL_RULE_KIND_MATCH && tm_journal_rule_matches (rule, &entry))
        tm_journal_report_init_match (&report, rule, &entry, NULL, scrubber);
      if (report.payload != NULL)
        check (&report);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  const char *text = (const char *) data;
  const char *mark = memmem (text, n_bytes, MARK, strlen (MARK));
  gsize n_rule = mark != NULL ? (gsize) (mark - text) : n_bytes;
  g_autoptr (GError) error = NULL;
  g_autoptr (TmJournalRule) rule = NULL;

  if (n_bytes > MAX_INPUT_BYTES)
    return 0;

  rule = tm_journal_rule_new ("fuzz", "fuzz.rule", text, n_rule, &error);
  if ((rule == NULL) != (error != NULL))
    FUZZ_FAIL ("refused without a word");
  if (error != NULL && !g_utf8_validate (error->message, -1, NULL))
    FUZZ_FAIL ("an error that is not UTF-8");
  if (rule != NULL && mark != NULL)
    read_entries (rule, mark + strlen (MARK), n_bytes - n_rule - strlen (MARK));
  return 0;
}
