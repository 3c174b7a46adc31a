/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proves the limits of rules, of entries and of what leaves of them at both of their sides: what is
 * just accepted, and what is just too much. The numbers stand here once more, so that none changes
 * unnoticed.
 */
#include <string.h>

#include "tm-journal-export.h"
#include "tm-journal-report.h"
#include "tm-journal-rule.h"

#define HEAD "[Rule]\nTitle=x\n"
#define MATCH "[Match]\nMESSAGE=a\n"

static gboolean
is_rule (const char *text, gsize n_bytes)
{
  g_autoptr (TmJournalRule) rule = tm_journal_rule_new ("a", "a", text, n_bytes, NULL);

  return rule != NULL;
}

/* front, n times "a", back: with n it is a rule, with one more it is none. */
static void
check (const char *front, gsize n, const char *back)
{
  for (gsize more = 0; more <= 1; more++)
    {
      g_autofree char *letters = g_strnfill (n + more, 'A');
      g_autofree char *text = g_strconcat (front, letters, back, NULL);

      g_test_message ("%s", front);
      g_assert_cmpint (is_rule (text, strlen (text)), ==, more == 0);
    }
}

/* A rule has at most 64 KiB; its title 120 bytes, a field's name 64, a pattern and a value 256. */
static void
test_rule (void)
{
  check ("[Rule]\nTitle=", 120, "\n" MATCH);
  check (HEAD "[Match]\n", 64, "=1\n");
  check (HEAD "[Match]\nMESSAGE=", 256, "\n");
  check (HEAD "[Glob]\nMESSAGE=", 256, "\n");
  check (HEAD "Redact=", 256, "\n" MATCH);
  check (HEAD MATCH "#", 65536 - strlen (HEAD MATCH "#"), "");
}

static void
check_times (const char *front, const char *line, guint max)
{
  g_autoptr (GString) text = g_string_new (front);

  for (guint i = 0; i < max; i++)
    g_string_append (text, line);
  g_assert_true (is_rule (text->str, text->len));
  g_string_append (text, line);
  g_assert_false (is_rule (text->str, text->len));
}

/* 32 matches, 16 fields, 16 redactions; of 1000 entries one may be told. */
static void
test_counts (void)
{
  const char *most = HEAD "Weight=1000\n" MATCH;
  const char *more = HEAD "Weight=1001\n" MATCH;

  check_times (HEAD "[Match]\n", "A=1\n", 32);
  check_times (HEAD MATCH "[Rule]\n", "Fields=A\n", 16);
  check_times (HEAD MATCH "[Rule]\n", "Redact=a\n", 16);
  g_assert_true (is_rule (most, strlen (most)));
  g_assert_false (is_rule (more, strlen (more)));
}

/* The name of a rule has at most 40 bytes. */
static void
test_id (void)
{
  for (gsize more = 0; more <= 1; more++)
    {
      g_autofree char *id = g_strnfill (40 + more, 'a');

      g_assert_cmpint (tm_journal_rule_id_is_valid (id), ==, more == 0);
    }
}

/* Of what is not accepted an error shows 80 characters. */
static void
test_error (void)
{
  for (gsize n = 80; n <= 81; n++)
    {
      g_autofree char *noise = g_strnfill (n, 'n');
      g_autofree char *text = g_strconcat ("[Rule]\n", noise, NULL);
      g_autofree char *shown = g_strdup_printf (": “%.80s” is not", noise);
      g_autoptr (GError) error = NULL;

      g_assert_null (tm_journal_rule_new ("a", "a", text, strlen (text), &error));
      g_assert_nonnull (strstr (error->message, shown));
    }
}

/* Of an entry 1024 fields are looked at. */
static void
test_fields (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (TmJournalExport) export = NULL;
  g_autofree char *last = NULL;
  TmJournalEntry entry;

  for (guint i = 1; i <= 1025; i++)
    g_string_append_printf (text, "F%u=x\n", i);
  export = tm_journal_export_new (text->str, text->len);
  g_assert_true (tm_journal_export_next (export, &entry));
  last = tm_journal_entry_get (&entry, "F1024");
  g_assert_cmpstr (last, ==, "x");
  g_assert_null (tm_journal_entry_get (&entry, "F1025"));
}

