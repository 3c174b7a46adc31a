/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proves what a rule accepts and says of what it does not, that globs are matched in bounded time,
 * how entries are read from their export, and that of a unit is told what belongs to it.
 */
#include "tm-journal-export.h"
#include "tm-journal-report.h"
#include "tm-journal-rule.h"
#include "tm-journal-units.h"

#include <string.h>

#define HEAD "[Rule]\nTitle=x\n"
#define MATCH "[Match]\nMESSAGE=a\n"

static TmJournalRule *
make (const char *text)
{
  g_autoptr (GError) error = NULL;
  TmJournalRule *rule = tm_journal_rule_new ("disk", "disk.rule", text, strlen (text), &error);

  g_assert_no_error (error);
  return rule;
}

static void
test_rule (void)
{
  g_autoptr (TmJournalRule) rule =
      make ("# why\n [Rule] \nTitle = Disk gone\nFields=MESSAGE; PRIORITY;\nRedact=a;b\nRedact=c\n"
            "Weight=7\n[Match]\n_PID = 1\n[Glob]\nMESSAGE=*a=b*\n");

  g_assert_cmpstr (rule->title, ==, "Disk gone");
  g_assert_cmpuint (rule->fields->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (rule->fields, 1), ==, "PRIORITY");
  g_assert_cmpuint (rule->redactions->len, ==, 2);
  g_assert_cmpuint (rule->weight, ==, 7);
  g_assert_cmpuint (rule->matches->len, ==, 2);
  g_assert_cmpstr (((TmJournalMatch *) g_ptr_array_index (rule->matches, 1))->value, ==, "*a=b*");
  g_assert_true (((TmJournalMatch *) g_ptr_array_index (rule->matches, 1))->is_glob);
}

static const struct
{
  const char *text;
  const char *said;
} broken[] = {
  { "", "line 1: Title: “” is not accepted; accepted is one text" },
  { HEAD, "[Match]: “” is not accepted; accepted is at least one field" },
  { "Title=x\n", "line 1: Title: “x” is not accepted; accepted is in [Rule] one of" },
  { "[Rule]\nnoise\n", "line 2: line: “noise”" },
  { "[Rule]\n\n[Other]\n", "line 3: line: “[Other]”" },
  { HEAD "Title=y\n" MATCH, "line 3: Title: “y”" },
  { "[Rule]\nTitle=\xff\n" MATCH, "line 2: Title: " },
  { "[Rule]\nColour=red\n", "line 2: Colour: “red”" },
  { HEAD "Weight=0\n" MATCH, "line 3: Weight: “0” is not accepted; accepted is one number from 1" },
  { HEAD "Weight=1001\n" MATCH, "line 3: Weight: “1001”" },
  { HEAD "Kind=other\n" MATCH, "line 3: Kind: “other” is not accepted; accepted is match or" },
  { HEAD "Kind=unit-failed\n", "Kind: “unit-failed” is not accepted; accepted is with it neither" },
  { HEAD "Redact=(\n" MATCH, "line 3: Redact: “(”" },
  { HEAD "Fields=message\n" MATCH, "line 3: Fields: “message”" },
  { HEAD "Fields=MESSAGE;_HOSTNAME\n" MATCH, "line 3: Fields: “_HOSTNAME”" },
  { HEAD "Fields=COREDUMP_ENVIRON\n" MATCH, "line 3: Fields: “COREDUMP_ENVIRON”" },
  { HEAD "Fields=OBJECT_CMDLINE\n" MATCH, "line 3: Fields: “OBJECT_CMDLINE”" },
  { HEAD "Fields=_SYSTEMD_CGROUP\n" MATCH, "line 3: Fields: “_SYSTEMD_CGROUP”" },
  { HEAD "Fields=__CURSOR\n" MATCH, "line 3: Fields: “__CURSOR”" },
  { HEAD "[Match]\nmessage=1\n", "line 4: message: “1”" },
  { HEAD "[Glob]\n1A=1\n", "line 4: 1A: “1”" },
};

static void
test_broken (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (GError) error = NULL;
      TmJournalRule *rule = tm_journal_rule_new ("disk", "/etc/disk.rule", broken[i].text,
                                                 strlen (broken[i].text), &error);

      g_test_message ("%u", i);
      g_assert_null (rule);
      g_assert_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE);
      g_assert_true (g_str_has_prefix (error->message, "/etc/disk.rule, line "));
      g_assert_nonnull (strstr (error->message, broken[i].said));
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
}