/* What leaves of a message under the redactions, and whether it says that it is not all. */
static char *
tell (const char *redactions, const char *message, gboolean *out_is_cut)
{
  g_autofree char *rule_text =
      g_strconcat (HEAD "Fields=MESSAGE\n", redactions, "[Glob]\nMESSAGE=*\n", NULL);
  g_autofree char *text = g_strconcat ("MESSAGE=", message, "\n\n", NULL);
  g_autoptr (TmJournalRule) rule =
      tm_journal_rule_new ("a", "a", rule_text, strlen (rule_text), NULL);
  g_autoptr (TmJournalExport) export = tm_journal_export_new (text, strlen (text));
  g_autoptr (TmOopsScrubber) scrubber = tm_oops_scrubber_new ();
  g_auto (TmJournalReport) report = { 0 };
  TmJournalEntry entry;
  JsonObject *object;

  g_assert_true (tm_journal_export_next (export, &entry));
  tm_journal_report_init_match (&report, rule, &entry, NULL, scrubber);
  object = json_node_get_object (report.payload);
  *out_is_cut = json_object_has_member (object, "cut");
  return g_strdup (
      json_object_get_string_member (json_object_get_object_member (object, "fields"), "MESSAGE"));
}

/* n times x, and behind it the text. */
static char *
put_behind (gsize n, const char *text)
{
  g_autofree char *filler = g_strnfill (n, 'x');

  return g_strconcat (filler, text, NULL);
}

/* 1024 bytes of a value leave; one that has more says so. */
static void
test_value (void)
{
  for (gsize more = 0; more <= 1; more++)
    {
      g_autofree char *message = put_behind (1024 + more, "");
      gboolean is_cut;
      g_autofree char *said = tell ("", message, &is_cut);

      g_assert_cmpuint (strlen (said), ==, 1024);
      g_assert_cmpint (is_cut, ==, more == 1);
    }
}

/* Up to its 4096th byte a value is searched for what must not leave; where it goes on behind them,
 * the last 1024 of what is left do not leave: they may hold the half of a secret. */
static void
test_searched (void)
{
  g_autofree char *words = g_strnfill (1100, 'Z'); /* no hexadecimal digit */
  g_autofree char *fits = put_behind (4096 - 2, "AA");
  g_autofree char *too_long = put_behind (4096 - 2, "AAA");
  g_autofree char *longer = put_behind (4096 - 1099, words);
  gboolean is_cut;
  g_autofree char *whole = tell ("Redact=x+\n", fits, &is_cut);
  g_autofree char *nothing = NULL;
  g_autofree char *some = NULL;

  g_assert_cmpstr (whole, ==, "[redacted]AA");
  g_assert_false (is_cut);
  nothing = tell ("Redact=x+\n", too_long, &is_cut);
  g_assert_cmpstr (nothing, ==, "");
  g_assert_true (is_cut);
  some = tell ("Redact=x+\n", longer, &is_cut);
  g_assert_cmpuint (strlen (some), ==, strlen ("[redacted]") + 1099 - 1024);
  g_assert_true (is_cut);
}

/* Redactions may make 64 KiB of a value: "x" becomes "[redacted]", and each "e" in it once more. */
static void
test_redacted (void)
{
  const gsize n_each = strlen ("[r[redacted]dact[redacted]d]");
  const gsize n = 65536 / n_each;

  for (gsize more = 0; more <= 1; more++)
    {
      g_autofree char *rest = g_strnfill (65536 - n * n_each + more, 'y');
      g_autofree char *message = put_behind (n, rest);
      gboolean is_cut;
      g_autofree char *said = tell ("Redact=x\nRedact=e\nRedact=w\n", message, &is_cut);

      if (more == 0)
        g_assert_true (g_str_has_prefix (said, "[r[redacted]dact"));
      else
        g_assert_cmpstr (said, ==, "[redacted]");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/journal-limits/rule", test_rule);
  g_test_add_func ("/journal-limits/counts", test_counts);
  g_test_add_func ("/journal-limits/id", test_id);
  g_test_add_func ("/journal-limits/error", test_error);
  g_test_add_func ("/journal-limits/fields", test_fields);
  g_test_add_func ("/journal-limits/value", test_value);
  g_test_add_func ("/journal-limits/searched", test_searched);
  g_test_add_func ("/journal-limits/redacted", test_redacted);
  return g_test_run ();
}