/* n lines that are well, and one more that is not. */
static void
check_limit (const char *head, const char *line, guint max)
{
  g_autoptr (GString) text = g_string_new (head);
  TmJournalRule *rule;

  for (guint i = 0; i < max; i++)
    g_string_append (text, line);
  rule = tm_journal_rule_new ("disk", "disk.rule", text->str, text->len, NULL);
  g_assert_nonnull (rule);
  tm_journal_rule_free (rule);

  g_string_append (text, line);
  g_assert_null (tm_journal_rule_new ("disk", "disk.rule", text->str, text->len, NULL));
}

static void
test_limits (void)
{
  g_autofree char *large = g_strnfill (TM_JOURNAL_RULE_MAX_BYTES - strlen (HEAD MATCH), '\n');
  g_autofree char *full = g_strconcat (HEAD MATCH, large, NULL);
  g_autofree char *title = g_strnfill (TM_JOURNAL_RULE_MAX_TITLE + 1, 'a');
  g_autofree char *titled = g_strdup_printf ("[Rule]\nTitle=%s\n" MATCH, title);

  check_limit (HEAD "[Match]\n", "A=1\n", TM_JOURNAL_RULE_MAX_MATCHES);
  check_limit (HEAD MATCH "[Rule]\n", "Fields=A\n", TM_JOURNAL_RULE_MAX_FIELDS);
  check_limit (HEAD MATCH "[Rule]\n", "Redact=a\n", TM_JOURNAL_RULE_MAX_REDACTIONS);
  tm_journal_rule_free (make (full));
  g_assert_null (tm_journal_rule_new ("a", "a", full, strlen (full) + 1, NULL));
  g_assert_null (tm_journal_rule_new ("a", "a", titled, strlen (titled), NULL));
  g_assert_true (tm_journal_rule_id_is_valid ("a-9"));
  g_assert_false (tm_journal_rule_id_is_valid ("A"));
  g_assert_false (tm_journal_rule_id_is_valid (""));
  title[TM_JOURNAL_RULE_MAX_ID] = '\0';
  g_assert_true (tm_journal_rule_id_is_valid (title));
  title[TM_JOURNAL_RULE_MAX_ID] = 'a';
  g_assert_false (tm_journal_rule_id_is_valid (title));
}

static void
test_globs (void)
{
  static const struct
  {
    const char *glob;
    const char *text;
    gboolean matches;
  } vectors[] = {
    { "", "", TRUE },
    { "", "a", FALSE },
    { "*", "", TRUE },
    { "*", "any\nthing", TRUE },
    { "a*c", "abbc", TRUE },
    { "a*c", "abbd", FALSE },
    { "a?c", "abc", TRUE },
    { "a?c", "ac", FALSE },
    { "*ab*ab", "abxab", TRUE },
    { "*ab*ab", "ab", FALSE },
    { "**a**", "bab", TRUE },
    { "a", "ab", FALSE },
  };
  g_autofree char *text = g_strnfill (64 * 1024, 'a');
  g_autoptr (GString) glob = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_test_message ("%u", i);
      g_assert_cmpint (tm_journal_glob_matches (vectors[i].glob, vectors[i].text), ==,
                       vectors[i].matches);
    }

  /* What tries everything would not be done before the sun is cold. */
  for (guint i = 0; i < 100; i++)
    g_string_append (glob, "*a");
  g_string_append (glob, "b");
  g_assert_false (tm_journal_glob_matches (glob->str, text));
}

static void
test_export (void)
{
  static const char text[] = "\n\nA=1\nB\n\x03\0\0\0\0\0\0\0x\ny\nC=\n=odd\nA=2\n\n\nA=3\nD\n"
                             "\xff\xff\xff\xff\xff\xff\xff\xffx\nE=1\n\nF=1\n";
  g_autoptr (TmJournalExport) export = tm_journal_export_new (text, sizeof text - 1);
  TmJournalEntry entry;
  const char *const fields[][2] = { { "A", "1" }, { "B", "x\ny" }, { "C", "" }, { "D", NULL } };

  g_assert_true (tm_journal_export_next (export, &entry));
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autofree char *value = tm_journal_entry_get (&entry, fields[i][0]);

      g_assert_cmpstr (value, ==, fields[i][1]);
    }

  /* It ends in the middle of a value. */
  g_assert_true (tm_journal_export_next (export, &entry));
  g_assert_null (tm_journal_entry_get (&entry, "D"));
  g_assert_null (tm_journal_entry_get (&entry, "F"));
  g_assert_false (tm_journal_export_next (export, &entry));
}

/* A value of a MiB is one, and a longer one is none. */
static void
test_long_value (void)
{
  g_autoptr (GString) text = g_string_new ("A=");
  g_autoptr (TmJournalExport) export = NULL;
  g_autofree char *longest = NULL;
  TmJournalEntry entry;

  g_string_append_printf (text, "%0*d\nB=%0*d\n", 1024 * 1024, 0, 1024 * 1024 + 1, 0);
  export = tm_journal_export_new (text->str, text->len);
  g_assert_true (tm_journal_export_next (export, &entry));
  longest = tm_journal_entry_get (&entry, "A");
  g_assert_cmpuint (strlen (longest), ==, 1024 * 1024);
  g_assert_null (tm_journal_entry_get (&entry, "B"));
}

static guint
count_failures (const char *text, TmJournalFailure *out_last)
{
  g_autoptr (TmJournalExport) export = tm_journal_export_new (text, strlen (text));
  g_autoptr (TmJournalUnits) units = tm_journal_units_new ();
  TmJournalEntry entry;
  guint n = 0;

  while (tm_journal_export_next (export, &entry))
    {
      g_auto (TmJournalFailure) failure = { 0 };

      if (tm_journal_units_take (units, &entry, &failure) != TM_JOURNAL_UNITS_FAILED)
        continue;
      n++;
      tm_journal_failure_clear (out_last);
      *out_last = failure;
      failure = (TmJournalFailure){ 0 };
    }

  return n;
}

#define PID1 "_PID=1\n_COMM=systemd\n"
#define FAILED PID1 "MESSAGE_ID=d9b373ed55a64feb8242e02dbe79a49c\nUNIT_RESULT=signal\n"
#define EXITED PID1 "MESSAGE_ID=98e322203f7a4ed290d09fe03c09fe15\n"

static void
test_units (void)
{
  g_auto (TmJournalFailure) last = { 0 };

  g_assert_cmpuint (count_failures (FAILED "UNIT=a.service\n\n", &last), ==, 1);
  g_assert_null (last.exit_code);

  /* Of another run, of another unit, or out of range: not its exit. */
  g_assert_cmpuint (count_failures (EXITED "UNIT=a.service\nEXIT_CODE=killed\nEXIT_STATUS=9\n"
                                           "INVOCATION_ID=1\n\n" FAILED
                                           "UNIT=a.service\nINVOCATION_ID=2\n\n",
                                    &last),
                    ==, 1);
  g_assert_null (last.exit_code);
  g_assert_cmpuint (count_failures (EXITED
                                    "UNIT=b.service\nEXIT_CODE=killed\nEXIT_STATUS=9\n\n" FAILED
                                    "UNIT=a.service\n\n",
                                    &last),
                    ==, 1);
  g_assert_null (last.exit_code);
  g_assert_cmpuint (count_failures (EXITED
                                    "UNIT=a.service\nEXIT_CODE=killed\nEXIT_STATUS=256\n\n" FAILED
                                    "UNIT=a.service\n\n",
                                    &last),
                    ==, 1);
  g_assert_null (last.exit_code);

  g_assert_cmpuint (count_failures (EXITED
                                    "UNIT=a.service\nEXIT_CODE=killed\nEXIT_STATUS=9\n\n" FAILED
                                    "UNIT=a.service\n\n",
                                    &last),
                    ==, 1);
  g_assert_cmpstr (last.exit_code, ==, "killed");
  g_assert_cmpint (last.exit_status, ==, 9);

  /* No name of a unit, nobody's, or not systemd's word. */
  g_assert_cmpuint (count_failures (FAILED "UNIT=/home/alice\n\n" FAILED "\n" FAILED
                                           "USER_UNIT=a.service\n\n"
                                           "_PID=2\nMESSAGE_ID=d9b373ed55a64feb8242e02dbe79a49c\n"
                                           "UNIT=a.service\n_COMM=systemd\n",
                                    &last),
                    ==, 0);
}

/* Of 64 units it is remembered how they ended; with the 65th the first is forgotten. */
static void
test_many_units (void)
{
  g_auto (TmJournalFailure) last = { 0 };
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 65; i++)
    g_string_append_printf (text, EXITED "UNIT=%u.service\nEXIT_CODE=exited\nEXIT_STATUS=1\n\n", i);
  g_string_append (text, FAILED "UNIT=1.service\n\n");
  g_assert_cmpuint (count_failures (text->str, &last), ==, 1);
  g_assert_cmpstr (last.exit_code, ==, "exited");
  g_string_append (text, FAILED "UNIT=0.service\n\n");
  g_assert_cmpuint (count_failures (text->str, &last), ==, 2);
  g_assert_null (last.exit_code);
}

/* A pattern that does not end lets out nothing. */
static void
test_redaction_that_fails (void)
{
  g_autoptr (TmJournalRule) rule = make (HEAD "Fields=MESSAGE\nRedact=(a+)+$\n[Glob]\nMESSAGE=*\n");
  g_autofree char *many = g_strnfill (900, 'a');
  g_autofree char *text = g_strdup_printf ("MESSAGE=%sb secret\n\n", many);
  g_autoptr (TmJournalExport) export = tm_journal_export_new (text, strlen (text));
  g_autoptr (TmOopsScrubber) scrubber = tm_oops_scrubber_new ();
  g_auto (TmJournalReport) report = { 0 };
  g_autofree char *said = NULL;
  TmJournalEntry entry;

  g_assert_true (tm_journal_export_next (export, &entry));
  g_assert_true (tm_journal_rule_matches (rule, &entry));
  tm_journal_report_init_match (&report, rule, &entry, NULL, scrubber);
  said = json_to_string (report.payload, FALSE);
  g_assert_null (strstr (said, "secret"));
  g_assert_nonnull (strstr (said, "\"MESSAGE\":\"[redacted]\""));
}

/* Where a value is cut no half of a secret is left, which no pattern knows any more. */
static void
test_redaction_at_the_end (void)
{
  g_autoptr (TmJournalRule) rule =
      make (HEAD "Fields=MESSAGE\nRedact=password=\\w{20}\\b\n[Glob]\nMESSAGE=*\n");
  g_autoptr (TmOopsScrubber) scrubber = tm_oops_scrubber_new ();

  for (gsize n = TM_JOURNAL_REPORT_MAX_VALUE - 40; n < 6 * TM_JOURNAL_REPORT_MAX_VALUE; n += 7)
    {
      g_autofree char *many = g_strnfill (n, 'x');
      g_autofree char *text =
          g_strdup_printf ("MESSAGE=%s password=s3cr3ts3cr3ts3cr3ts3 52:54:00:12:34:56\n\n", many);
      g_autoptr (TmJournalExport) export = tm_journal_export_new (text, strlen (text));
      g_auto (TmJournalReport) report = { 0 };
      g_autofree char *said = NULL;
      TmJournalEntry entry;

      g_assert_true (tm_journal_export_next (export, &entry));
      tm_journal_report_init_match (&report, rule, &entry, NULL, scrubber);
      said = json_to_string (report.payload, FALSE);
      g_assert_null (strstr (said, "s3cr3t"));
      g_assert_null (strstr (said, "52:54"));
    }
}

/* Patterns that match nothing put something between all characters; that has an end. */
static void
test_redaction_that_grows (void)
{
  g_autoptr (GString) rule_text = g_string_new (HEAD "Fields=MESSAGE\n");
  g_autoptr (TmJournalRule) rule = NULL;
  g_autofree char *many = g_strnfill (TM_JOURNAL_REPORT_MAX_VALUE, 'a');
  g_autofree char *text = g_strdup_printf ("MESSAGE=%s\n\n", many);
  g_autoptr (TmJournalExport) export = tm_journal_export_new (text, strlen (text));
  g_autoptr (TmOopsScrubber) scrubber = tm_oops_scrubber_new ();
  g_auto (TmJournalReport) report = { 0 };
  g_autofree char *said = NULL;
  TmJournalEntry entry;

  for (guint i = 0; i < TM_JOURNAL_RULE_MAX_REDACTIONS; i++)
    g_string_append (rule_text, "Redact=z*\n");
  g_string_append (rule_text, "[Glob]\nMESSAGE=*\n");
  rule = make (rule_text->str);
  g_assert_true (tm_journal_export_next (export, &entry));
  tm_journal_report_init_match (&report, rule, &entry, NULL, scrubber);
  said = json_to_string (report.payload, FALSE);
  g_assert_nonnull (strstr (said, "\"MESSAGE\":\"[redacted]\""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/journal/rule", test_rule);
  g_test_add_func ("/journal/broken", test_broken);
  g_test_add_func ("/journal/limits", test_limits);
  g_test_add_func ("/journal/globs", test_globs);
  g_test_add_func ("/journal/export", test_export);
  g_test_add_func ("/journal/long-value", test_long_value);
  g_test_add_func ("/journal/units", test_units);
  g_test_add_func ("/journal/many-units", test_many_units);
  g_test_add_func ("/journal/redaction-that-fails", test_redaction_that_fails);
  g_test_add_func ("/journal/redaction-at-the-end", test_redaction_at_the_end);
  g_test_add_func ("/journal/redaction-that-grows", test_redaction_that_grows);

  return g_test_run ();
}
